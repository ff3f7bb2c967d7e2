package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/freeze/law"
)

type lawCmd struct {
	Procedure string `arg:"" optional:"" help:"Procedure to show, step by step."`
	Between   string `help:"Issuing and executing state: which act binds them." placeholder:"IT,FR"`
	On        string `help:"Day on which; default today." placeholder:"2026-11-25"`
	Grounds   string `help:"A closed list of grounds: refuse-freezing, postpone-confiscation, …" placeholder:"LIST"`
	Files     string `help:"A member's own files instead of those inside the program; they are checked." name:"files" type:"existingdir" placeholder:"DIR"`
	JSON      bool   `name:"json" help:"Write the result as JSON."`
}

func (c *lawCmd) Run(e *env) error {
	l := law.Default()
	if c.Files != "" {
		var err error
		if l, err = law.Load(os.DirFS(c.Files)); err != nil {
			return &spoor.Problem{File: c.Files, Reason: err.Error(), Fatal: true}
		}
	}
	asked := 0
	for _, s := range []string{c.Procedure, c.Between, c.Grounds} {
		if s != "" {
			asked++
		}
	}
	switch {
	case asked > 1:
		return usage("one thing at a time: a procedure, --between or --grounds")
	case c.On != "" && c.Between == "":
		return usage("--on is for --between")
	case c.Procedure != "":
		return c.procedure(e, l)
	case c.Between != "":
		return c.between(e, l)
	case c.Grounds != "":
		return c.grounds(e, l)
	}
	return c.list(e, l)
}

func (c *lawCmd) list(e *env, l *law.Law) error {
	if c.JSON {
		return writeJSON(e.stdout, l.Procedures())
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "PROCEDURE\tSTEPS\tACT\tTITLE\n")
	for _, p := range l.Procedures() {
		fmt.Fprintf(w, "%s\t%d\t%s%s\t%s\n", p.ID, len(p.Steps), p.Act, unverified(p.Verified), p.Title)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "\n* from memory, to be checked against the act. Law %s.\n\"spoor law PROCEDURE\" shows its steps, \"spoor law --between IT,FR\" which act binds two states.\n", l.Version())
	return nil
}

func unverified(ok bool) string {
	if ok {
		return ""
	}
	return " *"
}

func (c *lawCmd) procedure(e *env, l *law.Law) error {
	p, ok := l.Procedure(law.ID(c.Procedure))
	switch {
	case !ok:
		return usage(fmt.Sprintf("no procedure %q: \"spoor law\" lists them", c.Procedure))
	case c.JSON:
		return writeJSON(e.stdout, p)
	}
	_, err := fmt.Fprint(e.stdout, p.Text())
	return err
}

func (c *lawCmd) between(e *env, l *law.Law) error {
	at := spoor.At(time.Now())
	if c.On != "" {
		var err error
		if at, err = when(c.On); err != nil {
			return err
		}
	}
	issuing, executing, ok := strings.Cut(c.Between, ",")
	from, ok1 := spoor.ParseCountry(strings.TrimSpace(issuing))
	to, ok2 := spoor.ParseCountry(strings.TrimSpace(executing))
	if !ok || !ok1 || !ok2 {
		return usage(fmt.Sprintf("--between %s: want two states, such as IT,FR", c.Between))
	}
	b, err := l.Basis(from, to, at)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return writeJSON(e.stdout, b)
	}
	w := e.stdout
	fmt.Fprintf(w, "From %s to %s on %s: %s%s\n  %s\n", from, to, at.Date(), b.Act, unverified(b.Verified), b.Title)
	fmt.Fprintf(w, "  articles      %s\n  freezing      %s\n  confiscation  %s\n", b.Articles, b.Freezing, b.Confiscation)
	if b.Certificate {
		fmt.Fprintln(w, "  a certificate travels with the order")
	}
	if b.Note != "" {
		fmt.Fprintf(w, "  %s\n", b.Note)
	}
	if !b.Verified {
		fmt.Fprintln(w, "* from memory, to be checked against the act.")
	}
	return nil
}

func (c *lawCmd) grounds(e *env, l *law.Law) error {
	list := l.Grounds(c.Grounds)
	switch {
	case len(list) == 0:
		return usage(fmt.Sprintf("no list of grounds %q: a procedure's steps name them", c.Grounds))
	case c.JSON:
		return writeJSON(e.stdout, list)
	}
	for _, g := range list {
		fmt.Fprintf(e.stdout, "%s%s\n  %s\n", g.ID, unverified(g.Verified), g.Text)
	}
	return nil
}
