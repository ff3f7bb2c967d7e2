package journal

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// childDir is set in the process that is to be killed.
const childDir = "SPOOR_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		crashChild(dir)
	}
	os.Exit(m.Run())
}

// crashChild appends entries from several goroutines without end and prints each
// one's number and text as soon as it is acknowledged.
func crashChild(dir string) {
	j, err := Open(Options{Dir: dir, Name: "IT", Promise: Promise(os.Getenv(childDir + "_PROMISE"))})
	if err != nil {
		fmt.Println("child:", err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				s := fmt.Sprintf("%d.%d.%d %s", os.Getpid(), w, i, strings.Repeat("x", i%700))
				n, err := tryKeep(j, text(s))
				if err != nil {
					fmt.Println("child:", err)
					os.Exit(1)
				}
				// One write call: the line is out before the next entry is made.
				fmt.Fprintf(os.Stdout, "%d %s\n", n, s)
			}
		})
	}
	wg.Wait()
}

// Ten times a process is killed at a random moment while it writes as fast as it
// can. Every entry that it said was acknowledged is there, at its number; the
// chain is whole; and the next process goes on.
func TestKill9(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dice := rand.New(rand.NewPCG(9, 9))
	acked := map[uint64]string{}
	for round := range 10 {
		promise := Process
		if round%5 == 4 {
			promise = Disk
		}
		before := len(acked)
		killChild(t, dir, promise, time.Duration(50+dice.IntN(200))*time.Millisecond, acked)
		if len(acked) == before {
			t.Errorf("round %d: nothing was acknowledged", round)
		}
		found := 0
		r, err := Verify(Options{Dir: dir, Name: "IT"}, Head{}, func(e Entry) error {
			if want, ok := acked[e.Number]; ok {
				if found++; want != string(e.Data) {
					t.Errorf("round %d: entry %d is %.40q, acknowledged was %.40q", round, e.Number, e.Data, want)
				}
			}
			return nil
		})
		if err != nil || r.Fault != nil {
			t.Fatalf("round %d: %v, %v", round, err, r.Fault)
		}
		if found != len(acked) {
			t.Fatalf("round %d: of %d acknowledged entries %d are there", round, len(acked), found)
		}
	}
	t.Logf("%d entries acknowledged in ten rounds, none lost", len(acked))
}

// killChild runs a child, kills it some time after its first acknowledgement, and
// collects what it acknowledged.
func killChild(t *testing.T, dir string, promise Promise, after time.Duration, acked map[uint64]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childDir+"_PROMISE="+string(promise))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var fuse *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // what has no line's end was cut off by the kill
		}
		if fuse == nil {
			fuse = time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
		var n uint64
		if _, err := fmt.Sscan(line, &n); err != nil {
			t.Fatalf("the child says: %s", line)
		}
		_, said, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		acked[n] = said
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the child was not killed: %v", err)
	}
}
