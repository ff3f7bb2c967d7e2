package main

import (
	"fmt"
	"maps"
	"slices"

	"spoor"
	"spoor/narrative"
)

type reportCmd struct {
	reading
	Alert  string `help:"Id of the alert." required:"" placeholder:"ID"`
	Alerts string `help:"The alerts.jsonl that detect wrote from the same payments." default:"alerts.jsonl"`
	JSON   bool   `name:"json" help:"Write the draft as JSON: each sentence with the evidence that backs it."`
}

func (c *reportCmd) Run(e *env) error {
	a, err := findAlert(c.Alerts, c.Alert)
	if err != nil {
		return err
	}
	in := narrative.Input{Alerts: []spoor.Alert{*a}, Subjects: holders(a)}
	if in.Payments, err = c.payments(e, a); err != nil {
		return err
	}
	d, err := narrative.Write(in)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(e.stdout, d)
	}
	_, err = fmt.Fprint(e.stdout, d.String())
	return err
}

// payments reads those of an alert. All must be there: what a draft leaves out
// nobody would miss.
func (c *reportCmd) payments(e *env, a *spoor.Alert) (out []spoor.Payment, err error) {
	wanted := map[string]bool{}
	for _, id := range a.Payments {
		wanted[id] = true
	}
	sum, err := c.each(e, "reading", func() { out = nil }, func(p *spoor.Payment) error {
		if wanted[p.Called()] {
			out = append(out, *p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sum.tell(e.stderr)
	if len(out) != len(a.Payments) {
		return nil, usage(fmt.Sprintf("alert %s has %d payments, of which %d are in these files: give those that it was found in", a.ID, len(a.Payments), len(out)))
	}
	return out, nil
}

// holders are the parties that an alert names. Nobody has said yet what they are
// in a case.
func holders(a *spoor.Alert) (out []narrative.Subject) {
	for _, account := range slices.Sorted(maps.Keys(a.Holders)) {
		name := a.Holders[account]
		i := slices.IndexFunc(out, func(s narrative.Subject) bool { return s.Name() == name })
		if i < 0 {
			i = len(out)
			out = append(out, narrative.Subject{
				Party:    spoor.Party{ID: fmt.Sprintf("holder-%d", i+1), Names: []spoor.Name{{Full: name}}},
				Category: spoor.OtherRole, Evidence: []string{"alert " + a.ID},
			})
		}
		out[i].Accounts = append(out[i].Accounts, spoor.ParseAccountID(account))
	}
	return out
}
