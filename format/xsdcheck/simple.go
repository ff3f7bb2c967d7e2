package xsdcheck

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// simple is a simple type: a built-in one, or a restriction of another.
type simple struct {
	builtin  string  // of the first in a row of restrictions
	base     *simple // what it restricts
	enums    []string
	patterns []*regexp.Regexp // one of them must match
	facets   []facet
}

type facet struct {
	name, value string
	n           int // of those that count
}

// simpleType reads a restriction and those it is based on.
func (s *Schema) simpleType(n *node) (*simple, error) {
	if err := n.only("name"); err != nil {
		return nil, err
	}
	kids, err := schemaKids(n)
	if err != nil {
		return nil, err
	}
	if len(kids) != 1 || kids[0].name.Local != "restriction" {
		return nil, fmt.Errorf("a simpleType without a restriction is beyond this validator")
	}
	base, err := s.typeOf(kids[0].attr("base"))
	if err != nil {
		return nil, err
	}
	if base.simple == nil {
		return nil, fmt.Errorf("restricts %s, which is not simple, or itself", kids[0].attr("base"))
	}
	facets, err := schemaKids(kids[0])
	if err != nil {
		return nil, err
	}
	out, rest, err := restricted(base.simple, facets)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("a %s among facets is beyond this validator", rest[0].name.Local)
	}
	return out, err
}

// restricted is a type with the facets that stand first in kids, and what
// follows them: attributes.
func restricted(base *simple, kids []*node) (*simple, []*node, error) {
	out := &simple{base: base}
	for i, k := range kids {
		if k.name.Local == "attribute" {
			return out, kids[i:], nil
		}
		if err := out.facet(k); err != nil {
			return nil, nil, err
		}
	}
	return out, nil, nil
}

func (t *simple) facet(n *node) (err error) {
	if err := n.only("value", "fixed"); err != nil {
		return err
	}
	f := facet{name: n.name.Local, value: n.attr("value")}
	switch f.name {
	case "enumeration":
		t.enums = append(t.enums, f.value)
		return nil
	case "pattern":
		re, err := regexp.Compile("^(?:" + f.value + ")$")
		if err != nil || anchored(f.value) {
			return fmt.Errorf("pattern %q is beyond this validator (%v)", f.value, err)
		}
		t.patterns = append(t.patterns, re)
		return nil
	case "whiteSpace":
		if f.value != "collapse" {
			return fmt.Errorf("whiteSpace of %q is beyond this validator", f.value)
		}
	case "length", "minLength", "maxLength", "totalDigits", "fractionDigits":
		if f.n, err = strconv.Atoi(f.value); err != nil || f.n < 0 {
			return fmt.Errorf("%s of %q", f.name, f.value)
		}
	case "minInclusive", "maxInclusive", "minExclusive", "maxExclusive":
		if _, ok := compare(t.root(), f.value, f.value); !ok {
			return fmt.Errorf("%s of %q on a %s is beyond this validator", f.name, f.value, t.root())
		}
	default:
		return fmt.Errorf("facet %s is beyond this validator", f.name)
	}
	t.facets = append(t.facets, f)
	return nil
}

// anchored reports whether a pattern has a ^ or $ that does not negate a class:
// these are plain letters in XML Schema, and anchors in Go.
func anchored(pattern string) bool {
	return strings.ContainsAny(strings.ReplaceAll(pattern, "[^", "["), "^$")
}

func (t *simple) root() string {
	for t.base != nil {
		t = t.base
	}
	return t.builtin
}

// collapses reports whether spaces at the ends of a text and several in a row
// say nothing.
func (t *simple) collapses() bool {
	return t != nil && (slices.ContainsFunc(t.facets, func(f facet) bool { return f.name == "whiteSpace" }) || t.base.collapses())
}

// check says what is wrong with a text of the type.
func (t *simple) check(text string) error {
	root := t.root()
	if root != "string" || t.collapses() {
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")
	}
	if !builtins[root](text) {
		return fmt.Errorf("%q is no %s", short(text), root)
	}
	for ; t.base != nil; t = t.base {
		if t.enums != nil && !slices.Contains(t.enums, text) {
			return fmt.Errorf("%q is not in the list", short(text))
		}
		if t.patterns != nil && !slices.ContainsFunc(t.patterns, func(p *regexp.Regexp) bool { return p.MatchString(text) }) {
			return fmt.Errorf("%q does not match pattern %s", short(text), t.patterns[0])
		}
		for _, f := range t.facets {
			if !f.holds(root, text) {
				return fmt.Errorf("%q breaks %s %s", short(text), f.name, f.value)
			}
		}
	}
	return nil
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= 60 {
		return s
	}
	return string([]rune(s)[:60]) + "…"
}

func (f facet) holds(root, text string) bool {
	size := func() int {
		if root == "base64Binary" {
			b, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, " ", ""))
			return len(b)
		}
		return utf8.RuneCountInString(text)
	}
	whole, fraction, _ := strings.Cut(strings.TrimLeft(text, "+-0"), ".")
	switch f.name {
	case "whiteSpace": // see collapses
		return true
	case "length":
		return size() == f.n
	case "minLength":
		return size() >= f.n
	case "maxLength":
		return size() <= f.n
	case "totalDigits":
		return len(whole)+len(fraction) <= f.n
	case "fractionDigits":
		return len(fraction) <= f.n
	}
	order, ok := compare(root, text, f.value)
	switch f.name {
	case "minInclusive":
		return ok && order >= 0
	case "maxInclusive":
		return ok && order <= 0
	case "minExclusive":
		return ok && order > 0
	}
	return ok && order < 0 // maxExclusive
}

// compare orders two values of a built-in type; ok is false where they are none,
// or the type has no order here.
func compare(root, a, b string) (order int, ok bool) {
	switch root {
	case "decimal", "integer", "int":
		if !builtins[root](a) || !builtins[root](b) {
			return 0, false
		}
		x, okA := new(big.Rat).SetString(a)
		y, okB := new(big.Rat).SetString(b)
		if !okA || !okB {
			return 0, false
		}
		return x.Cmp(y), true
	case "dateTime", "date":
		x, okA := moment(root, a)
		y, okB := moment(root, b)
		return x.Compare(y), okA && okB
	}
	return 0, false
}

var layouts = map[string]string{
	"dateTime": "2006-01-02T15:04:05", "date": "2006-01-02", "time": "15:04:05", "gYear": "2006", "gYearMonth": "2006-01",
}

var (
	decimalForm = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`)
	integerForm = regexp.MustCompile(`^[+-]?\d+$`)
	zoneForm    = regexp.MustCompile(`(Z|[+-]\d\d:\d\d)$`)
	base64Form  = regexp.MustCompile(`^(([A-Za-z0-9+/] ?){4})*(([A-Za-z0-9+/] ?){3}[A-Za-z0-9+/]|([A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?=|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?$`)
)

// moment reads a date or time with or without a zone; without, it is UTC. That
// time.Parse takes fractions of seconds after a point or a comma and hours of
// one digit is undone here.
func moment(root, text string) (time.Time, bool) {
	layout := layouts[root]
	if strings.Contains(text, ",") || len(text) < len(layout) {
		return time.Time{}, false
	}
	zone := zoneForm.FindString(text[len(layout):])
	plain := strings.TrimSuffix(text, zone)
	if len(plain) > len(layout) && (!strings.HasSuffix(layout, ":05") || plain[len(layout)] != '.') {
		return time.Time{}, false
	}
	if zone > "+14:00" && zone[0] == '+' || len(zone) > 1 && (zone[1:] > "14:00" || zone[4] > '5') {
		return time.Time{}, false
	}
	format := layout
	if zone != "" {
		format += "Z07:00"
	}
	t, err := time.Parse(format, text)
	return t, err == nil && t.Format(layout)[:len(layout)] == plain[:len(layout)] && text[:4] != "0000"
}

func isMoment(root string) func(string) bool {
	return func(s string) bool { _, ok := moment(root, s); return ok }
}

// builtins are the built-in types that are known, by what their texts are like.
var builtins map[string]func(string) bool

func init() {
	builtins = map[string]func(string) bool{
		"string":  func(string) bool { return true },
		"boolean": func(s string) bool { return s == "true" || s == "false" || s == "1" || s == "0" },
		"decimal": decimalForm.MatchString,
		"integer": integerForm.MatchString,
		"int": func(s string) bool {
			_, err := strconv.ParseInt(s, 10, 32)
			return err == nil && integerForm.MatchString(s)
		},
		"base64Binary": base64Form.MatchString,
		"dateTime":     isMoment("dateTime"),
		"date":         isMoment("date"),
		"time":         isMoment("time"),
		"gYear":        isMoment("gYear"),
		"gYearMonth":   isMoment("gYearMonth"),
	}
}
