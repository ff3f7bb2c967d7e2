// Command spoor follows the money.
//
// With no argument it shows its commands in the order of the work: read,
// notice, trace. Exit codes: 0 done, 1 something failed, 2 usage, 3 bad input.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"spoor"
	"spoor/draw/text"
	"spoor/score"
)

// exit codes, as DESIGN and README promise them.
const (
	exitDone = iota
	exitFailed
	exitUsage
	exitBadInput
)

// env is what a command gets from outside, so that tests can give it.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

type cli struct {
	Demo   demoCmd   `cmd:"" help:"A small economy with a planted cocaine-money scheme: found, explained, traced and drawn."`
	Serve  serveCmd  `cmd:"" help:"Run a node: payments in over HTTP or NATS, decisions out."`
	Detect detectCmd `cmd:"" help:"Payments in, ranked explained alerts out."`
	Train  trainCmd  `cmd:"" help:"Learn risk from labelled payments, or from what analysts said of alerts."`
	Model  modelCmd  `cmd:"" help:"Show a model's card: what it learned from, how good it is, what it must not be used for."`
	Eval   evalCmd   `cmd:"" help:"Measure learned risk and alerts against labelled payments and attempts."`
	Trace  traceCmd  `cmd:"" help:"Where the money of an account or of payments went, or came from."`
	Report reportCmd `cmd:"" help:"Draft the account of a suspicion from an alert: facts, assessments, and what is not known, for a person to edit."`
	Screen screenCmd `cmd:"" help:"Names and numbers against sanctions lists, each hit explained."`
	Owners ownersCmd `cmd:"" help:"Who owns and controls a party, to its beneficial owners, or what it owns."`
	Gate   gateCmd   `cmd:"" help:"The gate's policy: show it, check one, or try it on a node's past payments."`
	Law    lawCmd    `cmd:"" help:"The law's procedures as the program knows them: steps, limits, grounds, which act binds two states."`
	Verify verifyCmd `cmd:"" help:"Audit a node's journal, or a case file that it exported, independently of the node."`
	World  worldCmd  `cmd:"" help:"Make a labelled synthetic economy."`
	Load   loadCmd   `cmd:"" help:"Drive a node with payments as a bank would, and measure how it answers."`
}

func main() {
	os.Exit(run(os.Args[1:], &env{os.Stdin, os.Stdout, os.Stderr}))
}

// stop ends kong's own exits (--help) inside run.
type stop int

func run(args []string, e *env) (code int) {
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(stop)
			if !ok {
				panic(r)
			}
			code = int(s)
		}
	}()
	parser, err := kong.New(&cli{},
		kong.Name("spoor"),
		kong.Description("Spoor follows the money: payments in, explained alerts and traces out. Files may be -, .gz or folders; formats are recognised by content."),
		kong.Writers(e.stdout, e.stderr),
		kong.Exit(func(c int) { panic(stop(c)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Bind(e),
	)
	if err != nil {
		panic(err) // the commands above are at fault
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	out := &keeper{w: e.stdout}
	e.stdout = out
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(e.stderr, "spoor: %v\nRun \"spoor --help\", or \"spoor COMMAND --help\".\n", err)
		return exitUsage
	}
	if err = ctx.Run(); err == nil {
		err = out.err
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) { // an error may be several, one a line
			fmt.Fprintln(e.stderr, "spoor:", text.Clean(strings.TrimSpace(line)))
		}
		return codeOf(err)
	}
	return exitDone
}

// keeper remembers the first error of a writer, so that results which nobody
// got do not count as given.
type keeper struct {
	w   io.Writer
	err error
}

func (k *keeper) Write(p []byte) (int, error) {
	n, err := k.w.Write(p)
	if k.err == nil && err != nil {
		k.err = fmt.Errorf("standard output: %w", err)
	}
	return n, err
}

// usage is a mistake in what was asked, not in the data.
type usage string

func (u usage) Error() string { return string(u) }

func codeOf(err error) int {
	var p *spoor.Problem
	var few *score.TooFew
	var u usage
	switch {
	case errors.As(err, &p), errors.As(err, &few):
		return exitBadInput
	case errors.As(err, &u):
		return exitUsage
	}
	return exitFailed
}
