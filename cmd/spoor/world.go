package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"spoor"
	"spoor/format/amlworld"
	"spoor/format/plain"
	"spoor/format/rates"
	"spoor/world"
)

type worldCmd struct {
	Payments int     `help:"About how many payments." default:"100000"`
	Illicit  float64 `help:"Share of payments that belong to planted schemes." default:"0.001"`
	Alike    float64 `name:"look-alikes" help:"Share of payments that belong to planted legal look-alikes." default:"0.002"`
	Seed     uint64  `help:"Equal seeds give equal worlds." default:"1"`
	Days     int     `help:"How many days." default:"30"`
	Start    string  `help:"First day." default:"2022-09-01"`
	Plant    string  `help:"Hide the attempts of this AMLworld patterns file among living accounts." type:"existingfile"`
	Alone    bool    `help:"Leave the accounts of --plant without ordinary life."`
	Format   string  `help:"What to write: amlworld (Trans.csv, Patterns.txt, accounts.csv), plain (payments.csv) or both." enum:"amlworld,plain,both" default:"amlworld"`
	Out      string  `help:"Folder to write to." required:""`
	JSON     bool    `name:"json" help:"Say what was written as JSON."`
}

func (c *worldCmd) Run(e *env) error {
	w, err := c.build()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	n, err := c.write(w)
	if err != nil {
		return err
	}
	planted := 0
	for _, a := range w.Attempts() {
		planted += len(a.Payments)
	}
	if c.JSON {
		return writeJSON(e.stdout, map[string]any{"out": c.Out, "payments": n, "accounts": len(w.Accounts()), "attempts": len(w.Attempts()), "illicit": planted, "look_alikes": len(w.NearMisses())})
	}
	fmt.Fprintf(e.stdout, "%s: %d payments between %d accounts; %d attempts of laundering in %d payments, %d legal look-alikes\n",
		c.Out, n, len(w.Accounts()), len(w.Attempts()), planted, len(w.NearMisses()))
	if c.Format == "both" {
		fmt.Fprintln(e.stdout, "Trans.csv and payments.csv hold the same payments: read one of them.")
	}
	return nil
}

func (c *worldCmd) build() (*world.World, error) {
	start, err := time.Parse(time.DateOnly, c.Start)
	if err != nil {
		return nil, usage("--start: want a day such as 2022-09-01")
	}
	o := world.Options{Payments: c.Payments, Illicit: c.Illicit, LookAlikes: c.Alike, Seed: c.Seed, Days: c.Days, Start: spoor.At(start), Rates: rates.Default(), PlantAlone: c.Alone}
	if c.Plant != "" {
		f, err := os.Open(c.Plant)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if o.Plant, err = amlworld.ReadPatterns(c.Plant, f); err != nil {
			return nil, err
		}
	}
	w, err := world.New(o)
	if err != nil {
		return nil, usage(err.Error())
	}
	return w, nil
}

// encoder is a writer of payments in some format.
type encoder interface {
	Write(*spoor.Payment) error
	Flush() error
}

// write writes the payments in each format that was asked for, and what goes
// beside them.
func (c *worldCmd) write(w *world.World) (n int, err error) {
	file := func(name string, wanted bool, f func(io.Writer) error) {
		if err == nil && wanted {
			err = writeFile(filepath.Join(c.Out, name), f)
		}
	}
	payments := func(enc encoder) error {
		n = 0
		for p := range w.Payments() {
			n++
			if err := enc.Write(p); err != nil {
				return err
			}
		}
		return enc.Flush()
	}
	aml := c.Format != "plain"
	file("Trans.csv", aml, func(out io.Writer) error { return payments(amlworld.NewWriter(out)) })
	file("Patterns.txt", aml, func(out io.Writer) error { return amlworld.WritePatterns(out, w.Attempts()) })
	file("accounts.csv", aml, func(out io.Writer) error {
		accounts := make([]amlworld.Account, 0, len(w.Accounts()))
		for _, a := range w.Accounts() {
			accounts = append(accounts, amlworld.Account{ID: a.ID, BankName: a.BankName, Country: a.Country, EntityID: a.OwnerID, EntityName: a.OwnerName})
		}
		return amlworld.WriteAccounts(out, accounts)
	})
	file("payments.csv", c.Format != "amlworld", func(out io.Writer) error { return payments(plain.NewWriter(out)) })
	return n, err
}
