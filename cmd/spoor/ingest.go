package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"spoor"
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
	Account string   `name:"accounts" help:"AMLworld accounts file, for the countries of banks." type:"existingfile"`
}

const batchSize = 4096

// batch is a run of payments on its way from the reader to the graph.
type batch struct {
	payments []spoor.Payment
	err      error
}

// errOrder says that a stream is not in order of time.
var errOrder = errors.New("payments are not in order of time")

// summary is what reading a set of files came to.
type summary struct {
	payments   uint64
	late       uint64
	duplicates uint64
	skipped    uint64
	listed     []*spoor.Problem
	files      []format.File
	sorted     bool
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

// each gives all payments in order of time, in batches that are valid until
// the next. Files that are in order are streamed; if they turn out not to be,
// restart is called and everything is sorted in memory first.
func (r *reading) each(e *env, what string, restart func(), f func([]spoor.Payment) error) (*summary, error) {
	sum, err := r.stream(e, what, f)
	if !errors.Is(err, errOrder) {
		return sum, err
	}
	if slices.Contains(r.Files, "-") {
		return sum, &spoor.Problem{File: "standard input", Reason: err.Error() + ": sort them, or give a file, which Spoor sorts by itself", Fatal: true}
	}
	fmt.Fprintln(e.stderr, "payments are not in order of time: sorting them in memory")
	restart()
	return r.sorted(e, what, f)
}

// stream reads on one goroutine while f works on another.
func (r *reading) stream(e *env, what string, f func([]spoor.Payment) error) (*summary, error) {
	sum := &summary{}
	src, err := format.Open(r.Files, e.stdin, format.Options{Format: r.Format, SkipBad: r.SkipBad})
	if err != nil {
		return sum, err
	}
	defer src.Close()
	countries, err := r.countries()
	if err != nil {
		return sum, err
	}
	progress := newProgress(e, what, src)
	defer progress.end()
	full, empty := make(chan batch, 4), make(chan []spoor.Payment, 6)
	for range cap(empty) {
		empty <- make([]spoor.Payment, batchSize)
	}
	quit := make(chan struct{})
	defer close(quit)
	go read(src, full, empty, quit, countries)
	newest := spoor.Instant(-1 << 62)
	for b := range full {
		for i := range b.payments {
			if b.payments[i].Time < newest {
				return sum, errOrder
			}
			newest = b.payments[i].Time
		}
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
	if sum.payments == 0 {
		return sum, &spoor.Problem{File: r.Files[0], Reason: "no payments in it", Fatal: true}
	}
	return sum, nil
}

// read fills batches until the end or an error, which travels with the last.
func read(src *format.Source, full chan<- batch, empty <-chan []spoor.Payment, quit <-chan struct{}, countries map[spoor.AccountID]spoor.Country) {
	defer close(full)
	several := len(src.Files()) > 1
	seen := map[string]string{}
	for {
		var dst []spoor.Payment
		select {
		case dst = <-empty:
		case <-quit:
			return
		}
		n, err := src.Read(dst)
		if several && n > 0 {
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

// sorted reads everything, sorts it by time and gives it in batches.
func (r *reading) sorted(e *env, what string, f func([]spoor.Payment) error) (*summary, error) {
	var all []spoor.Payment
	sum := &summary{sorted: true}
	src, err := format.Open(r.Files, e.stdin, format.Options{Format: r.Format, SkipBad: r.SkipBad})
	if err != nil {
		return sum, err
	}
	defer src.Close()
	countries, err := r.countries()
	if err != nil {
		return sum, err
	}
	full, empty := make(chan batch, 4), make(chan []spoor.Payment, 6)
	for range cap(empty) {
		empty <- make([]spoor.Payment, batchSize)
	}
	quit := make(chan struct{})
	defer close(quit)
	go read(src, full, empty, quit, countries)
	for b := range full {
		all = append(all, b.payments...)
		if b.err != nil {
			return sum, b.err
		}
		empty <- b.payments[:batchSize]
	}
	slices.SortStableFunc(all, func(a, b spoor.Payment) int { return cmp.Compare(a.Time, b.Time) })
	progress := newProgress(e, what, nil)
	defer progress.end()
	for part := range slices.Chunk(all, batchSize) {
		if err := f(part); err != nil {
			return sum, err
		}
		sum.payments += uint64(len(part))
		progress.at(sum.payments)
	}
	sum.skipped, sum.listed = src.Skipped()
	sum.files = src.Files()
	return sum, nil
}

// accounts reads the accounts file that was given.
func (r *reading) accounts() ([]amlworld.Account, error) {
	f, err := os.Open(r.Account)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return amlworld.ReadAccounts(r.Account, f)
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
