package xsdcheck

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// render writes a tree again, without prefixes.
func render(b *bytes.Buffer, n *node) {
	fmt.Fprintf(b, "<%s", n.name.Local)
	for _, a := range n.attrs {
		if a.Name.Space == "" {
			fmt.Fprintf(b, " %s=%q", a.Name.Local, a.Value)
		}
	}
	b.WriteByte('>')
	if len(n.kids) == 0 {
		xml.EscapeText(b, n.text)
	}
	for _, k := range n.kids {
		render(b, k)
	}
	fmt.Fprintf(b, "</%s>", n.name.Local)
}

// mutate changes one thing in a tree and says which.
func mutate(root *node, rng *rand.Rand) string {
	var all []*node
	var walk func(*node)
	walk = func(n *node) {
		all = append(all, n)
		for _, k := range n.kids {
			walk(k)
		}
	}
	walk(root)
	n := all[rng.IntN(len(all))]
	if len(n.kids) == 0 {
		values := []string{"", " ", "x", "0", "-1", "1.5", "1.555", "99999999999999999999", "2026-02-30T00:00:00", "1700-01-01T00:00:00",
			"2026-02-03T04:05:06Z", strings.Repeat("a", 300), "STR", "true", "EUR", "DE", "a@b.example"}
		text := values[rng.IntN(len(values))]
		n.text = []byte(text)
		return fmt.Sprintf("%s = %q", n.name.Local, text)
	}
	i, j := rng.IntN(len(n.kids)), rng.IntN(len(n.kids))
	k := n.kids[i]
	switch rng.IntN(5) {
	case 0:
		n.kids = slices.Delete(n.kids, i, i+1)
		return "without " + k.name.Local
	case 1:
		n.kids = slices.Insert(n.kids, j, k)
		return "another " + k.name.Local
	case 2:
		n.kids[i], n.kids[j] = n.kids[j], n.kids[i]
		return "swapped " + k.name.Local + " and " + n.kids[i].name.Local
	case 3:
		other := *k
		other.name.Local = all[rng.IntN(len(all))].name.Local
		n.kids[i] = &other
		return k.name.Local + " called " + other.name.Local
	}
	leaf := all[len(all)-1-rng.IntN(3)]
	n.kids = slices.Insert(n.kids, j, &node{name: leaf.name, text: leaf.text})
	return leaf.name.Local + " in " + n.name.Local
}

// TestMutants breaks valid reports and asks another validator whether it agrees
// on each of them.
func TestMutants(t *testing.T) {
	dir := filepath.Join(dataDir(t), "goaml")
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("no xmllint on this machine (package libxml2-utils)")
	}
	schema := filepath.Join(dir, "goaml-5.0.2", "goAMLSchema.xsd")
	s := read(t, schema)
	files, _ := filepath.Glob(filepath.Join(dir, "golden-reports", "*.xml"))
	tmp, rng := t.TempDir(), rand.New(rand.NewPCG(5, 2))
	args := []string{"--noout", "--nonet", "--schema", schema}
	what, verdict := map[string]string{}, map[string]error{}
	for i := range 400 {
		doc, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			t.Fatal(err)
		}
		root, err := parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(tmp, fmt.Sprintf("%d.xml", i))
		what[name] = mutate(root, rng)
		var b bytes.Buffer
		render(&b, root)
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		verdict[name] = s.Validate(b.Bytes())
		args = append(args, name)
	}
	out, _ := exec.Command(lint, args...).CombinedOutput()
	valid := 0
	for name, err := range verdict {
		lint := bytes.Contains(out, []byte(name+" validates\n"))
		if lint {
			valid++
		}
		if lint != (err == nil) {
			t.Errorf("%s: xmllint says valid %v, we say %v", what[name], lint, err)
		}
	}
	if valid < 50 || valid > 350 {
		t.Errorf("%d of %d mutants are valid: they show little", valid, len(verdict))
	}
	t.Logf("%d of %d mutants are valid", valid, len(verdict))
}

// FuzzValidate shows that no document makes the validator fail.
func FuzzValidate(f *testing.F) {
	for _, c := range parcels {
		f.Add([]byte(parcel(c.body)))
	}
	s := read(f, "testdata/parcel.xsd")
	f.Fuzz(func(t *testing.T, doc []byte) { _ = s.Validate(doc) })
}
