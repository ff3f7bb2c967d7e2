package score_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"spoor/score"
	"spoor/score/feature"
)

// TestSaveLoad says that a model that was written and read is the same one,
// plain and packed.
func TestSaveLoad(t *testing.T) {
	t.Parallel()
	m := quick.trial(t).Model
	text := saved(t, m)
	for name, data := range map[string][]byte{"plain": text, "gzip": packed(t, text)} {
		t.Run(name, func(t *testing.T) {
			got, err := score.Load(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(saved(t, got), text) {
				t.Error("written again it is another file")
			}
			if got.Version() != m.Version() || !slices.Equal(got.Weights(), m.Weights()) {
				t.Errorf("it is %s, was %s", got.Version(), m.Version())
			}
			all := quick.all(t)
			want, again := judge(t, m, all, 2), judge(t, got, all, 2)
			for look, margins := range want.Margins(0) {
				if !slices.Equal(margins, again.Margins(0)[look]) {
					t.Errorf("look %d: it scores otherwise", look)
				}
			}
			for i := range want.alerts {
				if !slices.Equal(want.alerts[i].Reasons, again.alerts[i].Reasons) {
					t.Errorf("it explains otherwise: %q, was %q", again.alerts[i].Reasons, want.alerts[i].Reasons)
				}
			}
		})
	}
}

func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// changed is a saved model with something else in it.
func changed(t testing.TB, text []byte, change func(map[string]any)) []byte {
	t.Helper()
	var f map[string]any
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	change(f)
	out, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLoadRefuses gives what is no model, or not one for this program.
func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	text := saved(t, quick.trial(t).Model)
	with := func(change func(map[string]any)) []byte { return changed(t, text, change) }
	list := func(f map[string]any, name string) []any { return f[name].([]any) }
	if _, err := score.Load(bytes.NewReader(with(func(map[string]any) {}))); err != nil {
		t.Fatalf("a model written anew is refused, so that the rest tells nothing: %v", err)
	}
	zip := packed(t, text)
	for name, c := range map[string]struct {
		data []byte
		want string // words of the error
	}{
		"nothing":            {nil, "not a model"},
		"words":              {[]byte("a model"), "not a model"},
		"null":               {[]byte("null"), "format"},
		"a list":             {[]byte("[]"), "not a model"},
		"no fields":          {[]byte("{}"), "format"},
		"cut":                {text[:len(text)/2], "not a model"},
		"cut by a byte":      {text[:len(text)-2], "not a model"},
		"two":                {append(slices.Clone(text), text...), "not a model"},
		"cut in gzip":        {zip[:len(zip)/2], "EOF"},
		"gzip of nothing":    {packed(t, nil), "not a model"},
		"gzip head alone":    {zip[:8], "EOF"},
		"broken gzip":        {append(slices.Clone(zip[:len(zip)-8]), 1, 2, 3, 4, 5, 6, 7, 8), "checksum"},
		"gzip in gzip":       {packed(t, zip), "not a model"},
		"another format":     {with(func(f map[string]any) { f["format"] = "xgboost" }), "format"},
		"no format":          {with(func(f map[string]any) { delete(f, "format") }), "format"},
		"a newer version":    {with(func(f map[string]any) { f["version"] = 1000 }), "version"},
		"no version":         {with(func(f map[string]any) { delete(f, "version") }), "version"},
		"no features":        {with(func(f map[string]any) { delete(f, "features") }), "features"},
		"a feature less":     {with(func(f map[string]any) { f["features"] = list(f, "features")[1:] }), "features"},
		"another feature":    {with(func(f map[string]any) { list(f, "features")[3] = "star_sign" }), "features"},
		"features exchanged": {with(func(f map[string]any) { l := list(f, "features"); l[0], l[1] = l[1], l[0] }), "features"},
		"trees exchanged":    {with(func(f map[string]any) { l := list(f, "trees"); l[0], l[1] = l[1], l[0] }), "features"},
		"the same trees":     {with(func(f map[string]any) { l := list(f, "trees"); l[0] = l[1] }), "features"},
		"no trees":           {with(func(f map[string]any) { delete(f, "trees") }), "model"},
		"one set of trees":   {with(func(f map[string]any) { f["trees"] = list(f, "trees")[:1] }), "model"},
		"trees of null":      {with(func(f map[string]any) { f["trees"] = []any{nil, nil} }), "model"},
		"trees of words":     {with(func(f map[string]any) { f["trees"] = []any{"oak", "elm"} }), "model"},
		"no calibration":     {with(func(f map[string]any) { delete(f, "chances") }), "calibration"},
		"calibration falls": {with(func(f map[string]any) {
			f["chances"] = []any{map[string]any{"scores": []any{0, 1}, "probabilities": []any{.9, .1}}, list(f, "chances")[1]}
		}), "model"},
		"calibration to 2": {with(func(f map[string]any) {
			f["chances"] = []any{map[string]any{"scores": []any{0}, "probabilities": []any{2}}, list(f, "chances")[1]}
		}), "model"},
		"nothing is usual":   {with(func(f map[string]any) { delete(f, "usual") }), "usual"},
		"less is usual":      {with(func(f map[string]any) { f["usual"] = list(f, "usual")[1:] }), "usual"},
		"nothing was seen":   {with(func(f map[string]any) { delete(f, "seen") }), "spread"},
		"a spread is null":   {with(func(f map[string]any) { f["seen"].(map[string]any)["value"] = nil }), "spread"},
		"a spread is broken": {with(func(f map[string]any) { f["seen"].(map[string]any)["value"] = map[string]any{"edges": []any{2, 1}} }), "model"},
		"deep":               {[]byte(strings.Repeat("[", 200_000)), "not a model"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := score.Load(bytes.NewReader(c.data))
			if err == nil {
				t.Fatal("it was not refused")
			}
			if m != nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "model") || len(err.Error()) > 400 {
				t.Errorf("refused with %q, want words of %q", err, c.want)
			}
		})
	}
}

// endless is a reader that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

// TestLoadIsBounded says that a small file that unpacks into a very large one,
// and one without an end, are given up on.
func TestLoadIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("300 MB are unpacked")
	}
	const most = 300 << 20
	e := &endless{}
	if _, err := score.Load(e); err == nil || !strings.Contains(err.Error(), "larger") || e.read > 2*most {
		t.Errorf("after %d bytes of a file without an end: %v", e.read, err)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(z, &endless{}, most); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := score.Load(&b); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("%d bytes, unpacked: %v", most, err)
	}
}

// FuzzLoad says that whatever a file holds, it is refused or it is a model that
// can be used. The seeds hold few trees, so that changes reach all that is read.
//
//	go test ./score -run NONE -fuzz FuzzLoad -fuzztime 1m -fuzzminimizetime 10x
func FuzzLoad(f *testing.F) {
	m, err := score.Default()
	if err != nil {
		f.Fatal(err)
	}
	few := changed(f, saved(f, m), func(m map[string]any) {
		for _, trees := range m["trees"].([]any) {
			trees := trees.(map[string]any)
			for name, v := range trees {
				if l, ok := v.([]any); ok && name == "trees" {
					trees[name] = l[:1]
				}
			}
		}
	})
	if _, err := score.Read(bytes.NewReader(few)); err != nil {
		f.Fatalf("a model with one tree each is refused: %v", err)
	}
	if _, err := score.Load(bytes.NewReader(few)); err == nil || !strings.Contains(err.Error(), "changed after it was trained") {
		f.Fatalf("a model that was changed: %v", err)
	}
	f.Add(few)
	f.Add(packed(f, few))
	f.Add(few[:len(few)/2])
	for _, s := range []string{"", "{}", "null", "\x1f\x8b", `{"format":"spoor-model","version":1}`, `{"format":"spoor-model","version":1,"features":[]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := score.Read(bytes.NewReader(data))
		if err != nil {
			if m != nil || !strings.HasPrefix(err.Error(), "model: ") {
				t.Fatalf("%v, and the error is %q", m, err)
			}
			return
		}
		for look := range 2 {
			for _, margin := range []float64{-10, 0, m.Threshold(look), 10} {
				if s, c := m.Score(look, margin), m.Chance(look, margin); !(s >= 0 && s <= 100 && c >= 0 && c <= 1) {
					t.Fatalf("a margin of %v scores %v with a chance of %v", margin, s, c)
				}
			}
		}
		for _, w := range m.Weights() {
			if !(w.Share >= 0 && w.Share <= 1+1e-9) {
				t.Fatalf("%s weighs %v", w.Name, w.Share)
			}
		}
		if err := m.Save(io.Discard); err != nil {
			t.Fatalf("it was read and cannot be written: %v", err)
		}
	})
}

// TestScore says what scores and probabilities are: 50 at the threshold, rising
// with the margin.
func TestScore(t *testing.T) {
	t.Parallel()
	m := quick.trial(t).Model
	for look := range 2 {
		at := m.Threshold(look)
		if s := m.Score(look, at); s != 50 {
			t.Errorf("look %d: the threshold scores %v", look, s)
		}
		if low, high := m.Chance(look, at-20), m.Chance(look, at+20); !(low < high) {
			t.Errorf("look %d: the calibrated probability is %v far below the threshold and %v far above", look, low, high)
		}
		rapid.Check(t, func(t *rapid.T) {
			margin := rapid.Float64Range(-40, 40)
			a, b := margin.Draw(t, "a"), margin.Draw(t, "b")
			if a > b {
				a, b = b, a
			}
			low, high := m.Score(look, a), m.Score(look, b)
			if !(low >= 0 && low <= high && high <= 100) || b-a > 1e-6 && math.Abs(a-at) < 15 && low >= high {
				t.Fatalf("margins %v and %v score %v and %v", a, b, low, high)
			}
			if c, d := m.Chance(look, a), m.Chance(look, b); !(c >= 0 && c <= d && d <= 1) {
				t.Fatalf("margins %v and %v have the chances %v and %v", a, b, c, d)
			}
		})
	}
}

// TestWeights says that what a model goes by are shares of one whole.
func TestWeights(t *testing.T) {
	t.Parallel()
	m := quick.trial(t).Model
	ws := m.Weights()
	sum, seen := 0.0, map[string]bool{}
	for i, w := range ws {
		if w.Share < 0 || w.Doc == "" || seen[w.Name] || i > 0 && w.Share > ws[i-1].Share {
			t.Errorf("weight %d is %+v", i, w)
		}
		seen[w.Name] = true
		sum += w.Share
	}
	if len(ws) != len(feature.Review) || math.Abs(sum-1) > 1e-9 {
		t.Errorf("%d weights, which add up to %v", len(ws), sum)
	}
	if !slices.Equal(ws, m.Weights()) {
		t.Error("asked again, it goes by something else")
	}
}

// TestDefault reads the model inside the program.
func TestDefault(t *testing.T) {
	t.Parallel()
	m, err := score.Default()
	if err != nil {
		t.Fatal(err)
	}
	c := m.Card
	if c.Name == "" || c.Data == "" || c.Payments == 0 || c.Illicit == 0 || c.Signature == "" || len(c.NotFor) == 0 || c.Figures["review_pr_auc"] == 0 {
		t.Errorf("its card says %+v", c)
	}
}
