package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"spoor"
	"spoor/format/text"
	"spoor/score"
)

// feedback is what analysts said of alerts, by payment.
type feedback struct {
	labels          map[string]spoor.Label // Unlabelled for unsure
	yes, no, unsure int                    // payments
	alerts, given   int                    // found, and all that were said
}

// readFeedback joins alerts with what was said of them. Where a payment is in
// several alerts, one that is true counts, then one that is unsure.
func readFeedback(alerts, dispositions string) (*feedback, error) {
	said, err := readDispositions(dispositions)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(alerts)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := &feedback{labels: map[string]spoor.Label{}}
	found := 0
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for line := 1; sc.Scan(); line++ {
		var a spoor.Alert
		if err := json.Unmarshal(sc.Bytes(), &a); err != nil {
			return nil, &spoor.Problem{File: alerts, Line: line, Reason: "not an alert: " + err.Error(), Fatal: true}
		}
		label, ok := said[a.ID]
		if !ok {
			continue
		}
		found++
		for _, p := range a.Payments {
			if old, ok := out.labels[p]; !ok || weight(label) > weight(old) {
				out.labels[p] = label
			}
		}
	}
	if err := sc.Err(); err != nil {
		return nil, &spoor.Problem{File: alerts, Reason: err.Error(), Fatal: true}
	}
	out.alerts, out.given = found, len(said)
	if found == 0 {
		return nil, &spoor.Problem{File: dispositions, Reason: "names none of the alerts in " + alerts, Fatal: true}
	}
	for _, l := range out.labels {
		out.yes += one(l == spoor.Illicit)
		out.no += one(l == spoor.Licit)
		out.unsure += one(l == spoor.Unlabelled)
	}
	return out, nil
}

// weight orders labels by which one counts.
func weight(l spoor.Label) int {
	switch l {
	case spoor.Illicit:
		return 2
	case spoor.Unlabelled:
		return 1
	}
	return 0
}

// readDispositions reads CSV with the columns alert and disposition. An alert
// that comes twice counts as it was said last.
func readDispositions(name string) (map[string]spoor.Label, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	said := map[string]spoor.Label{}
	alert, disposition := 0, 0
	begin := func(c *text.Columns) { alert, disposition = c.Need("alert"), c.Need("disposition") }
	err = text.Each(name, f, begin, func(f []string) (string, error) {
		label := spoor.Unlabelled
		switch strings.ToLower(f[disposition]) {
		case "true":
			label = spoor.Illicit
		case "false":
			label = spoor.Licit
		case "unsure":
		default:
			return "disposition", fmt.Errorf("%s: %w", text.Show(f[disposition]), errDisposition)
		}
		said[string([]byte(f[alert]))] = label
		return "", nil
	})
	return said, err
}

// label gives a source's payments the labels that analysts gave; those of
// unsure alerts are left out of learning. Without feedback all stays as it is.
func (f *feedback) label(src score.Source) score.Source {
	if f == nil {
		return src
	}
	return func(what string, take func(*spoor.Payment) error) error {
		return src(what, func(p *spoor.Payment) error {
			p.Label = spoor.Licit
			if l, ok := f.labels[p.Called()]; ok {
				p.Label = l
			}
			return take(p)
		})
	}
}
