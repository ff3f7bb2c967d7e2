package ftm

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"spoor"
)

// Item is one thing that [Interests] reads: a party, or an interest.
type Item struct {
	Party    *Party          // nil where it is an interest
	Interest *spoor.Interest // nil where it is a party
	// Indirect is true for an interest of which the source says that it is held
	// through others: ownershipType "indirect", "ultimate", "beneficial".
	Indirect bool
}

// Interests reads who owns and runs what: the parties of one file and the
// interests between them, in any order, from JSON lines or one JSON array.
// Entities nested in others are read as well.
//
//   - Ownership: owner and asset; percentage as [ParseShare] reads it, of several
//     what encloses them. It is a shareholding unless ownershipType, sharesType
//     or role speak of votes, a nominee or a trust.
//   - Directorship: director and organization. With a role such as "shareholder"
//     or "trustee" it is what the role says.
//   - Representation: only where the role says nominee (the client stands behind
//     the agent) or power of attorney (a means of control that is not known
//     further).
//   - Membership and UnknownLink: control by unknown means, unless the role says
//     more.
//   - From and Until: the earliest startDate, the latest endDate. What has a
//     status such as "inactive" or "former" and no endDate is left out.
//
// Family and Associate are ties between persons and no interests; Succession is
// none either. Entities of schemas that FollowTheMoney does not have, and values
// that say nothing, are told by [Interests.Notes]. Things that are owned and are no parties, such as RealEstate and
// Vehicle, become parties of unknown kind, since they can be frozen. The
// properties are those of the FollowTheMoney schemas.
type Interests struct {
	items  *items
	record uint64
	queue  []Item
	notes  notes
}

// NewInterests makes a reader; name is what problems call the file.
func NewInterests(name string, src io.Reader) *Interests {
	return &Interests{items: newItems(name, src)}
}

// Next gives the next party or interest, and io.EOF at the end. A
// *[spoor.Problem] describes an entity that cannot be read; unless it is fatal,
// the following call goes on with the entity after it.
func (r *Interests) Next() (Item, error) {
	for len(r.queue) == 0 {
		item, err := r.items.next()
		if err != nil {
			return Item{}, err
		}
		r.record++
		e, err := parse(item)
		f := &fault{}
		if err != nil {
			f.reason = err.Error()
		} else if f = r.take(e, "", "", 0); f == nil {
			continue
		}
		p := r.items.problem(f.reason)
		p.Field, p.Record = f.property, r.record
		return Item{}, p
	}
	out := r.queue[0]
	r.queue = r.queue[1:]
	return out, nil
}

// edges are the schemas of interests: who holds, and what.
var edges = map[string]struct{ holder, held string }{
	"Ownership":      {"owner", "asset"},
	"Directorship":   {"director", "organization"},
	"Representation": {"agent", "client"},
	"Membership":     {"member", "organization"},
	"UnknownLink":    {"subject", "object"},
}

// backwards are the properties in which nested entities of those schemas stand
// in a party, and which part that party has in them.
var backwards = []struct{ property, part string }{
	{"ownershipOwner", "owner"}, {"ownershipAsset", "asset"},
	{"directorshipDirector", "director"}, {"directorshipOrganization", "organization"},
	{"membershipMember", "member"}, {"membershipOrganization", "organization"},
	{"agencyClient", "agent"}, {"agentRepresentation", "client"},
	{"unknownLinkTo", "subject"}, {"unknownLinkFrom", "object"},
}

// maxEnds is how many pairs of holder and held one entity may give.
const maxEnds = 10_000

// maxNested is how deep entities may be nested in each other.
const maxNested = 8

// take puts what an entity says into the queue. The part of an interest that
// the entity around it has is given where it does not repeat it itself.
func (r *Interests) take(e *entity, part, whose string, depth int) *fault {
	if depth > maxNested {
		return nil
	}
	edge, ok := edges[e.Schema]
	switch {
	case ok:
		ends := func(property string) (ids []string) {
			for _, x := range e.refs(property) {
				if x.ID != "" {
					ids = append(ids, x.ID)
				}
				if x.Schema != "" {
					r.take(x, "", "", depth+1)
				}
			}
			if len(ids) == 0 && property == part {
				ids = []string{whose}
			}
			return ids
		}
		holders, held := ends(edge.holder), ends(edge.held)
		switch {
		case len(holders) == 0:
			return &fault{edge.holder, "missing: nobody holds this interest"}
		case len(held) == 0:
			return &fault{edge.held, "missing: nothing is held by this interest"}
		case len(holders)*len(held) > maxEnds:
			return faultf(edge.held, "%d holders of %d things in one entity: want at most %d pairs", len(holders), len(held), maxEnds)
		}
		r.interests(e, holders, held)
	case isParty(e.Schema) || isAsset(e.Schema):
		if e.ID == "" {
			return &fault{"id", "the entity has no id"}
		}
		r.queue = append(r.queue, Item{Party: party(e)})
		for _, b := range backwards {
			for _, x := range e.refs(b.property) {
				if _, ok := edges[x.Schema]; ok {
					if f := r.take(x, b.part, e.ID, depth+1); f != nil {
						return f
					}
				}
			}
		}
	case !passedOver[e.Schema]:
		r.notes.unknown(e.Schema, r.items.began)
	}
	return nil
}

// isAsset reports whether a schema is of things that are owned and no parties.
func isAsset(schema string) bool {
	switch schema {
	case "Asset", "RealEstate", "Vehicle", "Security", "License":
		return true
	}
	return false
}

// interests puts the interests of an entity of edges into the queue.
func (r *Interests) interests(e *entity, holders, held []string) {
	if e.first("endDate") == "" && over.MatchString(e.first("status")) {
		return
	}
	i := spoor.Interest{Source: e.ID, Role: strings.Join(append(append(e.texts("role"), e.texts("ownershipType")...), e.texts("sharesType")...), ", "), Most: 100}
	indirect, ok := classify(e.Schema, &i)
	if !ok {
		return
	}
	known := false
	for _, s := range e.texts("percentage") {
		least, most, ok := ParseShare(s)
		switch {
		case !ok:
			r.notes.value(e.ID, "percentage", s, r.items.began)
		case known:
			i.Least, i.Most = min(i.Least, least), max(i.Most, most)
		default:
			i.Least, i.Most, known = least, most, true
		}
	}
	dates := func(property string) (out []spoor.PartialDate) {
		for _, s := range e.texts(property) {
			if d, ok := spoor.ParsePartialDate(s[:min(len(s), 10)]); ok {
				out = append(out, d)
			} else {
				r.notes.value(e.ID, property, s, r.items.began)
			}
		}
		slices.SortFunc(out, func(a, b spoor.PartialDate) int { return strings.Compare(a.String(), b.String()) })
		return out
	}
	if d := dates("startDate"); len(d) > 0 {
		i.From = d[0]
	}
	if d := dates("endDate"); len(d) > 0 {
		i.Until = d[len(d)-1]
	}
	for _, h := range holders {
		for _, a := range held {
			j := i
			j.Holder, j.Held = h, a
			if j.Role == nominator {
				j.Holder, j.Held = a, h
			}
			r.queue = append(r.queue, Item{Interest: &j, Indirect: indirect})
		}
	}
}

// over is a status of what is no more.
var over = regexp.MustCompile(`(?i)\b(inactive|ended|former|historic(al)?|ceased|resigned|terminated|dissolved|past)\b`)

// nominator is the role of one who stands behind a nominee.
const nominator = "nominator"

// says finds words in a role.
var says = struct{ trust, nominee, votes, holds, profit, control, attorney, indirect *regexp.Regexp }{
	trust:    regexp.MustCompile(`(?i)settlor|trustee|protector|beneficiar(y|ies)|grantor`),
	nominee:  regexp.MustCompile(`(?i)nominee`),
	votes:    regexp.MustCompile(`(?i)\bvot(e|es|ing)\b`),
	holds:    regexp.MustCompile(`(?i)shareholder|stockholder|\bowner|\bpartner\b|founder`),
	profit:   regexp.MustCompile(`(?i)profit|surplus|liquidation`),
	control:  regexp.MustCompile(`(?i)\bcontrol`),
	attorney: regexp.MustCompile(`(?i)power of attorney|attorney-in-fact|signatory`),
	indirect: regexp.MustCompile(`(?i)indirect|ultimate|beneficial`),
}

// classify finds the kind of an interest by its schema and role; ok is false
// for what is none.
func classify(schema string, i *spoor.Interest) (indirect, ok bool) {
	role := i.Role
	i.Kind = spoor.UnknownControl
	switch {
	case schema == "Representation":
		switch {
		case says.nominee.MatchString(role):
			i.Kind, i.Role = spoor.Nominee, nominator
		case !says.attorney.MatchString(role):
			return false, false
		}
		return false, true
	case says.trust.MatchString(role):
		i.Kind = spoor.TrustInterest
		return false, true
	case schema == "Directorship" && !says.holds.MatchString(role):
		i.Kind = spoor.Directorship // a nominee director, too
		return false, true
	case schema == "Ownership", says.holds.MatchString(role):
		i.Kind = spoor.Shareholding
		switch {
		case says.nominee.MatchString(role):
			i.Kind = spoor.Nominee
		case says.votes.MatchString(role) && !says.profit.MatchString(role):
			i.Kind = spoor.VotingRights
		}
		return says.indirect.MatchString(role), true
	case says.control.MatchString(role):
		i.Kind = spoor.Control
		return says.indirect.MatchString(role), true
	}
	return false, true
}

// Beyond is by how much a share that is stated as more than 25 % exceeds 25, in
// percent: enough to tell it from 25, and more than half from half.
const Beyond = 1e-6

var (
	shareNumber = regexp.MustCompile(`\d+(?:[.,]\d+)?(?:\s*/\s*\d+)?`)
	shareWords  = regexp.MustCompile(`(?i)[\p{L}]+`)
	shareKnown  = regexp.MustCompile(`(?i)^(percent|per|cent|pct|of|the|to|and|or|but|not|is|a|more|than|less|over|under|above|below|at|least|most|up|between|from|exactly|about|approx|approximately|ca|circa|shares?|shareholding|voting|votes?|rights?|ownership|equity|stake)$`)
	shareAbove  = regexp.MustCompile(`(?i)(?:>|more than|over|above)`)
	shareFrom   = regexp.MustCompile(`(?i)(?:>=|≥|at least|from|or more|\d\s*%?\s*\+)`)
	shareBelow  = regexp.MustCompile(`(?i)(?:<|less than|under|below)`)
	shareUpTo   = regexp.MustCompile(`(?i)(?:<=|≤|at most|up to|not more than|or less)`)
)

// ParseShare reads a share in percent as people write it, and gives its bounds:
// "25", "33,3 %", "1/3", "25-50", "between 25 and 50 %", ">75", "75 % or more",
// "more than 25% but not more than 50%", "majority". A number is always in
// percent: ".25" is a quarter of a percent. What is stated to be more than a
// number exceeds it by [Beyond]. ok is false for what is no share, such as a
// number of shares, and the bounds are 0 and 100 then.
func ParseShare(s string) (least, most float64, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	switch s {
	case "majority":
		return 50 + Beyond, 100, true
	case "minority":
		return 0, 50 - Beyond, true
	}
	for _, w := range shareWords.FindAllString(s, -1) {
		if !shareKnown.MatchString(w) {
			return 0, 100, false
		}
	}
	var numbers []float64
	for _, n := range shareNumber.FindAllString(s, -1) {
		v, ok := shareValue(n)
		if !ok {
			return 0, 100, false
		}
		numbers = append(numbers, v)
	}
	upTo := shareUpTo.MatchString(s)
	rest := shareUpTo.ReplaceAllString(s, " ")
	from := shareFrom.MatchString(rest)
	rest = shareFrom.ReplaceAllString(rest, " ")
	above, below := shareAbove.MatchString(rest), shareBelow.MatchString(rest)
	switch {
	case len(numbers) == 2 && numbers[0] <= numbers[1]:
		least, most = numbers[0], numbers[1]
	case len(numbers) != 1:
		return 0, 100, false
	case from || above:
		least, most = numbers[0], 100
	case upTo || below:
		least, most = 0, numbers[0]
	default:
		return numbers[0], numbers[0], true
	}
	if above {
		least = min(least+Beyond, most)
	}
	if below {
		most = max(most-Beyond, least)
	}
	return least, most, true
}

// shareValue reads "33.3", "33,3" or "1/3".
func shareValue(s string) (float64, bool) {
	whole, by, fraction := strings.Cut(s, "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(strings.Replace(whole, ",", ".", 1)), 64)
	if err != nil {
		return 0, false
	}
	if fraction {
		d, err := strconv.ParseFloat(strings.TrimSpace(by), 64)
		if err != nil || d == 0 {
			return 0, false
		}
		v = 100 * v / d
	}
	if v > 100 && v < 100.01 { // rounded up by the source
		v = 100
	}
	return v, v <= 100
}
