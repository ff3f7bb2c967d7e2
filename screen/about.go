package screen

import (
	"strings"

	"spoor"
)

// mostAbout is how many bytes a hit says of who was listed.
const mostAbout = 400

// about says in one line who a listing is, for a person who must tell namesakes
// apart: births, birth place, countries, other names, why it is listed.
func about(l *spoor.Listing, but string) string {
	var parts []string
	add := func(label string, values []string, most int) {
		if len(values) > most {
			values = append(values[:most:most], "…")
		}
		if len(values) > 0 {
			parts = append(parts, label+strings.Join(values, ", "))
		}
	}
	var births, countries, names []string
	for _, b := range l.Births {
		births = append(births, b.String())
	}
	for _, c := range l.Countries {
		countries = append(countries, c.String())
	}
	for _, n := range l.Names {
		if n.Full != but {
			names = append(names, n.Full)
		}
	}
	label := "born "
	if l.Kind != spoor.Person {
		label = "since "
	}
	add(label, births, 4)
	if l.BirthPlace != "" {
		parts = append(parts, "in "+l.BirthPlace)
	}
	add("", countries, 4)
	add("also ", names, 3)
	if l.Reason != "" {
		parts = append(parts, cut(l.Reason, 120))
	}
	return cut(strings.Join(parts, "; "), mostAbout)
}

// cut shortens a text to at most so many bytes, at the end of a character.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := 0
	for i := range s {
		if i > most-len("…") {
			break
		}
		end = i
	}
	return s[:end] + "…"
}
