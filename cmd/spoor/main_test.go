package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"spoor"
	"spoor/casefile"
	"spoor/seal"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"spoor": main})
}

// TestCommands runs the scripts in testdata/script: commands as a user types
// them. Besides testscript's own, "exits CODE spoor ARGS…" checks an exit code
// "makegzip FILE" compresses a file to FILE.gz, cut short with "-cut N", and
// "casefile FILE" writes a small case, with its key in KEY, as a node exports it.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"makegzip": makeGzip,
			"repeat":   repeat,
			"casefile": writeCase,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		ts.Fatalf("%v", err)
	}
	fmt.Fprint(ts.Stdout(), out.String())
	fmt.Fprint(ts.Stderr(), errs.String())
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, want %s\nstdout: %s\nstderr: %s", got, args[0], out.String(), errs.String())
	}
	if strings.Contains(errs.String(), "goroutine ") {
		ts.Fatalf("it panicked: %s", errs.String())
	}
}

func makeGzip(ts *testscript.TestScript, _ bool, args []string) {
	cut := 0
	if len(args) == 3 && args[0] == "-cut" {
		fmt.Sscan(args[1], &cut)
		args = args[2:]
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(ts.ReadFile(args[0])))
	w.Close()
	data := b.Bytes()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".gz"), data[:len(data)-cut], 0o644))
}

// repeat writes a file of one string many times: repeat N TEXT FILE.
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	n := 0
	fmt.Sscan(args[0], &n)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Repeat(args[1], n)), 0o644))
}

// TestStoryForEverySeed runs the demo's engines on several economies: it must
// tell a story, and the money traced must be the money planted or part of it.
func TestStoryForEverySeed(t *testing.T) {
	for seed := range uint64(4) {
		var out, errs bytes.Buffer
		dir := t.TempDir()
		e := &env{strings.NewReader(""), &out, &errs}
		if code := run([]string{"demo", "--once", "--seed", fmt.Sprint(seed), "--out", dir}, e); code != exitDone {
			t.Fatalf("seed %d: exit %d: %s", seed, code, errs.String())
		}
		for _, want := range []string{"street cash", "Tirreno Consulting", "Studio notarile", "Reg. (EU) 2018/1805"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("seed %d: the story does not mention %q:\n%s", seed, want, out.String())
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "trace.html")); err != nil {
			t.Error(err)
		}
	}
}

func writeCase(ts *testscript.TestScript, _ bool, args []string) {
	k, err := seal.NewKey(bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
	ts.Check(err)
	var b bytes.Buffer
	ts.Check(casefile.Write(&b, casefile.File{
		ID: "C-7", Title: "Cash at Havenstad", Authority: "FIU", Purpose: spoor.LaunderingAnalysis, LegalBasis: "Dir. (EU) 2024/1640 Art 19",
		Handling: spoor.H0, At: 1_790_000_000, By: "R. Adviseur", Journal: casefile.Head{Entry: 1, Hash: make([]byte, 32)},
	}, k))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("cut-"+args[0]), b.Bytes()[:b.Len()/2], 0o644))
	changed := bytes.Replace(b.Bytes(), []byte("Havenstad"), []byte("Havenstat"), 1)
	ts.Check(os.WriteFile(ts.MkAbs("changed-"+args[0]), changed, 0o644))
	ts.Setenv("KEY", k.Public().String())
}
