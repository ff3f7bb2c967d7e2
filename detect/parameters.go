package detect

import (
	_ "embed"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"spoor"
)

//go:embed typologies.toml
var embedded string

// Parameters are the numbers that detectors work by: one versioned file, with
// for each number its unit, the bounds within which a member may tighten or
// loosen it, and why it is what it is.
type Parameters struct {
	Version string
	section map[string]map[string]Parameter
}

// Parameter is one number of the file.
type Parameter struct {
	Value float64 `toml:"value"`
	Min   float64 `toml:"min"`
	Max   float64 `toml:"max"`
	Unit  string  `toml:"unit"`
	Why   string  `toml:"why"`
}

// DefaultParameters are those that all members share, from inside the program.
func DefaultParameters() *Parameters {
	var file map[string]any
	if _, err := toml.Decode(embedded, &file); err != nil {
		panic(err) // a test decodes the embedded file
	}
	p := &Parameters{Version: fmt.Sprint(file["version"]), section: map[string]map[string]Parameter{}}
	for name, v := range file {
		table, ok := v.(map[string]any)
		if !ok {
			continue
		}
		p.section[name] = map[string]Parameter{}
		for key, v := range table {
			if fields, ok := v.(map[string]any); ok {
				p.section[name][key] = Parameter{number(fields["value"]), number(fields["min"]), number(fields["max"]),
					fmt.Sprint(fields["unit"]), fmt.Sprint(fields["why"])}
			}
		}
	}
	return p
}

func number(v any) float64 {
	switch n := v.(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

// Member overlays a member state's own file, such as
//
//	version = "IT 2026-11"
//	[fan-in]
//	min_degree = 5
//
// on p and returns the result. A name that p does not have, or a value outside
// its bounds, is an error that says where and what is allowed.
func (p *Parameters) Member(name string, src io.Reader) (*Parameters, error) {
	var file map[string]any
	meta, err := toml.NewDecoder(src).Decode(&file)
	if err != nil {
		return nil, &spoor.Problem{File: name, Reason: err.Error(), Fatal: true}
	}
	out := &Parameters{Version: p.Version, section: map[string]map[string]Parameter{}}
	for s, params := range p.section {
		out.section[s] = map[string]Parameter{}
		for k, v := range params {
			out.section[s][k] = v
		}
	}
	for _, key := range meta.Keys() {
		switch {
		case len(key) == 1 && key[0] == "version":
			out.Version = p.Version + " + " + fmt.Sprint(file["version"])
		case len(key) == 1 && meta.Type(key...) == "Hash":
		case len(key) == 2:
			table := file[key[0]].(map[string]any)
			if err := out.set(key[0], key[1], table[key[1]]); err != nil {
				return nil, &spoor.Problem{File: name, Field: key.String(), Reason: err.Error(), Fatal: true}
			}
		default:
			return nil, &spoor.Problem{File: name, Field: key.String(), Reason: "is not a parameter: want [typology] and name = number", Fatal: true}
		}
	}
	return out, nil
}

func (p *Parameters) set(section, key string, v any) error {
	was, ok := p.section[section][key]
	if !ok {
		return fmt.Errorf("is not a parameter; [%s] has %s", section, strings.Join(p.Names(section), ", "))
	}
	switch v.(type) {
	case int64, float64:
	default:
		return fmt.Errorf("is %v: want a number", v)
	}
	was.Value = number(v)
	if !(was.Value >= was.Min && was.Value <= was.Max) { // also NaN
		return fmt.Errorf("is %v: a member may set it from %v to %v %s", was.Value, was.Min, was.Max, was.Unit)
	}
	p.section[section][key] = was
	return nil
}

// Names lists the parameters of a section.
func (p *Parameters) Names(section string) []string {
	var names []string
	for k := range p.section[section] {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}

// get returns a number that the embedded file is known to have.
func (p *Parameters) get(t spoor.Typology, key string) float64 {
	v, ok := p.section[string(t)][key]
	if !ok {
		panic(fmt.Sprintf("typologies.toml has no %s in [%s]", key, t))
	}
	return v.Value
}

func (p *Parameters) count(t spoor.Typology, key string) int { return int(p.get(t, key)) }

// span returns a parameter kept in hours or days as seconds.
func (p *Parameters) span(t spoor.Typology, key string) spoor.Instant {
	v := p.get(t, key)
	switch u := p.section[string(t)][key].Unit; u {
	case "minutes":
		return spoor.Instant(v * float64(spoor.Minute))
	case "hours":
		return spoor.Instant(v * float64(spoor.Hour))
	case "days":
		return spoor.Instant(v * float64(spoor.Day))
	default:
		panic(fmt.Sprintf("typologies.toml: %s in [%s] has unit %q, not a time", key, t, u))
	}
}
