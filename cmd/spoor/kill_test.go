package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor"
	"spoor/format/iso20022"
	"spoor/load"
	"spoor/load/traffic"
)

// kills is how often the node is killed, at a random moment under load.
const kills = 10

// TestKill kills a node with SIGKILL while banks send payments, ten times.
// After each restart it first asks for every decision that was answered since
// the last one: the node must still have it, and not make it anew, which would
// often come out the same. Then it sends every message of before again: what was
// answered must be answered in the same way, and what was on its way when the
// node died must now get one decision, which stands from then on. At the end the
// journal must be whole and hold one decision a payment.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a node ten times under load: not with -short")
	}
	const seed = 20261123
	rng := rand.New(rand.NewPCG(seed, 1))
	k := newKillTest(t)
	for round := range kills {
		k.start(t)
		k.check(t, 300)
		// Single payments and batches of three in turn: a batch is one record
		// of many decisions, none of which may be lost alone.
		l := k.ledgers[round%2]
		after := 50*time.Millisecond + time.Duration(rng.Int64N(int64(400*time.Millisecond)))
		report := k.driveAndKill(t, l, 1+rng.IntN(64), after)
		t.Logf("round %d: killed after %v, %d payments answered, %d messages on their way", round+1, after, report.Payments, report.Unanswered)
		if report.Payments == 0 {
			t.Errorf("round %d: nothing was answered in %v: this round tests nothing", round+1, after)
		}
	}
	k.start(t)
	k.check(t, 1000)
	k.check(t, 1000) // what the first check settled stands, too
	k.node.Process.Signal(syscall.SIGTERM)
	if err := k.node.Wait(); err != nil {
		t.Errorf("the node ended with %v after SIGTERM: %s", err, k.said.String())
	}
	k.verify(t)
}

// killTest is a node that is killed and started again, and what it answered.
type killTest struct {
	dir, url string
	node     *exec.Cmd
	said     *bytes.Buffer
	faults   int
	ledgers  [2]*ledgerOf
}

// ledgerOf is a ledger with what else the test knows of its payments.
type ledgerOf struct {
	*load.Ledger
	maker   *traffic.Maker
	next    uint64            // number of the first message that nobody has sent
	entries map[uint64]uint64 // where the node said that its decision stands, by payment
}

func newKillTest(t *testing.T) *killTest {
	k := &killTest{dir: t.TempDir()}
	listed := []string{"Zebulon Quartermain", "Nordlicht Handelsgesellschaft", "Ophelia Marchbanks"}
	for i, batch := range []int{1, 3} {
		m, err := traffic.NewMaker(traffic.Population{Accounts: 5000, Seed: uint64(11 + i), Batch: batch, Start: time.Now(), Listed: listed, ListedShare: .02})
		if err != nil {
			t.Fatal(err)
		}
		k.ledgers[i] = &ledgerOf{Ledger: load.NewLedger(m), maker: m, entries: map[uint64]uint64{}}
	}
	k.writeList(t, listed)
	t.Cleanup(func() {
		if k.node != nil && k.node.ProcessState == nil {
			k.node.Process.Kill()
			k.node.Wait()
		}
	})
	return k
}

// writeList writes a list of those names, which hold payments, and of a few
// accounts that are often paid, which blocks them: all outcomes must survive.
func (k *killTest) writeList(t *testing.T, names []string) {
	var list strings.Builder
	list.WriteString("id,kind,name,identifiers,programme,measure,freezes\n")
	for i, name := range names {
		fmt.Fprintf(&list, "N%d,,%s,,TEST,asset freeze,1\n", i, name)
	}
	for i, l := range k.ledgers {
		payments := make([]spoor.Payment, 16)
		n, err := iso20022.NewReader("message", bytes.NewReader(l.maker.Append(nil, 1))).Read(payments)
		if n == 0 {
			t.Fatal(err)
		}
		for j, p := range payments[:min(n, 2)] {
			fmt.Fprintf(&list, "A%d%d,,Holder of a frozen account %d,iban:%s,TEST,asset freeze,1\n", i, j, i, p.To.Number)
		}
	}
	if err := os.MkdirAll(filepath.Join(k.dir, "lists"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(k.dir, "lists", "own.csv"), []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start starts the node on the same data, on a new port.
func (k *killTest) start(t *testing.T) {
	t.Helper()
	listen, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	k.url, k.said = "http://"+listen, &bytes.Buffer{}
	k.node = exec.Command("spoor", "serve", "--data", filepath.Join(k.dir, "data"), "--listen", listen,
		"--lists", filepath.Join(k.dir, "lists"), "--promise", "process")
	k.node.Stderr = k.said
	if err := k.node.Start(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for {
		res, err := http.Get(k.url + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Since(began) > time.Minute {
			k.node.Process.Kill()
			k.node.Wait()
			t.Fatalf("the node was not ready within a minute: %s", k.said.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (k *killTest) target() load.Target {
	addr := strings.TrimPrefix(k.url, "http://")
	return load.Target{
		Host:  addr,
		Dial:  func(ctx context.Context) (net.Conn, error) { return (&net.Dialer{}).DialContext(ctx, "tcp", addr) },
		Clock: load.Clock{Now: time.Now, After: time.After},
	}
}

// driveAndKill drives the node as fast as it goes and kills it after that time.
func (k *killTest) driveAndKill(t *testing.T, l *ledgerOf, connections int, after time.Duration) *load.Report {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	timer := time.AfterFunc(after, func() {
		k.node.Process.Kill()
		cancel()
	})
	defer timer.Stop()
	report, err := load.Drive(ctx, k.target(), l.maker, load.Plan{First: l.next, For: time.Hour, Connections: connections, Attempts: 1, Ledger: l.Ledger})
	if err != nil {
		t.Fatal(err)
	}
	l.next = report.Next
	k.node.Wait() // its error is the signal that killed it
	if s, ok := k.node.ProcessState.Sys().(syscall.WaitStatus); !ok || s.Signal() != syscall.SIGKILL {
		t.Fatalf("the node ended by itself: %v: %s", k.node.ProcessState, k.said.String())
	}
	for _, f := range report.Faults {
		if f.Kind != "connection broken" && f.Kind != "no connection" {
			t.Errorf("%d × %s: %s", f.Count, f.Kind, f.First)
		}
	}
	return report
}

// check asks for the decisions that it has not seen yet, sends everything again,
// asks for what is decided only now, and for some decisions that it has seen.
func (k *killTest) check(t *testing.T, some int) {
	t.Helper()
	for _, l := range k.ledgers {
		k.lookUpNew(t, l)
		findings, err := load.Check(t.Context(), k.target(), l.Ledger, 16)
		if err != nil {
			t.Fatalf("%v: %s", err, k.said.String())
		}
		if err := findings.Err(); err != nil {
			t.Errorf("after a kill: %v", err)
		}
		if findings.Asked > 0 {
			t.Logf("%d payments asked again, %d answered for the first time", findings.Asked, findings.Settled)
		}
		k.lookUpNew(t, l)
		payments := slices.Sorted(maps.Keys(l.Answers()))
		step := max(len(payments)/some, 1)
		for i := 0; i < len(payments); i += step {
			k.lookUp(t, l, payments[i])
		}
	}
}

// lookUpNew asks for the decisions that it has not asked for before.
func (k *killTest) lookUpNew(t *testing.T, l *ledgerOf) {
	t.Helper()
	for _, payment := range slices.Sorted(maps.Keys(l.Answers())) {
		if _, ok := l.entries[payment]; !ok {
			l.entries[payment] = k.lookUp(t, l, payment)
		}
	}
}

// lookUp asks for one decision by its payment's UETR and gives its place in the
// journal.
func (k *killTest) lookUp(t *testing.T, l *ledgerOf, payment uint64) uint64 {
	t.Helper()
	uetr, answer := l.maker.UETR(payment), l.Answers()[payment]
	res, err := http.Get(k.url + "/api/decisions/" + uetr)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var d spoor.Decision
	if err := json.Unmarshal(body, &d); res.StatusCode != http.StatusOK || err != nil {
		k.fault(t, "decision on %s, which was answered %s: %s, %v: %.300s", uetr, answer.Status, res.Status, err, body)
		return 0
	}
	outcome := map[string]spoor.Outcome{"ACSP": spoor.Allow, "PDNG": spoor.HoldBack, "RJCT": spoor.Block}
	if o, ok := outcome[answer.Status]; d.Key != uetr || !ok || d.Outcome != o {
		k.fault(t, "decision on %s: %s on %s, and the bank was told %s", uetr, d.Outcome, d.Key, answer.Status)
	}
	if before, ok := l.entries[payment]; ok && before != d.Entry {
		k.fault(t, "decision on %s is entry %d of the journal and was entry %d: it was decided twice", uetr, d.Entry, before)
	}
	return d.Entry
}

// fault reports a fault, and gives up when there are many of them.
func (k *killTest) fault(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Errorf(format, args...)
	if k.faults++; k.faults == 20 {
		t.Fatal("and no more of these")
	}
}

// verify audits the journal of the node that has ended.
func (k *killTest) verify(t *testing.T) {
	t.Helper()
	payments, outcomes := 0, map[string]int{}
	for _, l := range k.ledgers {
		payments += len(l.Answers())
		for _, a := range l.Answers() {
			outcomes[a.Status]++
		}
	}
	t.Logf("%d payments: %v", payments, outcomes)
	for _, status := range []string{"ACSP", "PDNG", "RJCT"} {
		if outcomes[status] == 0 {
			t.Errorf("no payment was answered with %s: the test does not see whether these survive", status)
		}
	}
	var errs bytes.Buffer
	cmd := exec.Command("spoor", "verify", "--data", filepath.Join(k.dir, "data"), "--json")
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("spoor verify: %v: %s%s", err, out, errs.String())
	}
	var audit struct{ Decisions int }
	if err := json.Unmarshal(out, &audit); err != nil || audit.Decisions != payments {
		t.Errorf("the journal holds %d decisions on %d payments (%v): %.500s", audit.Decisions, payments, err, out)
	}
}

// TestLoad runs the command against a node that allows everything.
func TestLoad(t *testing.T) {
	refuse := false
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if refuse || r.Header.Get("Authorization") != "Bearer open-sesame" {
			http.Error(w, "not you", http.StatusUnauthorized)
			return
		}
		for part := range strings.SplitSeq(string(body), "<UETR>") {
			if uetr, _, ok := strings.Cut(part, "</UETR>"); ok {
				fmt.Fprintf(w, "<TxInfAndSts><OrgnlUETR>%s</OrgnlUETR><TxSts>ACSP</TxSts></TxInfAndSts>", uetr)
			}
		}
	}))
	defer node.Close()
	token, acks := filepath.Join(t.TempDir(), "token"), filepath.Join(t.TempDir(), "acks.csv")
	if err := os.WriteFile(token, []byte("open-sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(append([]string{"load", "--connections", "4", "--accounts", "2000"}, args...), &env{strings.NewReader(""), &out, &errs})
		return code, out.String(), errs.String()
	}
	code, out, errs := load("--node", node.URL, "--rate", "600", "--batch", "3", "--seconds", "0.5", "--token-file", token, "--acks", acks, "--json")
	var report struct {
		Messages, Payments uint64
		Outcomes           map[string]uint64
		Latency            struct {
			N   uint64  `json:"n"`
			P99 float64 `json:"p99_ms"`
		}
		Intervals []any
	}
	if err := json.Unmarshal([]byte(out), &report); code != exitDone || err != nil || report.Messages != 100 || report.Payments != 300 ||
		report.Outcomes["ACSP"] != 300 || report.Latency.N != 100 || report.Latency.P99 <= 0 || len(report.Intervals) != 1 {
		t.Errorf("exit %d, %v: %s%s", code, err, out, errs)
	}
	if b, err := os.ReadFile(acks); err != nil || bytes.Count(b, []byte(",ACSP,\n")) != 300 || !bytes.HasPrefix(b, []byte("uetr,status,reason\n")) {
		t.Errorf("acks: %v, %.200s", err, b)
	}
	code, out, errs = load("--node", node.URL, "--rate", "0", "--seconds", "0.2", "--token-file", token)
	if code != exitDone || !strings.Contains(out, "as fast as possible") || !strings.Contains(out, "outcomes: ACSP") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	code, out, errs = load("--node", node.URL, "--rate", "100", "--seconds", "0.2")
	if code != exitFailed || !strings.Contains(out, "HTTP 401") || !strings.Contains(errs, "no message was answered") {
		t.Errorf("without a token: exit %d: %s%s", code, out, errs)
	}
	for _, c := range []struct {
		code int
		args []string
	}{
		{exitFailed, []string{"--node", "http://127.0.0.1:1"}},
		{exitUsage, []string{"--node", "https://127.0.0.1:1"}},
		{exitUsage, []string{"--node", node.URL + "/api"}},
		{exitUsage, []string{"--seconds", "0"}},
		{exitUsage, []string{"--seconds", "NaN"}},
		{exitUsage, []string{"--rate", "-1"}},
		{exitUsage, []string{"--connections", "0"}},
		{exitUsage, []string{"--batch", "5000"}},
		{exitUsage, []string{"--accounts", "9"}},
		{exitUsage, []string{"--lists", t.TempDir()}},
	} {
		if code, _, errs := load(c.args...); code != c.code || errs == "" {
			t.Errorf("%v: exit %d, want %d: %s", c.args, code, c.code, errs)
		}
	}
}
