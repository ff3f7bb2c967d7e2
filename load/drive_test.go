package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// pipeTarget is a node at the other end of pipes, on the clock of a synctest
// bubble. work is how long a request takes that arrives so long after the start.
func pipeTarget(node http.Handler, work func(since time.Duration) time.Duration) Target {
	start := time.Now()
	return Target{
		Host:  "node",
		Clock: Clock{Now: time.Now, After: time.After},
		Dial: func(context.Context) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				for in := bufio.NewReader(theirs); ; {
					req, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					rec := httptest.NewRecorder()
					node.ServeHTTP(rec, req)
					time.Sleep(work(time.Since(start)))
					fmt.Fprintf(theirs, "HTTP/1.1 %d\r\ncontent-length:%d\r\n\r\n%s", rec.Code, rec.Body.Len(), rec.Body.Bytes())
				}
			}()
			return ours, nil
		},
	}
}

func near(got, want time.Duration) bool {
	return math.Abs(float64(got-want)) <= .03*float64(want)+float64(time.Millisecond)
}

// TestStallIsCharged drives 1,000 payments a second at a node that answers at
// once but stands still from .5 s to 1.5 s. The thousand messages due in that
// second waited half a second on average; a driver that measured from the
// sending would have seen four slow answers in two thousand.
func TestStallIsCharged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := pipeTarget(&fakeNode{}, func(since time.Duration) time.Duration {
			if since >= 500*time.Millisecond && since < 1500*time.Millisecond {
				return 1500*time.Millisecond - since
			}
			return 0
		})
		r := drive(t, target, makerOf(t), Plan{Rate: 1000, For: 2 * time.Second, Connections: 4, Attempts: 1})
		if r.Messages != 2000 || r.Failed() {
			t.Fatalf("%+v", r)
		}
		for q, want := range map[float64]time.Duration{.25: 0, .49: 0, .75: 500 * time.Millisecond, .9: 800 * time.Millisecond, .99: 980 * time.Millisecond} {
			if got := r.Latency.Quantile(q); !near(got, want) {
				t.Errorf("p%v = %v, want %v", 100*q, got, want)
			}
		}
		if !near(r.Latency.Max(), time.Second) || !near(r.Latency.Mean(), 250*time.Millisecond) {
			t.Errorf("max %v, mean %v", r.Latency.Max(), r.Latency.Mean())
		}
		// All but the four on their way were sent late.
		if r.Late < 980 || r.Late > 1000 || !near(r.Behind.Max(), 996*time.Millisecond) {
			t.Errorf("late %d, behind %v", r.Late, r.Behind.Max())
		}
	})
}

// TestSlowNode has a node that takes 10 ms a message: what four connections can
// carry of it, and what becomes of the rest.
func TestSlowNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(time.Duration) time.Duration { return 10 * time.Millisecond }
		m := makerOf(t)
		r := drive(t, pipeTarget(&fakeNode{}, slow), m, Plan{Rate: 200, For: 5 * time.Second, Connections: 4, Attempts: 1})
		if r.Messages != 1000 || r.Late != 0 || !near(r.Latency.Quantile(.5), 10*time.Millisecond) || !near(r.Latency.Max(), 10*time.Millisecond) {
			t.Errorf("within its means: %+v", r)
		}
		if math.Abs(r.Achieved-200) > 2 {
			t.Errorf("achieved %v", r.Achieved)
		}
		// 800 asked, 400 possible: the wait grows, and what is not sent by the
		// end of the drain is said.
		r = drive(t, pipeTarget(&fakeNode{}, slow), m, Plan{Rate: 800, For: 20 * time.Second, Connections: 4, Attempts: 1})
		if r.Messages != 12_000 || r.Unsent != 4000 || !r.Failed() || math.Abs(r.Achieved-400) > 1 {
			t.Errorf("beyond its means: %d answered, %d unsent, %v/s", r.Messages, r.Unsent, r.Achieved)
		}
		if !near(r.Latency.Max(), 15*time.Second) || !near(r.Latency.Quantile(.5), 7500*time.Millisecond) {
			t.Errorf("beyond its means: p50 %v, max %v", r.Latency.Quantile(.5), r.Latency.Max())
		}
		if len(r.Intervals) < 6 || math.Abs(r.Intervals[1].Achieved-400) > 2 || r.Intervals[3].Latency.Quantile(.5) <= r.Intervals[1].Latency.Quantile(.5) {
			t.Errorf("over time: %+v", r.Intervals)
		}
		// Closed loop: as fast as four connections can.
		r = drive(t, pipeTarget(&fakeNode{}, slow), m, Plan{For: time.Second, Connections: 4, Attempts: 1})
		if r.Messages != 400 || r.Failed() || !near(r.Latency.Max(), 10*time.Millisecond) || r.Behind.Count() != 0 {
			t.Errorf("closed: %+v", r)
		}
	})
}

// TestNoAnswer has a node that never answers.
func TestNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := pipeTarget(&fakeNode{}, func(time.Duration) time.Duration { return time.Hour })
		target.Timeout = time.Second
		m := makerOf(t)
		l := NewLedger(m)
		r := drive(t, target, m, Plan{Messages: 3, Connections: 1, Attempts: 2, Ledger: l})
		if r.Unanswered != 3 || len(r.Faults) != 1 || r.Faults[0].Count != 6 || len(l.Open()) != 3 {
			t.Errorf("%+v", r)
		}
		time.Sleep(2 * time.Hour) // the node's goroutines find their pipes closed
	})
}

// TestCalledOff ends a run long before its time.
func TestCalledOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		target := pipeTarget(&fakeNode{}, func(time.Duration) time.Duration { return time.Millisecond })
		r, err := Drive(ctx, target, makerOf(t), Plan{Rate: 100, For: time.Minute, Connections: 3, Attempts: 1})
		if err != nil || r.Messages < 99 || r.Messages > 101 || r.Unsent != 6000-r.Messages || r.Unanswered != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestPlansThatMakeNoSense(t *testing.T) {
	m := makerOf(t)
	for _, p := range []Plan{
		{}, {Connections: 1, Attempts: 1}, {Connections: 0, Attempts: 1, For: 1}, {Connections: 1, Attempts: 0, For: 1},
		{Connections: 1, Attempts: 1, For: 1, Rate: -1}, {Connections: 1, Attempts: 1, For: 1, Rate: math.Inf(1)}, {Connections: 1, Attempts: 1, For: 1, Rate: math.NaN()},
		{Connections: 1, Attempts: 1, For: -1, Messages: 1}, {Connections: 1, Attempts: 1, Numbers: []uint64{}},
	} {
		if _, err := Drive(t.Context(), targetOf("127.0.0.1:1"), m, p); err == nil || err.Error()[:5] != "load:" {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// TestHostileAnswers feeds bytes that no node should send.
func TestHostileAnswers(t *testing.T) {
	for _, answer := range []string{
		"", "\r\n\r\n", "HTTP/1.1 200", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n", "SMTP ready\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nab",
		"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<a><b>", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
	} {
		ours, theirs := net.Pipe()
		go func() {
			http.ReadRequest(bufio.NewReader(theirs))
			io.WriteString(theirs, answer)
			theirs.Close()
		}()
		target := targetOf("pipe")
		target.Dial = func(context.Context) (net.Conn, error) { return ours, nil }
		r := drive(t, target, makerOf(t), Plan{Messages: 1, Connections: 1, Attempts: 1})
		if r.Messages != 0 || r.Unanswered != 1 || len(r.Faults) != 1 {
			t.Errorf("%q: %+v", answer, r)
		}
	}
}
