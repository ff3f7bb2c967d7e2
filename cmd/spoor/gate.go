package main

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"spoor"
	"spoor/draw/text"
	"spoor/gate"
	"spoor/journal"
	"spoor/node/fold"
	"spoor/seal"
)

type gateCmd struct {
	Show      bool   `help:"Print the policy inside the program: a file to begin one's own from." xor:"what"`
	Check     bool   `help:"Check the --policy and say what it is." xor:"what"`
	Replay    bool   `help:"Decide a node's past payments again by the --policy and list what would differ." xor:"what"`
	Policy    string `help:"The policy (TOML)." type:"existingfile" placeholder:"FILE"`
	Member    string `help:"Member state, where it is not the policy's." placeholder:"IT"`
	Data      string `help:"Folder of a node that is stopped, or a copy of it." type:"existingdir" placeholder:"DIR"`
	Node      string `help:"Or the address of a node that runs." placeholder:"URL"`
	TokenFile string `help:"Bearer token for --node; its key needs the right audit." type:"existingfile" placeholder:"FILE"`
	KeyFile   string `help:"Key of an encrypted --data." type:"existingfile" placeholder:"FILE"`
	Since     string `help:"First day, or RFC 3339; default the day before now." placeholder:"2026-11-24"`
	Until     string `help:"Day, or RFC 3339, before which; default now." placeholder:"2026-11-25"`
	Most      int    `help:"How many differences to list." default:"50"`
	JSON      bool   `name:"json" help:"Write the result as JSON."`
}

func (c *gateCmd) Run(e *env) error {
	switch {
	case c.Show:
		_, err := e.stdout.Write(gate.DefaultPolicyText())
		return err
	case c.Check && c.Policy == "":
		return usage("--check: give the --policy to check")
	case c.Check:
		p, err := loadPolicy(c.Policy, c.Member)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s: good. Policy %s of %s, budget %s.\n", c.Policy, p.Fingerprint, p.Member, p.Budget)
		return nil
	case c.Replay:
		return c.replay(e)
	}
	return usage("say what to do: --show, --check or --replay")
}

func (c *gateCmd) replay(e *env) error {
	if (c.Data == "") == (c.Node == "") {
		return usage("--replay: give either --data (a stopped node's folder) or --node (the address of a running one)")
	}
	now := time.Now()
	since, err := when(cmp.Or(c.Since, now.Add(-24*time.Hour).UTC().Format(time.RFC3339)))
	if err != nil {
		return err
	}
	until, err := when(cmp.Or(c.Until, now.Add(time.Second).UTC().Format(time.RFC3339))) // with this second
	if err != nil {
		return err
	}
	if until <= since {
		return usage(fmt.Sprintf("the period ends %s, before it begins %s", until, since))
	}
	p, err := loadPolicy(c.Policy, c.Member)
	if err != nil {
		return err
	}
	read := c.remote
	if c.Data != "" {
		read = local(c.Data, c.KeyFile, p.Member)
	}
	r, err := fold.Rehearse(read, p, since, until, c.Most)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(e.stdout, r)
	}
	return tellRehearsal(e.stdout, r, since, until)
}

// when reads a day or an instant.
func when(s string) (at spoor.Instant, err error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return spoor.At(t), nil
	}
	if err := at.UnmarshalText([]byte(s)); err != nil {
		return 0, usage(fmt.Sprintf("%q: want a day such as 2026-11-24, or 2026-11-24T09:30:00Z", s))
	}
	return at, nil
}

// local reads the journal in a folder, verified as it goes.
func local(dir, keyFile string, member spoor.Country) fold.Reader {
	return func(f func(journal.Entry) error) error {
		r, err := journal.Verify(journal.Options{Dir: dir, Name: member.String(), KeyFile: keyFile}, journal.Head{}, f)
		if err == nil && r.Fault != nil {
			err = r.Fault
		}
		return err
	}
}

// mostEntry is how many bytes an entry over the network may take.
const mostEntry = 2 << 20

// remote reads the journal of a running node over its API.
func (c *gateCmd) remote(f func(journal.Entry) error) error {
	req, err := http.NewRequest(http.MethodGet, strings.TrimRight(c.Node, "/")+"/api/journal", nil)
	if err != nil {
		return err
	}
	if c.TokenFile != "" {
		token, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(res.Body, 300))
		return fmt.Errorf("%s answers %s: %s", c.Node, res.Status, strings.TrimSpace(string(why)))
	}
	in := bufio.NewReaderSize(res.Body, 1<<20)
	for {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if size > mostEntry {
			return fmt.Errorf("%s sends an entry of %d bytes: at most %d", c.Node, size, mostEntry)
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(in, b); err != nil {
			return err
		}
		var entry journal.Entry
		if err := seal.Decode(b, &entry); err != nil {
			return err
		}
		if err := f(entry); err != nil {
			return err
		}
	}
}

func tellRehearsal(w io.Writer, r *fold.Rehearsal, since, until spoor.Instant) error {
	fmt.Fprintf(w, "Policy %s on %d payments from %s to %s: %d decided alike.\n",
		r.Policy, r.Payments, since, until, r.Same)
	if len(r.Changes) == 0 {
		fmt.Fprintln(w, "Nothing would differ.")
		return nil
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Changes)) {
		fmt.Fprintf(w, "  %s: %d\n", kind, r.Changes[kind])
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "payment\tat\tamount\twas\twould be\tbecause")
	for _, d := range r.Differences {
		because := d.Because
		if d.Would < d.Was {
			because = d.Before
		}
		why := "no rule"
		if len(because) > 0 {
			why = because[0].Rule + ": " + because[0].Text
		}
		if d.Would < d.Was {
			why = "no longer " + why
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", text.Clean(d.Payment), d.At, d.Amount, d.Was, d.Would, text.Clean(why))
	}
	return t.Flush()
}
