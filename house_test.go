package spoor_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// rooms says on which floor each package lives and why it may not look up.
// Imports point strictly downward; see ARCHITECTURE.md. A package that is not
// here fails the test: decide where it lives before it is written.
var rooms = []struct {
	path  string
	floor int
	why   string
}{
	{"spoor", 0, "the nouns use the standard library only, so that every engine and every state agrees on them"},
	{"spoor/format/text", 1, "lines, fields and problems for the text formats below it; it knows no format"},
	{"spoor/format/xmlscan", 1, "XML elements and text for the XML formats; it knows no format"},
	{"spoor/format/rates", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/amlworld", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/amlsim", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/tide", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/fincen", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/plain", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/ftm", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/iso20022", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/goaml", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format", 3, "it recognises the formats below it and knows no engine"},
	{"spoor/graph", 1, "the graph holds payments; what they mean is for the engines"},
	{"spoor/draw/text", 1, "widths, cutting and cleaning of words for all pictures"},
	{"spoor/draw/layered", 1, "the layered layout, which knows nodes and links and no money"},
	{"spoor/draw", 2, "pictures are drawn from what they are given, so that terminal, PDF and pages share them"},
	{"spoor/draw/tree", 3, "a flow on a terminal"},
	{"spoor/draw/page", 3, "pictures, facts and tables on one page"},
	{"spoor/world/internal/chance", 1, "dice and names for the simulator"},
	{"spoor/world/internal/life", 2, "the ordinary economy, which knows no laundering"},
	{"spoor/world", 3, "the simulator must not know the detectors that it will be used to measure"},
	{"spoor/detect/internal/usual", 2, "what is ordinary in the payments, whichever detector asks"},
	{"spoor/detect/internal/look", 3, "how a detector sees a payment and what it notices, whichever detector looks"},
	{"spoor/detect/shape", 4, "a detector of shapes sees by look and judges by usual; it knows no parameter file and no other detector"},
	{"spoor/detect/behaviour", 4, "a detector of behaviours sees by look and judges by usual; it knows no parameter file and no other detector"},
	{"spoor/detect", 5, "an engine knows nouns, the graph and its own rooms; engines exchange nouns, not packages"},
	{"spoor/score/feature", 1, "the list of what a model sees; how it is computed is for the room above"},
	{"spoor/score/extract", 6, "it sees what the detectors see and learns nothing"},
	{"spoor/score", 7, "it learns from what the detectors see and knows no format, no page and no command"},
	{"spoor/boost/internal/forest", 0, "trees as they are applied, explained, saved and read; it knows no training"},
	{"spoor/boost", 1, "trees know rows of numbers and no noun of ours, so that cargo and health can use them too"},
	{"spoor/measure", 1, "how good scores are, whoever gives them; it knows no noun of ours"},
	{"spoor/draw/chart", 3, "series and curves in the look of the other pictures"},
	{"spoor/trace", 4, "an engine knows nouns and the graph; engines exchange nouns, not packages"},
	{"spoor/seal", 1, "canonical bytes and their hash, for whoever keeps or sends them; it knows no noun"},
	{"spoor/clock", 1, "legal clocks: hours, calendar days, working days; it knows no procedure"},
	{"spoor/journal/internal/folder", 0, "a folder for one process at a time"},
	{"spoor/journal", 4, "it keeps entries in order and provably unchanged, and knows no noun"},
	{"spoor/screen/name/internal/fold", 1, "scripts, spellings and words; it compares nothing"},
	{"spoor/screen/name/internal/letters", 0, "how alike two words are by their letters; it knows no name"},
	{"spoor/screen/name", 2, "how alike two names are; it knows no list"},
	{"spoor/screen", 5, "an engine knows nouns; engines exchange nouns, not packages"},
	{"spoor/ownership/internal/flow", 0, "linear equations on a graph; it knows numbers only"},
	{"spoor/ownership/internal/book", 1, "parties, what is stated of each pair, and the graph of a question; the law is for the room above"},
	{"spoor/ownership", 5, "an engine knows nouns; engines exchange nouns, not packages"},
	{"spoor/gate/internal/find", 3, "how accounts, identifiers and persons are written and compared; it knows no order and no rule"},
	{"spoor/gate/internal/keep", 3, "very many accounts and payments in flat memory; it knows no rule"},
	{"spoor/gate/book", 4, "what decisions need to know and what they change; it knows no policy"},
	{"spoor/gate", 5, "an engine knows nouns and legal clocks; signals, hits and risks come to it as nouns"},
	{"spoor/format/bods", 2, "a format turns bytes into nouns and knows no engine"},
	{"spoor/format/lists/internal/entry", 3, "how each publisher writes an entry; it knows no file and no version"},
	{"spoor/load/traffic", 3, "invented payments as messages; it knows no node"},
	{"spoor/format/lists", 4, "it recognises the lists' formats and knows no engine"},
	{"spoor/format/iso20022/instruct/internal/fingerprint", 1, "what an instruction asks and by whom, in sixteen bytes"},
	{"spoor/format/iso20022/instruct/internal/structure", 2, "what two readers of one message could understand differently"},
	{"spoor/format/iso20022/instruct/internal/people", 3, "parties of a message; it knows no transaction"},
	{"spoor/format/iso20022/instruct", 4, "messages that ask for a decision become instructions; it knows no engine"},
	{"spoor/format/iso20022/status", 3, "answers become messages; it knows no engine"},
	{"spoor/load", 4, "it drives a node from outside, as a bank would, and knows nothing of its inside"},
	{"spoor/node/record", 6, "how a node's entries are written and read; it does nothing with them"},
	{"spoor/node/fold", 7, "a journal turned into state; it writes none of it"},
	{"spoor/node/internal/meter", 1, "counters for Prometheus; it decides nothing"},
	{"spoor/node/internal/wait", 0, "who waits for a number to be reached; it knows no entry"},
	{"spoor/node/engine", 8, "the graph and what looks at it, one payment at a time; it knows no journal"},
	{"spoor/node", 9, "the story: it calls the engines in order and journals results; it has no rule of its own"},
	{"spoor/freeze/law", 4, "the procedures as the law writes them, in a file that a lawyer reads; it knows no order"},
	{"spoor/freeze/settle", 4, "who gets what of recovered money, and the figures of a year; it knows no procedure"},
	{"spoor/freeze", 5, "an engine knows nouns and legal clocks; engines exchange nouns, not packages"},
	{"spoor/casework", 5, "an engine knows nouns; engines exchange nouns, not packages"},
	{"spoor/store", 4, "tables that answer questions; what is in them comes as rows, and it knows no engine"},
	{"spoor/access", 4, "who may do what, by policies in files; it knows no case and no order"},
	{"spoor/draw/paper", 3, "pages of text, fields and tables as PDF; it knows no form"},
	{"spoor/certificate", 4, "what Annex I and II ask, and what is missing; it knows no procedure"},
	{"spoor/certificate/form", 5, "the certificates on paper, in the languages of the states"},
	{"spoor/format/xsdcheck", 1, "XML against a schema, for tests of writers and readers"},
	{"spoor/format/goaml/report", 3, "reports to an FIU, out; it knows no engine"},
	{"spoor/narrative", 4, "evidence in words, for a person to edit; it knows no engine"},
	{"spoor/casefile", 5, "a case for a court: paper, and an archive that proves itself; it knows no engine"},
	{"spoor/node/office", 10, "the story of the desk: who may, what is asked, journalled, read again; it has no rule of its own"},
	{"spoor/web/door", 10, "who is there and what is too much; it knows no operation"},
	{"spoor/web/work", 11, "the desk's work over HTTP; it decides nothing"},
	{"spoor/web/api", 11, "HTTP and NATS over a node; it decides nothing"},
	{"spoor/cmd/spoor", 12, "flags, wiring and terminal output"},
}

// maxFile and maxRoom are the house's limits in lines, tests not counted.
const (
	maxFile = 600
	maxRoom = 1500
	maxRoot = 2000
)

func TestHouse(t *testing.T) {
	floor, why := map[string]int{}, map[string]string{}
	for _, r := range rooms {
		floor[r.path], why[r.path] = r.floor, r.why
	}
	lines := map[string]int{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name != "." && (strings.HasPrefix(name, ".") || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		room := "spoor"
		if dir := filepath.ToSlash(filepath.Dir(path)); dir != "." {
			room += "/" + dir
		}
		if _, ok := floor[room]; !ok {
			t.Errorf("%s: package %s has no floor: add it to rooms in house_test.go with a reason", path, room)
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n := bytes.Count(src, []byte("\n"))
		lines[room] += n
		if n > maxFile {
			t.Errorf("%s has %d lines, more than %d: which room is this?", path, n, maxFile)
		}
		for _, fault := range faults(path, src, room, floor) {
			t.Errorf("%s (%s)", fault, why[room])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room, n := range lines {
		limit := maxRoom
		if room == "spoor" {
			limit = maxRoot
		}
		if n > limit && room != "spoor/cmd/spoor" {
			t.Errorf("package %s has %d lines, more than %d", room, n, limit)
		}
	}
}

// faults lists what a file does that its room may not do.
func faults(path string, src []byte, room string, floor map[string]int) (out []string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, 0)
	if err != nil {
		return []string{err.Error()}
	}
	for _, imp := range f.Imports {
		name, _ := strconv.Unquote(imp.Path.Value)
		switch {
		case name == "spoor" || strings.HasPrefix(name, "spoor/"):
			if below, ok := floor[name]; !ok || below >= floor[room] {
				out = append(out, fmt.Sprintf("%s: %s imports %s, which is not below it", path, room, name))
			}
		case room == "spoor" && strings.Contains(name, "."):
			out = append(out, fmt.Sprintf("%s: the root imports %s", path, name))
		case room == "spoor" && (name == "os" || name == "io" || name == "net"):
			out = append(out, fmt.Sprintf("%s: the root imports %s, and nouns do no input or output", path, name))
		}
	}
	if room == "spoor/cmd/spoor" {
		return out
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if ok && pkg.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Sleep") {
			out = append(out, fmt.Sprintf("%s: time.%s: time is an input", fset.Position(sel.Pos()), sel.Sel.Name))
		}
		return true
	})
	return out
}

// TestHouseRefuses proves that the rules bite.
func TestHouseRefuses(t *testing.T) {
	floor := map[string]int{}
	for _, r := range rooms {
		floor[r.path] = r.floor
	}
	for room, src := range map[string]string{
		"spoor":        `package spoor; import "os"; var _ = os.Args`,
		"spoor/graph":  `package graph; import _ "spoor/detect"`,
		"spoor/detect": `package detect; import "time"; var _ = time.Now()`,
		"spoor/trace":  `package trace; import _ "spoor/detect"`,
		"spoor/world":  `package world; import _ "spoor/detect"`,
	} {
		if len(faults("x.go", []byte(src), room, floor)) == 0 {
			t.Errorf("%s: no fault found in %s", room, src)
		}
	}
}
