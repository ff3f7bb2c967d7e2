package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"spoor"
	"spoor/draw/text"
	"spoor/format"
	"spoor/format/amlworld"
	"spoor/format/rates"
)

// reading is what every command that reads payments takes.
type reading struct {
	Files   []string `arg:"" name:"file" help:"Payment files, folders, or - for standard input."`
	Format  string   `help:"Read as this format instead of recognising it (${enum})." enum:",amlsim,amlworld,amlworld-patterns,fincen,ftm,goaml,iso20022,plain,tide" default:""`
	SkipBad bool     `help:"Count, list and skip records that cannot be read."`
	Rates   string   `help:"Exchange rates: CSV with date,currency,per_eur. Default: the table inside the program (not verified)." type:"existingfile"`
	Account string   `name:"accounts" help:"AMLworld accounts file, for the countries and holders of accounts." type:"existingfile"`

	refused []*spoor.Problem   // payments that the graph did not take
	known   []amlworld.Account // of the accounts file, once it was read

	disorder bool     // the files were read and are not in order of time
	order    []uint32 // where the payments were in the input, once they were sorted
	missing  []int    // the payments refused, by their place in order of time
	given    int      // payments given by each
}

const batchSize = 4096

// maxID is how much of a payment's own id is kept, by the graph too.
const maxID = 255

// batch is a run of payments on its way from the reader to the graph.
type batch struct {
	payments []spoor.Payment
	err      error
}

// errOrder says that a stream is not in order of time.
var errOrder = errors.New("payments are not in order of time")

// summary is what reading a set of files came to.
type summary struct {
	payments uint64
	skipped  uint64
	listed   []*spoor.Problem
	files    []format.File
}

func (r *reading) table() (*spoor.Rates, error) {
	if r.Rates == "" {
		return rates.Default(), nil
	}
	f, err := os.Open(r.Rates)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return rates.Read(r.Rates, f)
}

// rereadable reports whether all files can be read a second time.
func (r *reading) rereadable() bool {
	for _, name := range r.Files {
		if info, err := os.Stat(name); name == "-" || err != nil || !info.Mode().IsRegular() && !info.IsDir() {
			return false
		}
	}
	return true
}

// distinct says which output would be written over an input or another output.
func distinct(inputs, outputs []string) error {
	type file struct {
		name string
		info os.FileInfo
	}
	var taken []file
	for _, name := range inputs {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			taken = append(taken, file{name, info})
		}
	}
	for i, name := range outputs {
		if name == "" {
			continue
		}
		if slices.Contains(outputs[:i], name) {
			return usage(fmt.Sprintf("%s is named for two outputs", name))
		}
		info, err := os.Stat(name)
		if err != nil {
			if dir, err := os.Stat(filepath.Dir(name)); err != nil || !dir.IsDir() {
				return usage(fmt.Sprintf("%s: there is no folder %s to write it to", name, filepath.Dir(name)))
			}
			continue
		}
		for _, t := range taken {
			if os.SameFile(t.info, info) {
				return usage(fmt.Sprintf("%s would be written over the input %s: give another name", name, t.name))
			}
		}
	}
	return nil
}

// refuse says what becomes of a payment that the graph does not take: with
// --skip-bad it is counted and listed, else it is the end.
func (r *reading) refuse(p *spoor.Payment, err error) error {
	r.missing = append(r.missing, r.given)
	problem := &spoor.Problem{File: r.Files[0], Record: p.Record, Reason: fmt.Sprintf("record %d: %v", p.Record, err)}
	if !r.SkipBad {
		return problem
	}
	r.refused = append(r.refused, problem)
	return nil
}

// tell says what was skipped or left out; nothing where all was read.
func (s *summary) tell(w io.Writer) {
	if s.skipped > 0 {
		fmt.Fprintf(w, "%s skipped:\n", plural(int(s.skipped), "bad record"))
		for _, p := range s.listed {
			fmt.Fprintf(w, "  %s\n", text.Clean(p.Error()))
		}
	}
	out := 0
	for _, f := range s.files {
		if f.Format == "fincen" && !f.Ignored {
			fmt.Fprintln(w, "note: a row of the FinCEN Files is a total over a period, taken at its end: bursts and silences may be the period's")
		}
		if !f.Ignored {
			continue
		}
		if out++; out <= mostNamed {
			why, _, _ := strings.Cut(f.Why, ";")
			fmt.Fprintf(w, "left out: %s: %s\n", text.Clean(f.Name), text.Clean(why))
		}
	}
	if out > mostNamed {
		fmt.Fprintf(w, "left out: %s\n", plural(out-mostNamed, "more file"))
	}
}

// mostNamed is how many files that were left out are named.
const mostNamed = 10

// each gives all payments in order of time; each is valid until the next. Files
// that are in order are streamed; if they turn out not to be, restart is called
// and everything is sorted in memory first.
func (r *reading) each(e *env, what string, restart func(), take func(*spoor.Payment) error) (*summary, error) {
	f := func(batch []spoor.Payment) error {
		for i := range batch {
			if err := take(&batch[i]); err != nil {
				return err
			}
			r.given++
		}
		return nil
	}
	r.refused, r.missing, r.given = nil, nil, 0
	if !r.disorder {
		sum, err := r.stream(e, what, f)
		if !errors.Is(err, errOrder) {
			sum.add(r.refused)
			return sum, err
		}
		fmt.Fprintln(e.stderr, "payments are not in order of time: sorting them in memory")
		restart()
	}
	if !r.rereadable() {
		return nil, &spoor.Problem{File: r.Files[0], Reason: errOrder.Error() + ": sort them, or give a file, which Spoor sorts by itself", Fatal: true}
	}
	r.refused, r.missing, r.given = nil, nil, 0
	sum, err := r.sorted(e, what, f)
	sum.add(r.refused)
	return sum, err
}

func (s *summary) add(refused []*spoor.Problem) {
	s.skipped += uint64(len(refused))
	s.listed = append(s.listed, refused[:min(len(refused), 20)]...)
}

// stream checks the order of time on the way.
func (r *reading) stream(e *env, what string, f func([]spoor.Payment) error) (*summary, error) {
	newest := spoor.Instant(-1 << 62)
	sum, err := r.batches(e, what, true, func(batch []spoor.Payment) error {
		for i := range batch {
			if batch[i].Time < newest {
				r.disorder = true
				return errOrder
			}
			newest = batch[i].Time
		}
		return f(batch)
	})
	if err == nil && sum.payments == 0 {
		err = &spoor.Problem{File: r.Files[0], Reason: "no payments in it", Fatal: true}
	}
	return sum, err
}

// sorted reads everything, sorts it by time and gives it in batches.
func (r *reading) sorted(e *env, what string, f func([]spoor.Payment) error) (*summary, error) {
	var all []spoor.Payment
	sum, err := r.batches(e, "reading", true, func(batch []spoor.Payment) error {
		all = append(all, batch...)
		return nil
	})
	if err != nil {
		return sum, err
	}
	r.order = make([]uint32, len(all))
	for i := range r.order {
		r.order[i] = uint32(i)
	}
	slices.SortStableFunc(r.order, func(a, b uint32) int { return cmp.Compare(all[a].Time, all[b].Time) })
	progress := newProgress(e, what, nil)
	defer progress.end()
	done, batch := uint64(0), make([]spoor.Payment, 0, batchSize)
	for part := range slices.Chunk(r.order, batchSize) {
		batch = batch[:0]
		for _, i := range part {
			batch = append(batch, all[i])
		}
		if err := f(batch); err != nil {
			return sum, err
		}
		done += uint64(len(part))
		progress.at(done)
	}
	return sum, nil
}

// inOrder gives each payment in input order, without the countries of the
// accounts file: for what is known only after the payments were read once.
func (r *reading) inOrder(e *env, what string, f func(*spoor.Payment) error) error {
	_, err := r.batches(e, what, false, func(batch []spoor.Payment) error {
		for i := range batch {
			if err := f(&batch[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// survey reads the files once for whether they are in order of time.
func (r *reading) survey(e *env) error {
	newest := spoor.Instant(-1 << 62)
	return r.inOrder(e, "reading", func(p *spoor.Payment) error {
		r.disorder = r.disorder || p.Time < newest
		newest = p.Time
		return nil
	})
}

// inputOrder puts what is known of the payments that were taken, in order of
// time, into the order of the input; those refused get nothing.
func inputOrder[T any](r *reading, taken []T) []T {
	out := make([]T, len(taken)+len(r.missing))
	next, missing := 0, r.missing
	for i := range out {
		if len(missing) > 0 && missing[0] == i {
			missing = missing[1:]
			continue
		}
		at := i
		if r.order != nil {
			at = int(r.order[i])
		}
		out[at] = taken[next]
		next++
	}
	return out
}

// batches opens the files and gives their payments as they come, reading on one
// goroutine while f works on another.
func (r *reading) batches(e *env, what string, placed bool, f func([]spoor.Payment) error) (*summary, error) {
	sum := &summary{}
	src, err := format.Open(r.Files, e.stdin, format.Options{Format: r.Format, SkipBad: r.SkipBad})
	if err != nil {
		return sum, err
	}
	defer src.Close()
	var countries map[spoor.AccountID]spoor.Country
	if placed {
		if countries, err = r.countries(); err != nil {
			return sum, err
		}
	}
	progress := newProgress(e, what, src)
	defer progress.end()
	full, empty := make(chan batch, 4), make(chan []spoor.Payment, 6)
	for range cap(empty) {
		empty <- make([]spoor.Payment, batchSize)
	}
	stop := start(src, full, empty, countries)
	defer stop()
	for b := range full {
		if err := f(b.payments); err != nil {
			return sum, err
		}
		sum.payments += uint64(len(b.payments))
		progress.at(sum.payments)
		if b.err != nil {
			return sum, b.err
		}
		empty <- b.payments[:batchSize]
	}
	sum.skipped, sum.listed = src.Skipped()
	sum.files = src.Files()
	return sum, nil
}

// start begins reading on a goroutine; stop ends it and waits, so that the
// source may be closed.
func start(src *format.Source, full chan batch, empty <-chan []spoor.Payment, countries map[spoor.AccountID]spoor.Country) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		read(src, full, empty, quit, countries)
	}()
	return func() {
		close(quit)
		<-done
	}
}

// read fills batches until the end or an error, which travels with the last.
func read(src *format.Source, full chan<- batch, empty <-chan []spoor.Payment, quit <-chan struct{}, countries map[spoor.AccountID]spoor.Country) {
	defer close(full)
	several := 0
	for _, f := range src.Files() {
		several += one(!f.Ignored)
	}
	seen := map[string]string{}
	for {
		var dst []spoor.Payment
		select {
		case dst = <-empty:
		case <-quit:
			return
		}
		n, err := src.Read(dst)
		for i := range dst[:n] {
			dst[i].ID = dst[i].ID[:min(len(dst[i].ID), maxID)]
		}
		if several > 1 && n > 0 {
			name := src.Files()[src.File()].Name
			if seen[name] == "" {
				seen[name] = filepath.Base(name)
			}
			for i := range dst[:n] {
				if dst[i].ID == "" {
					dst[i].ID = fmt.Sprintf("%s:%d", seen[name], dst[i].Record)
				}
			}
		}
		for i := range dst[:n] {
			place(&dst[i].FromCountry, dst[i].From, countries)
			place(&dst[i].ToCountry, dst[i].To, countries)
		}
		if err == io.EOF {
			err = nil
			if n == 0 {
				return
			}
		}
		select {
		case full <- batch{dst[:n], err}:
		case <-quit:
			return
		}
		if err != nil {
			return
		}
	}
}

func place(c *spoor.Country, id spoor.AccountID, countries map[spoor.AccountID]spoor.Country) {
	if *c == (spoor.Country{}) && countries != nil {
		*c = countries[id]
	}
}

// accounts reads the accounts file that was given, once.
func (r *reading) accounts() ([]amlworld.Account, error) {
	if r.known != nil {
		return r.known, nil
	}
	f, err := os.Open(r.Account)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r.known, err = amlworld.ReadAccounts(r.Account, f)
	return r.known, err
}

// countries gives where the accounts of the accounts file are kept; nil where
// none was given.
func (r *reading) countries() (map[spoor.AccountID]spoor.Country, error) {
	if r.Account == "" {
		return nil, nil
	}
	accounts, err := r.accounts()
	if err != nil {
		return nil, err
	}
	out := make(map[spoor.AccountID]spoor.Country, len(accounts))
	for _, a := range accounts {
		out[a.ID] = a.Country
	}
	return out, nil
}
