package main

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"spoor/format"
)

// progress shows rate, done and left on a terminal and nothing in a pipe.
type progress struct {
	bar *progressbar.ProgressBar
	src *format.Source
}

// terminal reports whether someone watches.
func terminal(e *env) bool {
	f, ok := e.stderr.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func newProgress(e *env, what string, src *format.Source) *progress {
	if !terminal(e) {
		return &progress{}
	}
	f := e.stderr.(*os.File)
	total := int64(-1)
	if src != nil {
		if _, t := src.Done(); t > 0 {
			total = t
		}
	}
	return &progress{src: src, bar: progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100e6), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))}
}

func (p *progress) at(payments uint64) {
	switch {
	case p.bar == nil:
	case p.src != nil:
		done, _ := p.src.Done()
		_ = p.bar.Set64(done)
	default:
		_ = p.bar.Set64(int64(payments))
	}
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
