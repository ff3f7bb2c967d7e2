package iso20022

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"

	"spoor"
)

// same reads a file both ways and says where they differ.
func same(file []byte) error {
	slow, err := slowRead(file)
	payments, problems := readAll(NewReader("f", bytes.NewReader(file)))
	if err != nil {
		return nil // not well-formed: the reader may or may not notice
	}
	bad, refused := map[uint64]bool{}, 0
	for _, p := range problems {
		switch {
		case p.Fatal:
			if !slow.found && strings.Contains(p.Reason, "no ISO 20022 message") {
				return nil
			}
			for _, ours := range []string{"are refused", "nested more than", "UTF-16"} {
				if strings.Contains(p.Reason, ours) {
					return nil
				}
			}
			return fmt.Errorf("fatal: %v", p)
		case p.Record > 0:
			bad[p.Record] = true
		default:
			refused++
		}
	}
	if refused != slow.refused {
		return fmt.Errorf("%d messages refused, want %d", refused, slow.refused)
	}
	got := map[uint64]spoor.Payment{}
	for _, p := range payments {
		got[p.Record] = p
	}
	for i, want := range slow.records {
		n := uint64(i + 1)
		if p, ok := got[n]; ok == want.bad || bad[n] != want.bad || ok && p != want.payment {
			return fmt.Errorf("record %d:\n got %+v bad %v\nwant %+v bad %v", n, p, bad[n], want.payment, want.bad)
		}
	}
	if len(got)+len(bad) != len(slow.records) {
		return fmt.Errorf("%d payments and %d problems, want %d records", len(got), len(bad), len(slow.records))
	}
	return nil
}

// noisy rewrites a document into another that means the same: prefixes, white
// space, quotes, comments, processing instructions, CDATA, references; strictly
// only in those ways that every reader understands alike.
func noisy(rng *rand.Rand, file []byte, strict bool) []byte {
	var out bytes.Buffer
	odds := func(n int) bool { return rng.IntN(n) == 0 }
	gap := func() {
		for range rng.IntN(3) {
			gaps := []string{" ", "\n", "\r\n\t", "<!-- <a> & b -->", "<?pi <x>?>"}
			if strict {
				gaps = gaps[:4]
			}
			out.WriteString(pick(rng, gaps))
		}
	}
	prefix := pick(rng, []string{"", "p:", "doc:"})
	d := xml.NewDecoder(bytes.NewReader(file))
	var text []byte
	leaf := false
	for {
		tok, err := d.RawToken()
		if err != nil {
			return out.Bytes()
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			gap()
			fmt.Fprintf(&out, "<%s%s", prefix, tok.Name.Local)
			for _, a := range tok.Attr {
				name := a.Name.Local
				if name == "xmlns" && prefix != "" && strict {
					a.Name.Space, name = "xmlns", prefix[:len(prefix)-1]
				}
				if a.Name.Space != "" {
					name = a.Name.Space + ":" + name
				}
				q := pick(rng, []string{`"`, "'"})
				fmt.Fprintf(&out, "%s%s%s=%s%s%s%s", pick(rng, []string{" ", "\n "}), name, pick(rng, []string{"", " "}), pick(rng, []string{"", " "}), q, html.EscapeString(a.Value), q)
			}
			if odds(5) && !strict {
				out.WriteString(" x='>/'\n")
			}
			out.WriteString(">")
			text, leaf = nil, true
		case xml.EndElement:
			if leaf {
				noisyText(rng, &out, text, strict)
			} else {
				gap()
			}
			fmt.Fprintf(&out, "</%s%s%s>", prefix, tok.Name.Local, pick(rng, []string{"", " ", "\n"}))
			leaf = false
		case xml.CharData:
			text = append(text, tok...)
		}
	}
}

// noisyText writes a text in pieces of different kinds.
func noisyText(rng *rand.Rand, out *bytes.Buffer, text []byte, strict bool) {
	if strict {
		switch {
		case rng.IntN(6) == 0 && !bytes.Contains(text, []byte("]]")):
			fmt.Fprintf(out, "<![CDATA[%s]]>", text)
		default:
			out.WriteString(html.EscapeString(string(text)))
		}
		return
	}
	out.WriteString(pick(rng, []string{"", "", " ", "\n\t"}))
	for rest := []rune(string(text)); len(rest) > 0; {
		n := 1 + rng.IntN(len(rest))
		piece := string(rest[:n])
		rest = rest[n:]
		switch rng.IntN(6) {
		case 0:
			if strings.Contains(piece, "]]") {
				piece = strings.ReplaceAll(piece, "]", "")
			}
			fmt.Fprintf(out, "<![CDATA[%s]]>", piece)
		case 1:
			for _, r := range piece {
				fmt.Fprintf(out, pick(rng, []string{"&#%d;", "&#x%x;"}), r)
			}
		case 2:
			fmt.Fprintf(out, "<!--%d-->%s<?x y?>", n, html.EscapeString(piece))
		default:
			out.WriteString(html.EscapeString(piece))
		}
	}
	out.WriteString(pick(rng, []string{"", "", " ", "\r\n"}))
}

func fixtures(t testing.TB) [][]byte {
	out := [][]byte{pacs008Of(rand.New(rand.NewPCG(3, 3)), 3, true), pacs008Of(rand.New(rand.NewPCG(4, 4)), 1, false)}
	for _, name := range []string{"pacs008_bah.xml", "pain001.xml", "camt053.xml"} {
		out = append(out, []byte(fixture(t, name)))
	}
	return out
}

func TestAgainstEncodingXML(t *testing.T) {
	for i, file := range fixtures(t) {
		if err := same(file); err != nil {
			t.Errorf("file %d: %v", i, err)
		}
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		want, _ := readAll(NewReader("f", bytes.NewReader(file)))
		for range 200 {
			odd := noisy(rng, file, false)
			if _, err := slowRead(odd); err != nil {
				t.Fatalf("the noise broke file %d: %v\n%s", i, err, odd)
			}
			if err := same(odd); err != nil {
				t.Fatalf("file %d: %v\n%s", i, err, odd)
			}
			if got, _ := readAll(NewReader("f", bytes.NewReader(odd))); len(got) != len(want) {
				t.Fatalf("file %d: %d payments of %d\n%s", i, len(got), len(want), odd)
			}
		}
	}
}

// TestDifferentialBites makes sure that the comparison can fail.
func TestDifferentialBites(t *testing.T) {
	file := fixtures(t)[0]
	slow, err := slowRead(file)
	payments, _ := readAll(NewReader("f", bytes.NewReader(file)))
	if err != nil || len(slow.records) != 3 || len(payments) != 3 {
		t.Fatal(err, len(slow.records), len(payments))
	}
	if p := slow.records[1].payment; p != payments[1] || p == payments[0] || p.ID == "" || p.FromName == "" || p.Purpose == "" {
		t.Errorf("%+v", p)
	}
}

func FuzzReader(f *testing.F) {
	rng := rand.New(rand.NewPCG(9, 9))
	for _, file := range fixtures(f) {
		f.Add(file)
		f.Add(noisy(rng, file, false))
	}
	f.Add([]byte(head + tx(`<IntrBkSttlmAmt Ccy="EUR">1</IntrBkSttlmAmt><Dbtr/>`) + tail))
	f.Add([]byte(`<?xml version="1.0" encoding="latin1"?><Document><BkToCstmrAcctRpt><Rpt><Ntry/></Rpt></BkToCstmrAcctRpt></Document>`))
	f.Fuzz(func(t *testing.T, file []byte) {
		Sniff(file)
		if err := same(file); err != nil {
			t.Fatal(err)
		}
	})
}
