package lists

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"spoor"
	"spoor/format/lists/internal/entry"
)

// Set is all lists of a folder at one moment. It is never changed: a later one
// replaces it as a whole.
type Set struct {
	Lists []List // by name
	// Ignored are files that hold no list that is known, and are not called as
	// one is.
	Ignored []string

	all   []spoor.Listing
	parts map[string]*part
	files map[string]*file
	clean bool // every file was read
}

// List is one list with all its files.
type List struct {
	// Name says so where there is only an extract: "OFAC SDN (SDNTK only)".
	Name string
	// Version is the day of publication, or "file of" and the file's, and the first eight digits of the SHA-256
	// of the file's bytes, or of the sums of its files in order of their names.
	Version string
	// Published is what the newest file says itself. Where a file does not say, as
	// OFAC's and the EU's CSV do not, Undated is true and Published is the date of
	// the oldest file on the disk: a copy of an old list looks new.
	Published spoor.Instant
	Undated   bool
	Files     []string
	Listings  []spoor.Listing
	// Problems are entries that could not be read, at most 100 of a file.
	Problems []*spoor.Problem
	// Stale says why newer files did not replace what the list holds; "" where it
	// is up to date.
	Stale string
}

// Age is how many seconds ago a list was published.
func (l *List) Age(now spoor.Instant) spoor.Instant { return now - l.Published }

// Listings gives those of all lists together. The slice is shared: it is only
// to be read.
func (s *Set) Listings() []spoor.Listing {
	if s == nil {
		return nil
	}
	return s.all
}

// Versions gives the version of each list by its name.
func (s *Set) Versions() map[string]string {
	out := map[string]string{}
	if s != nil {
		for i := range s.Lists {
			out[s.Lists[i].Name] = s.Lists[i].Version
		}
	}
	return out
}

// Age is that of the oldest list, in seconds.
func (s *Set) Age(now spoor.Instant) (age spoor.Instant) {
	for i := range s.Lists {
		age = max(age, s.Lists[i].Age(now))
	}
	return age
}

// assemble makes lists of the parts.
func (s *Set) assemble() {
	byName := map[string][]*part{}
	for _, p := range s.parts {
		byName[p.list] = append(byName[p.list], p)
	}
	for name, parts := range byName {
		slices.SortFunc(parts, func(a, b *part) int { return cmp.Compare(a.key, b.key) })
		s.Lists = append(s.Lists, assembled(name, newestOnly(parts)))
	}
	slices.SortFunc(s.Lists, func(a, b List) int { return cmp.Compare(a.Name, b.Name) })
	n := 0
	for i := range s.Lists {
		n += len(s.Lists[i].Listings)
	}
	s.all = make([]spoor.Listing, 0, n)
	for i := range s.Lists {
		s.all = append(s.all, s.Lists[i].Listings...)
	}
}

// newestOnly leaves out older files of a list that each file holds in full.
func newestOnly(parts []*part) (out []*part) {
	newest := map[layout]*part{}
	for _, p := range parts {
		if n := newest[p.layout]; n == nil || p.published > n.published {
			newest[p.layout] = p
		}
	}
	for _, p := range parts {
		if whole := p.layout == unConsolidated || p.layout == euExport; !whole || newest[p.layout] == p {
			out = append(out, p)
		}
	}
	return out
}

func assembled(name string, parts []*part) List {
	l := List{Name: name}
	var sums []string
	var stale []string
	index := map[string]int{}
	for _, p := range parts {
		l.Published = max(l.Published, p.published)
		l.Undated = l.Undated || p.published == 0
	}
	if l.Undated {
		l.Published = parts[0].dated()
	}
	for _, p := range parts {
		if l.Undated {
			l.Published = min(l.Published, p.dated())
		}
		l.Problems = append(l.Problems, p.problems...)
		for _, f := range p.files {
			l.Files = append(l.Files, f.path)
			sums = append(sums, f.sum)
		}
		if p.stale != "" {
			stale = append(stale, p.stale)
		}
		if len(parts) == 1 {
			l.Listings = p.listings
			break
		}
		for i := range p.listings {
			x := &p.listings[i]
			if at, there := index[x.ID]; there {
				entry.Merge(&l.Listings[at], x)
				continue
			}
			index[x.ID] = len(l.Listings)
			l.Listings = append(l.Listings, *x)
		}
	}
	l.limit(parts)
	l.Stale = strings.Join(stale, "; ")
	sum := sums[0]
	if len(sums) > 1 {
		sum = fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(sums, "\n"))))
	}
	l.Version = l.Published.Date() + " " + sum[:8]
	if l.Undated {
		l.Version = "file of " + l.Version
	}
	return l
}

// limit renames a list of which there are only extracts, so that they do not
// pass for the whole of it.
func (l *List) limit(parts []*part) {
	var only []string
	for _, p := range parts {
		if len(p.only) == 0 {
			return
		}
		only = append(only, p.only...)
	}
	slices.Sort(only)
	l.Name += " (" + strings.Join(slices.Compact(only), ", ") + " only)"
	l.Listings = slices.Clone(l.Listings) // the part keeps its own
	for i := range l.Listings {
		l.Listings[i].List = l.Name
	}
}

// ParseIdentifier takes "kind:value", such as "imo:9187629" or
// "passport:AB 12345"; the kinds are those of [spoor.IdentifierKind].
func ParseIdentifier(s string) (spoor.Identifier, error) { return entry.ParseIdentifier(s) }

// Countries finds the countries that a text names in English, as lists write it
// ("Korea, North"; "(a) German, (b) Moroccan"), or by an ISO 3166-1 code.
func Countries(s string) []spoor.Country {
	if c, ok := spoor.ParseCountry(s); ok {
		return []spoor.Country{c}
	}
	return entry.Countries(s)
}

// Dates finds the dates in a text as lists write them: "31 Jul 1964", "circa
// 1951", "between 1958 and 1963", "26.11.1972", "1969-7-16".
func Dates(s string) []spoor.PartialDate { return entry.Dates(s) }
