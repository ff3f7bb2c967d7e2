//go:build unix

package load

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"spoor/load/traffic"
)

// answersOnly makes this test's program a server of fixed answers in a process
// of its own, so that the driver's CPU time can be told from the server's.
const answersOnly = "LOAD_TEST_ANSWERS_ONLY"

func TestMain(m *testing.M) {
	if os.Getenv(answersOnly) == "" {
		os.Exit(m.Run())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin) // ends with the one who started it
		os.Exit(0)
	}()
	panic(http.Serve(l, http.HandlerFunc(fixedAnswer)))
}

// fixedAnswer allows whatever is asked, and looks at nothing but the reference
// that its answer must name.
func fixedAnswer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	at := bytes.Index(body, []byte("<UETR>")) + len("<UETR>")
	fmt.Fprintf(w, `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.12"><FIToFIPmtStsRpt><GrpHdr><MsgId>1</MsgId></GrpHdr>`+
		`<TxInfAndSts><OrgnlUETR>%s</OrgnlUETR><TxSts>ACSP</TxSts></TxInfAndSts></FIToFIPmtStsRpt></Document>`, body[at:at+36])
}

func startAnswers(tb testing.TB) Target {
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), answersOnly+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return targetOf(strings.TrimSpace(addr))
}

// cpu is the CPU time that this process has taken.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDrive measures what a message costs the driver: CPU time of this
// process, kernel included, against a server in another one.
func BenchmarkDrive(b *testing.B) {
	target := startAnswers(b)
	for name, p := range map[string]Plan{
		"closed/1":   {Connections: 1},
		"closed/64":  {Connections: 64},
		"open/3000":  {Connections: 64, Rate: 3000},
		"open/10000": {Connections: 64, Rate: 10000},
	} {
		b.Run(name, func(b *testing.B) {
			m := makerOf(b, func(p *traffic.Population) { p.Accounts = 200_000 })
			p.Messages, p.Attempts = uint64(b.N), 1
			before := cpu()
			b.ReportAllocs()
			b.ResetTimer()
			r := drive(b, target, m, p)
			b.StopTimer()
			if r.Failed() || r.Messages != uint64(b.N) {
				b.Fatalf("%+v", r)
			}
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/1e3/float64(b.N), "cpu-µs/message")
			b.ReportMetric(float64(r.Latency.Quantile(.5).Nanoseconds())/1e3, "p50-µs")
			b.ReportMetric(float64(r.Behind.Quantile(.5).Nanoseconds())/1e3, "behind-p50-µs")
			b.ReportMetric(float64(r.Behind.Quantile(.99).Nanoseconds())/1e3, "behind-p99-µs")
		})
	}
}
