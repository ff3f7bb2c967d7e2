package instruct

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"spoor"
)

// same reads a message both ways and says where they differ. Only what is read
// without a problem is compared: the slow way checks nothing. Of a message that
// is not exact, which has elements twice that should be there once, no name and
// no identifier may be missing.
func same(body []byte, exact bool) (read int, err error) {
	batch, err := Read(body, Limits{})
	if err != nil {
		var p *spoor.Problem
		if !errors.As(err, &p) || !p.Fatal || p.Reason == "" {
			return 0, fmt.Errorf("error %v of type %T", err, err)
		}
		return 0, nil
	}
	slow, ok := slowRead(body)
	if !ok {
		return 0, errors.New("encoding/xml does not read it")
	}
	for _, i := range batch.Instructions {
		n := int(i.Payment.Record) - 1
		if n >= len(slow.refs) {
			return 0, fmt.Errorf("transaction %d of %d", n, len(slow.refs))
		}
		if i.References != slow.refs[n] || i.Returns != slow.returns[n] {
			return 0, fmt.Errorf("transaction %d:\n got %+v returns %q\nwant %+v returns %q", n, i.References, i.Returns, slow.refs[n], slow.returns[n])
		}
		if got, want := i.Parties, slow.parties[n]; exact && !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
			return 0, fmt.Errorf("transaction %d:\n got %+v\nwant %+v", n, got, want)
		}
		got := known(i.Parties)
		for what := range known(slow.parties[n]) {
			if !got[what] {
				return 0, fmt.Errorf("transaction %d: %s is missing in %+v", n, what, i.Parties)
			}
		}
		if i.Digest != Digest(&i) {
			return 0, fmt.Errorf("transaction %d: another digest", n)
		}
		read++
	}
	if len(batch.Recalls) > 0 && len(batch.Problems) == 0 {
		if len(batch.Recalls) != len(slow.recalls) {
			return 0, fmt.Errorf("%d recalls, want %d", len(batch.Recalls), len(slow.recalls))
		}
		for n, c := range batch.Recalls {
			c.Digest, c.Message = [16]byte{}, spoor.Message{}
			if c != slow.recalls[n] {
				return 0, fmt.Errorf("recall %d:\n got %+v\nwant %+v", n, c, slow.recalls[n])
			}
			read++
		}
	}
	if batch.Message.ID != slow.message.ID || batch.Message.Sender != slow.message.Sender {
		return 0, fmt.Errorf("message %+v, want %+v", batch.Message, slow.message)
	}
	return read, nil
}

// known is what parties are known by.
func known(parties []spoor.RoleParty) map[string]bool {
	out := map[string]bool{}
	for _, p := range parties {
		for _, n := range p.Party.Names {
			out[fmt.Sprint(p.Role, n)] = true
		}
		for _, id := range p.Party.Identifiers {
			out[fmt.Sprint(p.Role, id)] = true
		}
	}
	return out
}

func TestAgainstEncodingXML(t *testing.T) {
	w := &writer{rng: rand.New(rand.NewPCG(1, 2))}
	read, problems := 0, 0
	for range 600 {
		body := w.message()
		n, err := same(body, true)
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		batch, err := Read(body, Limits{})
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		for _, p := range batch.Problems {
			problems++
			if !strings.Contains(p.Reason, "more parties") {
				t.Fatalf("%v\n%s", p, body)
			}
		}
		read += n
	}
	t.Logf("%d read, %d refused", read, problems)
	if read < 1200 || problems > read/100 {
		t.Errorf("%d read, %d refused", read, problems)
	}
}

// TestMutations takes elements out or writes them twice: whatever
// is still read must be read both ways.
func TestMutations(t *testing.T) {
	w := &writer{rng: rand.New(rand.NewPCG(3, 4))}
	read, refused := 0, 0
	for range 500 {
		body := w.message()
		for range 1 + w.rng.IntN(2) {
			all := elements(body)
			at := all[w.rng.IntN(len(all))]
			piece := string(body[at[0]:at[1]])
			if w.odds(2) {
				piece += piece
			} else {
				piece = ""
			}
			body = []byte(string(body[:at[0]]) + piece + string(body[at[1]:]))
			if len(elements(body)) == 0 {
				break
			}
		}
		n, err := same(body, false)
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		if read += n; n == 0 {
			refused++
		}
	}
	t.Logf("%d read, %d messages without any", read, refused)
	if read < 500 || refused < 25 {
		t.Errorf("%d read, %d messages without any", read, refused)
	}
}

// elements gives where each element begins and ends.
func elements(body []byte) (out [][2]int64) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var open []int64
	for {
		from := d.InputOffset()
		tok, err := d.Token()
		if err != nil {
			return out
		}
		switch tok.(type) {
		case xml.StartElement:
			open = append(open, from)
		case xml.EndElement:
			out = append(out, [2]int64{open[len(open)-1], d.InputOffset()})
			open = open[:len(open)-1]
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fixture(f, "pacs008.xml"))
	w := &writer{rng: rand.New(rand.NewPCG(5, 6))}
	for range 20 {
		f.Add(w.message())
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := same(body, false); err != nil {
			t.Fatal(err)
		}
	})
}
