package narrative

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"spoor"
)

// clean makes one line of a text from a source: no line breaks, no characters that
// control how a screen shows what follows.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// quote sets off what a source wrote, so that it cannot pass for a sentence of the
// draft; long texts are cut, and say so.
func quote(s string) string {
	s = strings.NewReplacer("“", "'", "”", "'", `"`, "'").Replace(clean(s))
	if r := []rune(s); len(r) > 140 {
		s = string(r[:140]) + " … (cut)"
	}
	return "“" + s + "”"
}

// sentence ends a text of a person with a full stop.
func sentence(s string) string {
	s = clean(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

// amount gives money as people read it, and never less exactly than it is.
func amount(m spoor.Money) string {
	if m.Currency.Scale() > 2 {
		return m.Currency.String() + " " + m.Decimal()
	}
	number, code, _ := strings.Cut(m.Grouped(), " "+m.Currency.String())
	return m.Currency.String() + " " + number + code
}

func date(i spoor.Instant) string { return i.Time().Format("2 January 2006") }

func moment(i spoor.Instant) string { return i.Time().Format("2 January 2006 at 15:04 UTC") }

// count gives "one payment", "3 payments".
func count(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// list gives "a, b and c".
func list(items []string, last string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + last + " " + items[len(items)-1]
}

// guilt are words that say that somebody did it. Suspicion says so: "suspected of",
// "may have". A conviction is a fact and said as one: "was convicted by …".
var guilt = regexp.MustCompile(`(?i)\b(is|are|was|were|be|being|clearly|obviously|undoubtedly)\s+(\w+\s+)?(guilty|a criminal|criminals|a launderer|launderers|a money launderer|money launderers|a fraudster|fraudsters|a thief|thieves|a trafficker|traffickers|a drug dealer|drug dealers)\b` +
	`|\b(guilt|crime|offence|fraud)\s+(is|was|has been)\s+(proven|proved|certain|established|beyond doubt)\b` +
	`|\b(has|have|had|he|she|they|who|which|clearly|company|suspect|holder)\s+(laundered|launders|launder|defrauded|defrauds|embezzled|embezzles|trafficked|traffics|bribed|bribes|stole|steals|committed|commits)\b` +
	`|\bproves?\s+(his|her|their|the)\s+guilt\b`)

// hedge are words before a statement of guilt that make a suspicion of it.
var hedge = regexp.MustCompile(`(?i)\b(suspected|suspects|suspicion|suspicions|alleged|allegedly|may|might|could|whether|if|not|no|nothing|indicat\w+|convicted)\b`)

// checkWords refuses texts of persons that state guilt. Texts of sources, such as
// the purpose of a payment, are quoted and are not checked.
func (in *Input) checkWords() error {
	check := func(where, text string) error {
		if len(text) > MaxText {
			return fmt.Errorf("%s: %d bytes, at most %d", where, len(text), MaxText)
		}
		for _, part := range strings.FieldsFunc(clean(text), func(r rune) bool { return strings.ContainsRune(".;!?", r) }) {
			if at := guilt.FindStringIndex(part); at != nil && !hedge.MatchString(part[:at[1]]) {
				return fmt.Errorf("%s says %q, which states guilt: write what was seen, or what is suspected and why (Charter of Fundamental Rights Art 48)", where, part[at[0]:at[1]])
			}
		}
		return nil
	}
	type text struct{ where, text string }
	var all []text
	for _, a := range in.Alerts {
		for _, r := range a.Reasons {
			all = append(all, text{"alert " + a.ID, r})
		}
	}
	for _, s := range in.Facts {
		all = append(all, text{"fact " + s.ID, s.Text})
	}
	for _, s := range in.Assessments {
		all = append(all, text{"assessment " + s.ID, s.Text})
	}
	for _, s := range in.Unknown {
		all = append(all, text{"question " + s.ID, s.Text})
	}
	for _, e := range in.Explanations {
		all = append(all, text{"explanation " + e.ID, e.What}, text{"explanation " + e.ID, e.Found})
	}
	for _, m := range in.Measures {
		all = append(all, text{"measure " + m.ID, m.What})
	}
	for _, t := range all {
		if err := check(t.where, t.text); err != nil {
			return err
		}
	}
	return nil
}
