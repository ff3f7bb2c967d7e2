package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/draw/text"
	"spoor/format/lists"
	"spoor/load"
	"spoor/load/traffic"
)

type loadCmd struct {
	Node        string        `help:"Address of the node." default:"http://127.0.0.1:8700"`
	Self        bool          `help:"Start a node of this program for the run, on a temporary folder and a free port, and stop it afterwards."`
	Lists       string        `help:"Lists for the node of --self; a share of the accounts bears names of them." type:"existingdir" placeholder:"DIR"`
	Promise     string        `help:"What the node of --self promises of its answers: process (they survive kill -9) or disk (power loss)." enum:"process,disk" default:"process"`
	Data        string        `help:"Keep the data of the node of --self in this folder." placeholder:"DIR"`
	Rate        float64       `help:"Payments a second, sent when they are due; 0: as fast as the connections allow." default:"1000"`
	Seconds     float64       `help:"For how long." default:"60"`
	Connections int           `help:"How many connections." default:"64"`
	Batch       int           `help:"Payments a message." default:"1"`
	Accounts    int           `help:"How many accounts pay each other." default:"200000"`
	Seed        uint64        `help:"Take another one for each run against the same node: equal seeds make equal references, which a node decides once." default:"1"`
	Names       string        `help:"A file of names, one a line, which a share of the accounts bears." type:"existingfile" placeholder:"FILE"`
	NamedShare  float64       `help:"The share of accounts with names of --names or --lists, half of them spelt otherwise." default:"0.0005"`
	Acks        string        `help:"Write what was answered on each payment to this file (CSV uetr,status,reason)." placeholder:"FILE"`
	TokenFile   string        `help:"Read the bearer token from this file; its key must not be bound to one bank." type:"existingfile" placeholder:"FILE"`
	Timeout     time.Duration `help:"How long an answer may take before its connection is given up." default:"30s"`
	JSON        bool          `name:"json" help:"Write the report as JSON."`
}

// attempts is how often a message is sent when connections break.
const attempts = 5

func (c *loadCmd) Run(e *env) error {
	if err := c.check(); err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	names, err := c.names(e)
	if err != nil {
		return err
	}
	maker, err := traffic.NewMaker(traffic.Population{Accounts: c.Accounts, Seed: c.Seed, Batch: c.Batch,
		Start: time.Now(), Pace: c.Rate, Listed: names, ListedShare: c.NamedShare})
	if err != nil {
		return usage(err.Error())
	}
	node := c.Node
	var child *childNode
	if c.Self {
		if child, err = c.start(ctx); err != nil {
			return err
		}
		defer child.stop()
		node = child.url
	}
	target, err := c.target(node)
	if err != nil {
		return err
	}
	if terminal(e) {
		fmt.Fprintf(e.stderr, "driving %s for %v s\n", node, c.Seconds)
	}
	plan := load.Plan{Rate: c.Rate, For: time.Duration(c.Seconds * float64(time.Second)), Connections: c.Connections, Attempts: attempts}
	if c.Acks != "" {
		plan.Ledger = load.NewLedger(maker)
	}
	report, err := load.Drive(ctx, target, maker, plan)
	if err != nil {
		return child.blame(err)
	}
	return c.finish(e, report, plan.Ledger, child)
}

// check says what is wrong with the flags.
func (c *loadCmd) check() error {
	switch {
	case !(c.Seconds > 0 && c.Seconds <= 7*24*3600):
		return usage("--seconds: want more than 0, and at most a week")
	case !c.Self && (c.Lists != "" || c.Data != ""):
		return usage("--lists and --data are for the node that --self starts; of another node, give names with --names")
	case c.Timeout <= 0:
		return usage("--timeout: want more than 0, such as 30s")
	case !(c.Rate >= 0 && c.Rate <= 1e6):
		return usage("--rate: want 0 to 1,000,000")
	case c.Connections < 1 || c.Connections > 10_000:
		return usage("--connections: want 1 to 10,000")
	}
	return nil
}

// target is how the node is reached.
func (c *loadCmd) target(node string) (load.Target, error) {
	u, err := url.Parse(node)
	if err != nil || u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return load.Target{}, usage(fmt.Sprintf("--node %s: want http://HOST:PORT", node))
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "80")
	}
	t := load.Target{Host: u.Host, Clock: load.Clock{Now: time.Now, After: time.After}, Timeout: c.Timeout}
	t.Dial = func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{Timeout: c.Timeout}).DialContext(ctx, "tcp", host)
	}
	if c.TokenFile != "" {
		token, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return load.Target{}, err
		}
		t.Token = strings.TrimSpace(string(token))
		if t.Token == "" || strings.ContainsFunc(t.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return load.Target{}, usage("--token-file: want one token, and no white space in it")
		}
	}
	return t, nil
}

// names gives the names that a share of the accounts bears.
func (c *loadCmd) names(e *env) ([]string, error) {
	switch {
	case c.Names != "":
		b, err := os.ReadFile(c.Names)
		if err != nil {
			return nil, err
		}
		var names []string
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" {
				names = append(names, line)
			}
		}
		return names, nil
	case c.Lists != "":
		set, errs := lists.Load(c.Lists, nil)
		for _, err := range errs {
			fmt.Fprintln(e.stderr, "spoor:", text.Clean(err.Error()))
		}
		if set == nil {
			return nil, errors.Join(errs...)
		}
		var names []string
		for _, l := range set.Listings() {
			if name := l.Name(); name != "" && (l.Kind == spoor.Person || l.Kind == spoor.Organisation || l.Kind == spoor.AnyParty) {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return slices.Compact(names), nil
	}
	return nil, nil
}

// childNode is the node that --self starts.
type childNode struct {
	url  string
	cmd  *exec.Cmd
	said bytes.Buffer // on standard error; read only when it has ended
	done chan error
	temp string // to be removed
}

// start starts "spoor serve" of this very program and waits until it is ready.
func (c *loadCmd) start(ctx context.Context) (_ *childNode, err error) {
	n := &childNode{done: make(chan error, 1)}
	data := c.Data
	if data == "" {
		if n.temp, err = os.MkdirTemp("", "spoor-load-"); err != nil {
			return nil, err
		}
		data = n.temp
	}
	listen, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"serve", "--data", filepath.Join(data, "node"), "--listen", listen, "--promise", c.Promise}
	if c.Lists != "" {
		args = append(args, "--lists", c.Lists)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	n.url, n.cmd = "http://"+listen, exec.Command(self, args...)
	n.cmd.Stderr = &n.said
	// The terminal's interrupt is for the driver, which then stops the node.
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := n.cmd.Start(); err != nil {
		n.remove()
		return nil, err
	}
	go func() { n.done <- n.cmd.Wait() }()
	if err := awaitReady(ctx, n.url, n.done); err != nil {
		n.stop()
		return nil, n.blame(fmt.Errorf("the node did not start: %w", err))
	}
	return n, nil
}

// freeAddress finds a port on the loopback address that is free now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// readyWithin is how long a node may take to start.
const readyWithin = 2 * time.Minute

// awaitReady waits until a node says that it takes payments, or has ended.
func awaitReady(ctx context.Context, node string, ended chan error) error {
	client := &http.Client{Timeout: 5 * time.Second}
	for end := time.Now().Add(readyWithin); time.Now().Before(end); {
		res, err := client.Get(node + "/readyz")
		if err == nil {
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-ended:
			ended <- err // for who waits for the end
			if err == nil {
				err = errors.New("it ended at once")
			}
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("not ready after %v", readyWithin)
}

// stop asks the node to end, and makes it when it does not.
func (n *childNode) stop() error {
	if n == nil || n.cmd == nil {
		return nil
	}
	defer n.remove()
	n.cmd.Process.Signal(syscall.SIGTERM) // an error is one of a process that has ended
	var err error
	select {
	case err = <-n.done:
	case <-time.After(time.Minute):
		n.cmd.Process.Kill()
		<-n.done
		err = errors.New("it did not end within a minute of SIGTERM")
	}
	n.done <- err
	return err
}

func (n *childNode) remove() {
	if n.temp != "" {
		os.RemoveAll(n.temp)
	}
}

// blame adds to an error what the node said last, once it has ended.
func (n *childNode) blame(err error) error {
	if n == nil {
		return err
	}
	n.stop()
	said := strings.TrimSpace(n.said.String())
	if len(said) > 1500 { // a panic says what it was first
		said = said[:1000] + " … " + said[len(said)-500:]
	}
	if said == "" {
		return err
	}
	return fmt.Errorf("%w\nthe node said: %s", err, said)
}

// loadReport is what --json writes.
type loadReport struct {
	*load.Report
	Promise string    `json:"promise,omitempty"` // of the node of --self
	Node    *nodeCost `json:"node,omitempty"`
}

// nodeCost is what the node of --self took of the machine, its start and end
// included.
type nodeCost struct {
	CPUSeconds float64 `json:"cpu_seconds"`
	MaxRSS     int64   `json:"max_rss_bytes"`
}

// finish stops the node, writes what was asked for and says how it went.
func (c *loadCmd) finish(e *env, r *load.Report, acks *load.Ledger, child *childNode) error {
	out := loadReport{Report: r}
	stopped := child.stop()
	if child != nil {
		out.Promise = c.Promise
		state := child.cmd.ProcessState
		out.Node = &nodeCost{CPUSeconds: (state.UserTime() + state.SystemTime()).Seconds()}
		if u, ok := state.SysUsage().(*syscall.Rusage); ok {
			out.Node.MaxRSS = u.Maxrss << 10 // Linux counts in KiB
		}
	}
	if acks != nil {
		if err := writeFile(c.Acks, acks.Write); err != nil {
			return err
		}
	}
	if c.JSON {
		if err := writeJSON(e.stdout, out); err != nil {
			return err
		}
	} else {
		showLoad(e.stdout, &out)
	}
	switch {
	case stopped != nil:
		return child.blame(fmt.Errorf("the node ended badly: %w", stopped))
	case r.Messages == 0:
		return errors.New("no message was answered")
	case r.Failed():
		return fmt.Errorf("%d messages were not answered and %d were not sent in time", r.Unanswered, r.Unsent)
	}
	return nil
}

func showLoad(w io.Writer, r *loadReport) {
	asked := "as fast as possible"
	if r.Rate > 0 {
		asked = fmt.Sprintf("%.6g payments/s asked for", r.Rate)
	}
	fmt.Fprintf(w, "%s, %d connections, %d payments a message\n", asked, r.Connections, r.Batch)
	fmt.Fprintf(w, "%d payments answered in %.1f s: %.0f/s\n\n", r.Payments, r.Seconds, r.Achieved)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "seconds\tpayments/s\tp50 ms\tp90\tp99\tp99.9\tmax\tbusy\tfaults\t\n")
	line := func(when string, rate float64, h *load.Histogram, busy, faults uint64) {
		fmt.Fprintf(t, "%s\t%.0f\t", when, rate)
		for _, q := range []float64{.5, .9, .99, .999, 1} {
			fmt.Fprintf(t, "%.2f\t", h.Quantile(q).Seconds()*1e3)
		}
		fmt.Fprintf(t, "%d\t%d\t\n", busy, faults)
	}
	var faults uint64
	for i := range r.Intervals {
		iv := &r.Intervals[i]
		faults += iv.Faults
		line(fmt.Sprintf("%.0f–%.0f", iv.From, min(iv.From+5, max(r.Seconds, iv.From+1))), iv.Achieved, &iv.Latency, iv.Busy, iv.Faults)
	}
	line("all", r.Achieved, &r.Latency, r.Busy, faults)
	t.Flush()
	fmt.Fprint(w, "\noutcomes:")
	for _, o := range slices.Sorted(maps.Keys(r.Outcomes)) {
		fmt.Fprintf(w, " %s %d", text.Clean(o), r.Outcomes[o])
	}
	fmt.Fprintln(w, "  (ACSP passed, PDNG held, RJCT stopped; busy: told to come back)")
	for _, f := range r.Faults {
		fmt.Fprintf(w, "%d × %s, the first: %s\n", f.Count, f.Kind, text.Clean(f.First))
	}
	if r.Rate > 0 {
		fmt.Fprintf(w, "sent after they were due: p50 %.2f ms, p99 %.2f ms; %d by more than 10 ms. Latency counts from when they were due.\n",
			r.Behind.Quantile(.5).Seconds()*1e3, r.Behind.Quantile(.99).Seconds()*1e3, r.Late)
	}
	if r.Unsent > 0 || r.Unanswered > 0 {
		fmt.Fprintf(w, "%d messages were not sent in time, and %d were sent and not answered: no latency counts them.\n", r.Unsent, r.Unanswered)
	}
	if r.Rate > 0 {
		verdict := "did not keep up with"
		if r.Achieved >= .99*r.Rate && !r.Failed() {
			verdict = "kept up with"
		}
		fmt.Fprintf(w, "The node %s %.0f payments a second; of a hundred answers, 99 came within %.1f ms.\n", verdict, r.Rate, r.Latency.Quantile(.99).Seconds()*1e3)
	}
	if r.Node != nil {
		fmt.Fprintf(w, "the node (promise %s) took %.1f s of CPU time, %.0f µs a payment, and %d MiB at most\n",
			r.Promise, r.Node.CPUSeconds, r.Node.CPUSeconds*1e6/float64(max(r.Payments, 1)), r.Node.MaxRSS>>20)
	}
}
