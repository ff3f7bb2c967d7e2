package ftm

import (
	"fmt"
	"strconv"
	"strings"
)

// mostFirst is how many lines of a note are kept, and mostNotes how many
// schemas.
const (
	mostFirst = 5
	mostNotes = 50
)

// notes are what a reader left out or did not understand, without being broken.
type notes struct {
	schemas []leftOut // in order of their first entity
	others  int       // entities of schemas beyond mostNotes
	unclear []string  // the first values that were not understood
	more    int       // values beyond those
}

// leftOut is the entities of one schema.
type leftOut struct {
	schema string
	count  int
	lines  []string
}

// unknown counts an entity of a schema that FollowTheMoney does not have.
func (n *notes) unknown(schema string, line int) {
	for i := range n.schemas {
		if s := &n.schemas[i]; s.schema == schema {
			if s.count++; len(s.lines) < mostFirst {
				s.lines = append(s.lines, strconv.Itoa(line))
			}
			return
		}
	}
	if len(n.schemas) == mostNotes {
		n.others++
		return
	}
	n.schemas = append(n.schemas, leftOut{strings.Clone(schema), 1, []string{strconv.Itoa(line)}})
}

// value counts a value that was not understood.
func (n *notes) value(id, property, value string, line int) {
	if len(n.unclear) == mostFirst {
		n.more++
		return
	}
	if id == "" {
		id = "an entity without an id"
	}
	n.unclear = append(n.unclear, fmt.Sprintf("%s: %s %s not understood (line %d)", short(id), property, strconv.Quote(short(value)), line))
}

func short(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// Notes says, a line each, what was left out or not understood so far and is no
// problem: entities of schemas that FollowTheMoney does not have, with the lines
// of the first five; percentages and dates that say nothing, the first five. It
// is empty where all was understood.
func (r *Interests) Notes() (out []string) {
	for _, s := range r.notes.schemas {
		entities, line, rest := "entities", "lines ", ""
		if s.count == 1 {
			entities, line = "entity", "line "
		}
		if s.count > len(s.lines) {
			rest = ", …"
		}
		out = append(out, fmt.Sprintf("%d %s of unknown schema %s left out (%s%s%s)", s.count, entities, strconv.Quote(short(s.schema)), line, strings.Join(s.lines, ", "), rest))
	}
	if r.notes.others > 0 {
		out = append(out, fmt.Sprintf("%d entities of further unknown schemas left out", r.notes.others))
	}
	out = append(out, r.notes.unclear...)
	if r.notes.more > 0 {
		out = append(out, fmt.Sprintf("%d more percentages or dates not understood", r.notes.more))
	}
	return out
}

// passedOver are the schemas of FollowTheMoney that say nothing of who owns or
// runs what.
var passedOver = func() map[string]bool {
	const names = `Address Analyzable Article Assessment Associate Audio BankAccount Call CallForTenders Contract ContractAward
		CourtCase CourtCaseParty CryptoWallet Debt Document Documentation EconomicActivity Email Employment Event Family Folder
		HyperText Identification Image Interest Interval Mention Message Note Occupancy Package Page Pages Passport Payment
		PlainText Position Post Project ProjectParticipant Risk Sanction Similar Succession Table TaxRoll Territory Thing Trip
		UserAccount Value Video Workbook`
	out := map[string]bool{}
	for _, n := range strings.Fields(names) {
		out[n] = true
	}
	return out
}()
