package screen

import (
	"spoor"
	"spoor/screen/name"
)

// weakFactor lowers a match with an alias that its list calls weak: it needs
// more support.
const weakFactor = 0.9

// singleFactor lowers a match of a person with a listed name of one word: half
// the world has one word of its name in common with such an alias.
const singleFactor = 0.85

// initialsFactor lowers a match with an organisation by its initials alone: three
// letters stand for many.
const initialsFactor = 0.8

// The most by which each sort of evidence brings a score nearer to 1.
const (
	mostByBirth   = 0.25
	mostByCountry = 0.10
	mostByNumber  = 0.2
)

// evidence weighs what is known of a party against a listing. Where something
// agrees it brings the score nearer to 1 by a share of the distance; where it
// contradicts, it takes a share.
type evidence struct {
	query  *spoor.Party
	listed *spoor.Listing
	score  float64
	exact  bool
	pieces []spoor.Piece
}

func (e *evidence) names(ix *Index, f found, who string) {
	sp := &ix.spaces[f.space]
	best := name.Comparison{Score: -1}
	for _, v := range name.Variants(who) {
		if c := name.Explain(name.New(sp.kind, v), sp.entries[f.entry].name); c.Score > best.Score {
			best = c
		}
	}
	e.pieces = append(e.pieces, best.Pieces...)
}

// raise moves the score towards 1, lower takes a share of it.
func (e *evidence) raise(share float64, what, query, listed string, score float64) {
	effect := (1 - e.score) * share
	e.piece(what, query, listed, score, effect)
}

func (e *evidence) lower(by float64, what, query, listed string, score float64) {
	e.piece(what, query, listed, score, e.score*(by-1))
}

func (e *evidence) piece(what, query, listed string, score, effect float64) {
	e.pieces = append(e.pieces, spoor.Piece{What: what, Query: query, Listed: listed, Score: score, Effect: effect})
	e.score += effect
}

func (e *evidence) weakAlias(alias string) {
	e.lower(weakFactor, "weak alias", "", alias, weakFactor)
}

func (e *evidence) weigh() {
	named := e.score
	e.births()
	e.countries()
	e.numbers(named)
}

// births compares dates of birth, or of foundation: the best of all pairs
// counts.
func (e *evidence) births() {
	best, bq, bl := -1.0, spoor.PartialDate{}, spoor.PartialDate{}
	for _, q := range e.query.Births {
		for _, l := range e.listed.Births {
			if q.Year == 0 || l.Year == 0 {
				continue
			}
			if s := sameBirth(q, l); s > best {
				best, bq, bl = s, q, l
			}
		}
	}
	what, q, l := "birth date", bq.String(), bl.String()
	switch {
	case best < 0:
	case best >= 0.95:
		e.raise(mostByBirth, what, q, l, best)
	case best >= 0.8:
		e.raise(0.15, what, q, l, best)
	case best >= 0.6:
		e.raise(0.08, what, q, l, best)
	case best >= 0.4:
		e.lower(0.95, what, q, l, best)
	default:
		e.lower(0.72, what, q, l, best)
	}
}

// sameBirth says how well two dates agree, 0 to 1. Years differ by one where
// calendars were converted, days and months are exchanged where formats are.
func sameBirth(a, b spoor.PartialDate) float64 {
	years := int(a.Year) - int(b.Year)
	if years < 0 {
		years = -years
	}
	day := a.Month != 0 && b.Month != 0 && a.Day != 0 && b.Day != 0
	switch {
	case years == 0 && day && a.Month == b.Month && a.Day == b.Day:
		return 1
	case years == 0 && day && a.Month == b.Day && a.Day == b.Month:
		return 0.85
	case years == 0 && a.Month != 0 && b.Month != 0 && a.Month == b.Month:
		return 0.8
	case years == 0 && !day:
		return 0.7
	case day && a.Month == b.Month && a.Day == b.Day && (years == 10 || years == 1):
		return 0.6 // a slip in one digit of the year
	case years == 0:
		return 0.45
	case (a.About || b.About) && years <= 3:
		return 0.6
	case years == 1:
		return 0.4
	}
	return 0
}

// countries compares nationality, residence, registration and flag.
func (e *evidence) countries() {
	q, l := e.query.Countries, e.listed.Countries
	if len(q) == 0 || len(l) == 0 {
		return
	}
	for _, a := range q {
		for _, b := range l {
			if a == b {
				e.raise(mostByCountry, "country", a.String(), b.String(), 1)
				return
			}
		}
	}
	e.lower(0.93, "country", q[0].String(), l[0].String(), 0)
}

// strength says what a number of a kind proves.
type strength uint8

const (
	proves    strength = iota + 1 // one party, whatever its name
	inCountry                     // one party of a country; or with a like name
	withName                      // with a like name only
	shared                        // many may have it

	leastValue = 5 // characters of a number that can prove anything
)

func strengthOf(k spoor.IdentifierKind) strength {
	switch k {
	case spoor.IMO, spoor.LEI, spoor.IBAN, spoor.CryptoAddress:
		return proves
	case spoor.Passport, spoor.NationalID, spoor.TaxNumber, spoor.Registration:
		return inCountry
	case spoor.MMSI, spoor.CallSign, spoor.TailNumber, spoor.AccountNumber, spoor.Email, spoor.OtherNumber:
		return withName
	}
	return shared
}

// numbers compares identifiers; named is the score by names alone.
func (e *evidence) numbers(named float64) {
	for _, q := range e.query.Identifiers {
		value := q.Canonical()
		if value == "" {
			continue
		}
		other, same := spoor.Identifier{}, false
		for _, l := range e.listed.Identifiers {
			if l.Kind != q.Kind {
				continue
			}
			if l.Canonical() == value {
				e.sameNumber(q, l, named)
				same = true
				break
			}
			other = l
		}
		if !same && other.Value != "" {
			e.otherNumber(q, other)
		}
	}
}

func (e *evidence) sameNumber(q, l spoor.Identifier, named float64) {
	kind := strengthOf(q.Kind)
	country := q.Country != (spoor.Country{}) && q.Country == l.Country
	long := len(q.Canonical()) >= leastValue
	like := named >= name.Threshold
	switch {
	case kind == proves && long, kind == inCountry && long && (country || like), kind == withName && like:
		e.exact = true
		e.piece(string(q.Kind), q.Value, l.Value, 1, 1-e.score)
	case kind == shared && q.Kind == spoor.BIC && e.score < 0.8:
		e.piece(string(q.Kind), q.Value, l.Value, 1, 0.8-e.score)
	case (kind == inCountry || kind == withName) && long && e.score < 0.75:
		e.piece(string(q.Kind), q.Value, l.Value, 1, 0.75-e.score)
	default:
		e.raise(mostByNumber, string(q.Kind), q.Value, l.Value, 1)
	}
}

// otherNumber: a ship has one IMO number and a legal entity one LEI; of
// passports and accounts a party may have several.
func (e *evidence) otherNumber(q, l spoor.Identifier) {
	if e.exact {
		return
	}
	switch q.Kind {
	case spoor.IMO, spoor.LEI:
		e.lower(0.6, string(q.Kind), q.Value, l.Value, 0)
	case spoor.Registration, spoor.TaxNumber, spoor.NationalID:
		if q.Country == l.Country && q.Country != (spoor.Country{}) {
			e.lower(0.85, string(q.Kind), q.Value, l.Value, 0)
		}
	}
}
