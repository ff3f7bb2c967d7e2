// Package draw makes pictures of money for analysts: where traced money went
// ([Sankey]), the accounts and payments of an alert ([Graph]), both as
// standalone SVG; a printable HTML page around them ([Page]); and the same flow
// as a tree for a terminal ([Tree]).
//
// A picture needs nothing but itself: no script, no font file, no network. It
// follows the reader's choice of dark or light, prints in light, tells kinds of
// account apart by shape as well as colour, and carries a title, a description
// and full names for screen readers and tooltips. Names may be hostile: every
// string is cleaned and escaped. The same flow always gives the same bytes.
//
// The layout is layered (Sugiyama, Tagawa, Toda, "Methods for Visual
// Understanding of Hierarchical System Structures", 1981): columns by longest
// path, cycles broken by time, crossings reduced by barycentre sweeps,
// positions by isotonic regression.
package draw

import (
	"errors"
	"fmt"
	"math"

	"spoor"
	"spoor/draw/text"
)

// Kind says what part a node plays; it gives shape, colour and a word in the
// legend.
type Kind uint8

// The kinds.
const (
	Ordinary Kind = iota // an account that the money passed through
	Source               // where the money came from
	Focus                // what the alert turns on
	Holding              // where money is now
	Outside              // cash, or an account outside the data
	gathered             // several small nodes drawn as one
	numKinds
)

// String gives the kind's name: "source".
func (k Kind) String() string {
	if k >= numKinds {
		return looks[Ordinary].class
	}
	return looks[k].class
}

// Node is an account or party in a picture.
type Node struct {
	ID    string // in full, for tooltips and tables
	Label string // short; both ends of the ID where it is empty
	Note  string // second line: holder, bank, country
	Kind  Kind
	Value int64 // minor units that are still here at the end; 0 is none
}

// name is what a node is called in the picture.
func (n *Node) name() string {
	if n.Label != "" {
		return n.Label
	}
	return n.ID
}

// short is the name as it is written in the picture.
func (n *Node) short() string {
	if n.Label != "" {
		return text.Clean(n.Label)
	}
	return text.Short(text.Clean(n.ID))
}

// Link is money that moved between two nodes: one payment, or several taken
// together.
type Link struct {
	From, To   int           // indexes into Flow.Nodes; the same for a booking to itself
	Amount     int64         // minor units, not negative
	Time, Last spoor.Instant // of the first and last payment; Time 0 is unknown, Last 0 is the same as Time
	Count      int           // payments; 0 means 1
	Note       string        // channel, purpose, identifiers: for tooltips and tables
}

// Flow is what a picture shows. All amounts are of one currency; [spoor.XXX]
// draws them without a code.
type Flow struct {
	Title, Subtitle string
	Footer          string // a line under the picture: method, source, versions
	Currency        spoor.Currency
	Nodes           []Node
	Links           []Link
}

// Options are for special needs; the zero value is right for a picture in a
// file of its own.
type Options struct {
	// ID begins the ids inside the picture, and must differ between pictures
	// on one page. It takes letters, digits and hyphens. "" means "picture".
	ID string
	// NoStyle leaves out style sheet and background, for a page that links
	// [Stylesheet] itself because its content policy forbids inline styles.
	NoStyle bool
	// MaxNodes and MaxLinks bound what is drawn. Past them the smallest nodes
	// of every column are gathered into one, and the picture says so. 0 means
	// 60 nodes, 240 links.
	MaxNodes, MaxLinks int
}

func (o Options) withDefaults() Options {
	if o.ID == "" {
		o.ID = "picture"
	}
	if o.MaxNodes <= 0 {
		o.MaxNodes = 60
	}
	if o.MaxLinks <= 0 {
		o.MaxLinks = 240
	}
	return o
}

func (o Options) check() error {
	for _, c := range o.ID {
		if !(c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return fmt.Errorf("draw: Options.ID %q: only letters, digits and hyphens make a safe id", o.ID)
		}
	}
	return nil
}

// Check finds what cannot be drawn: indexes out of range, negative amounts, a
// sum past 64 bits, unknown kinds. Every drawing begins with it.
func (f *Flow) Check() error {
	if f == nil {
		return errors.New("draw: no flow")
	}
	if int(f.Currency) >= spoor.Currencies() {
		return fmt.Errorf("draw: currency %d is not in the table", uint8(f.Currency))
	}
	total := int64(0)
	add := func(amount int64) bool {
		if amount < 0 || amount > math.MaxInt64-total {
			return false
		}
		total += amount
		return true
	}
	for i := range f.Nodes {
		n := &f.Nodes[i]
		if n.Kind >= gathered {
			return fmt.Errorf("draw: node %d: kind %d is not one of the kinds", i, n.Kind)
		}
		if !add(n.Value) {
			return fmt.Errorf("draw: node %d: value %d is negative or makes the sum too large for 64 bits", i, n.Value)
		}
	}
	for i := range f.Links {
		l := &f.Links[i]
		if l.From < 0 || l.From >= len(f.Nodes) || l.To < 0 || l.To >= len(f.Nodes) {
			return fmt.Errorf("draw: link %d goes from node %d to node %d, but nodes are 0 to %d", i, l.From, l.To, len(f.Nodes)-1)
		}
		if !add(l.Amount) {
			return fmt.Errorf("draw: link %d: amount %d is negative or makes the sum too large for 64 bits", i, l.Amount)
		}
		if l.Count < 0 {
			return fmt.Errorf("draw: link %d: count %d is negative", i, l.Count)
		}
	}
	return nil
}

// clock sees all times of a flow.
func (f *Flow) clock() (c text.Clock) {
	for i := range f.Links {
		c.See(f.Links[i].Time)
		c.See(f.Links[i].Last)
	}
	return c
}

func (l *Link) payments() int { return max(l.Count, 1) }

func (f *Flow) exact(amount int64) string {
	return text.Exact(spoor.Money{Amount: amount, Currency: f.Currency})
}

func (f *Flow) compact(amount int64) string {
	return text.Compact(spoor.Money{Amount: amount, Currency: f.Currency})
}
