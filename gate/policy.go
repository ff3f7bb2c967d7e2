package gate

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/expr-lang/expr/vm"

	"spoor"
	"spoor/clock"
	"spoor/gate/book"
)

//go:embed policy.toml
var defaultPolicy []byte

// DefaultPolicyText is the policy inside the program, as a file to start from.
func DefaultPolicyText() []byte { return bytes.Clone(defaultPolicy) }

// DefaultPolicy is the policy inside the program.
func DefaultPolicy() *Policy {
	p, err := LoadPolicy(defaultPolicy)
	if err != nil {
		panic(err) // a test loads it
	}
	return p
}

// Policy is a loaded policy file: what to do, for how long, by what law. It is
// not changed after loading and may be shared.
type Policy struct {
	Version     string
	Member      spoor.Country
	Budget      time.Duration
	Fingerprint string // version and the first half of the file's SHA-256, as decisions record it

	late       map[string]spoor.Outcome // by engine
	fraudSpan  spoor.Instant
	standStill clock.Limit
	limits     map[spoor.OrderKind]clock.Limit
	rules      []rule
}

// action is what a rule does.
type action uint8

const (
	note action = iota
	hold
	block
	allow
)

var actionNames = [...]string{"note", "hold", "block", "allow"}

// basis is what a rule rests on.
type basis uint8

const (
	byOther basis = iota
	byOrder
	byExactHit
)

var groundNames = [...]string{"other", "order", "exact-hit"}

type rule struct {
	reason spoor.Reason
	do     action
	ground basis
	when   *vm.Program
}

// The file as it is written.
type policyFile struct {
	Version    string                `toml:"version"`
	Member     string                `toml:"member"`
	Budget     string                `toml:"budget"`
	FraudDays  int                   `toml:"fraud_days"`
	Late       map[string]string     `toml:"late"`
	Clocks     map[string]periodFile `toml:"clocks"`
	Thresholds map[string]float64    `toml:"thresholds"`
	Rules      []ruleFile            `toml:"rule"`
}

type periodFile struct {
	WorkingDays int    `toml:"working_days"`
	Law         string `toml:"law"`
	Verified    *bool  `toml:"verified"`
}

type ruleFile struct {
	Name     string `toml:"name"`
	When     string `toml:"when"`
	Do       string `toml:"do"`
	Ground   string `toml:"ground"`
	Code     string `toml:"code"`
	Text     string `toml:"text"`
	Law      string `toml:"law"`
	Verified *bool  `toml:"verified"`
}

// Bounds of a policy file.
const (
	maxPolicy = 1 << 16 // bytes
	maxRules  = 200
	maxText   = 140 // runes: what a status message carries (AddtlInf is 105 twice)
)

// Engines are those whose lateness a policy must provide for.
var Engines = []string{"screen", "typologies", "risk"}

// LoadPolicy reads a policy file, strictly: an unknown key, a word that no
// condition may use, a block without a legal ground or a hold longer than the
// law allows refuse the whole file. The error joins a [spoor.Problem] for each
// thing wrong, with its line.
func LoadPolicy(data []byte) (*Policy, error) {
	l := &loader{data: data}
	if len(data) > maxPolicy {
		return nil, l.problem(0, "", "has %d bytes: at most %d", len(data), maxPolicy)
	}
	meta, err := toml.Decode(string(data), &l.file)
	if err != nil {
		return nil, l.syntax(err)
	}
	for _, k := range meta.Undecoded() {
		l.wrong(l.line("", -1, k[len(k)-1]), k.String(), "is not a key of a policy")
	}
	p := l.policy()
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	sum := sha256.Sum256(data)
	p.Fingerprint = fmt.Sprintf("%s %x", p.Version, sum[:8])
	return p, nil
}

type loader struct {
	data []byte
	file policyFile
	errs []error
}

// syntax writes an error of the TOML reader, which puts the line in its words
// where a value has the wrong type.
func (l *loader) syntax(err error) error {
	var at toml.ParseError
	if errors.As(err, &at) {
		return l.problem(at.Position.Line, at.LastKey, "%s", at.Message)
	}
	line, field, what := 0, "", err.Error()
	if m := typeError.FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		field, what = m[2], m[3]
	}
	return l.problem(line, field, "%s", what)
}

var typeError = regexp.MustCompile(`(?s)^toml: line (\d+) \(last key "([^"]*)"\): (.*)$`)

func (l *loader) problem(line int, field, format string, args ...any) error {
	return &spoor.Problem{File: "policy", Line: line, Field: field, Reason: fmt.Sprintf(format, args...), Fatal: true}
}

func (l *loader) wrong(line int, field, format string, args ...any) {
	l.errs = append(l.errs, l.problem(line, field, format, args...))
}

// line finds where a key stands: in the nth table of a name, or anywhere for
// n < 0. It gives the table's line where the key is missing, and 0 for nothing.
func (l *loader) line(table string, n int, key string) (found int) {
	here, nth := "", -1
	for i, text := range strings.Split(string(l.data), "\n") {
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "[") {
			if here = strings.TrimSpace(strings.Trim(strings.SplitN(text, "]", 2)[0], "[")); here == table {
				nth++
				if nth == n {
					found = i + 1
				}
			}
			if n < 0 && (here == key || strings.HasSuffix(here, "."+key)) {
				return i + 1
			}
			continue
		}
		name, _, ok := strings.Cut(text, "=")
		if ok && strings.Trim(strings.TrimSpace(name), `"'`) == key && (n < 0 || here == table && (nth == n || table == "")) {
			return i + 1
		}
	}
	return found
}

// top is the line of a key outside all tables.
func (l *loader) top(key string) int { return l.line("", 0, key) }

func (l *loader) policy() *Policy {
	f, p := &l.file, &Policy{Version: l.file.Version}
	if f.Version == "" || len(f.Version) > 60 || strings.ContainsAny(f.Version, "\n\r") {
		l.wrong(l.top("version"), "version", "want one of at most 60 bytes")
	}
	p.Member, _ = spoor.ParseCountry(f.Member)
	if _, err := clock.Zone(p.Member); err != nil {
		l.wrong(l.top("member"), "member", "%v", err)
	}
	var err error
	p.Budget, err = time.ParseDuration(f.Budget)
	if err != nil || p.Budget < time.Millisecond || p.Budget > 10*time.Second {
		l.wrong(l.top("budget"), "budget", `is %q: want a duration from 1ms to 10s, such as "100ms"`, f.Budget)
	}
	if f.FraudDays < 1 || f.FraudDays > 30 {
		l.wrong(l.top("fraud_days"), "fraud_days", "is %d: want 1 to 30", f.FraudDays)
	}
	p.fraudSpan = spoor.Instant(f.FraudDays) * spoor.Day
	for name, v := range f.Thresholds {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			l.wrong(l.line("thresholds", 0, name), "thresholds."+name, "is %v: want a number", v)
		}
	}
	p.late = l.fallbacks()
	l.clocks(p)
	l.rules(p)
	return p
}

func (l *loader) fallbacks() map[string]spoor.Outcome {
	out := map[string]spoor.Outcome{}
	for engine, do := range l.file.Late {
		line, field := l.line("late", 0, engine), "late."+engine
		switch {
		case !slices.Contains(Engines, engine):
			l.wrong(line, field, "is no engine; there are %s", strings.Join(Engines, ", "))
		case do == "allow":
			out[engine] = spoor.Allow
		case do == "hold":
			out[engine] = spoor.HoldBack
		default:
			l.wrong(line, field, `is %q: want "allow" or "hold"`, do)
		}
	}
	for _, engine := range Engines {
		if _, ok := l.file.Late[engine]; !ok {
			l.wrong(l.line("late", 0, engine), "late", "does not say what to do when %s is late", engine)
		}
	}
	return out
}

func (l *loader) clocks(p *Policy) {
	most := map[string]clock.Limit{"stand_still": book.StandStill, "transaction": book.TransactionLimit, "account": book.AccountLimit}
	got := map[string]clock.Limit{}
	for name, c := range l.file.Clocks {
		table := "clocks." + name
		limit, ok := most[name]
		switch {
		case !ok:
			l.wrong(l.line(table, 0, ""), table, "is no clock; there are stand_still, transaction, account")
		case c.WorkingDays < 1 || c.WorkingDays > limit.N:
			l.wrong(l.line(table, 0, "working_days"), table+".working_days", "is %d: the law allows 1 to %d (%s)", c.WorkingDays, limit.N, limit)
		case c.Law == "":
			l.wrong(l.line(table, 0, "law"), table+".law", "is missing: cite it")
		case c.Verified == nil:
			l.wrong(l.line(table, 0, "verified"), table+".verified", "is missing: true if the cited law was read, false if not")
		default:
			got[name] = clock.Limit{Act: c.Law, Kind: clock.WorkingDays, N: c.WorkingDays, Verified: *c.Verified}
		}
	}
	for _, name := range []string{"stand_still", "transaction", "account"} {
		if _, ok := l.file.Clocks[name]; !ok {
			l.wrong(0, "clocks."+name, "is missing")
		}
	}
	p.standStill = got["stand_still"]
	p.limits = map[spoor.OrderKind]clock.Limit{spoor.TransactionSuspension: got["transaction"], spoor.AccountSuspension: got["account"]}
}

var codeForm = regexp.MustCompile(`^[A-Z0-9]{4}$`)

func (l *loader) rules(p *Policy) {
	if n := len(l.file.Rules); n == 0 || n > maxRules {
		l.wrong(l.line("rule", 0, ""), "rule", "there are %d rules: want 1 to %d", n, maxRules)
		return
	}
	names := map[string]bool{}
	for i, r := range l.file.Rules {
		wrong := func(key, format string, args ...any) {
			l.wrong(l.line("rule", i, key), fmt.Sprintf("rule %d %q, %s", i+1, r.Name, key), format, args...)
		}
		do, ground := slices.Index(actionNames[:], r.Do), slices.Index(groundNames[:], r.Ground)
		if r.Name == "" || len(r.Name) > 60 || names[r.Name] || strings.HasPrefix(r.Name, "gate.") {
			wrong("name", `want one of at most 60 bytes that no other rule has and that does not begin with "gate."`)
		}
		if do < 0 {
			wrong("do", "is %q: want %s", r.Do, strings.Join(actionNames[:], ", "))
		}
		if ground < 0 {
			wrong("ground", "is %q: want %s", r.Ground, strings.Join(groundNames[:], ", "))
		}
		if action(max(do, 0)) == block && r.Ground == groundNames[byOther] {
			wrong("do", `is "block" on ground "other": only an order in force or an exact hit may block, everything else may hold`)
		}
		if !codeForm.MatchString(r.Code) {
			wrong("code", "is %q: want an ISO 20022 external status reason code of four letters or digits", r.Code)
		}
		if r.Text == "" || len([]rune(r.Text)) > maxText || strings.ContainsAny(r.Text, "\n\r") {
			wrong("text", "want one line of at most %d characters", maxText)
		}
		if r.Law == "" {
			wrong("law", "is missing: cite it")
		}
		if r.Verified == nil {
			wrong("verified", "is missing: true if the cited law was read, false if not")
		}
		program, err := compile(r.When, l.file.Thresholds)
		if err != nil {
			wrong("when", "%v", err)
		}
		names[r.Name] = true
		p.rules = append(p.rules, rule{spoor.Reason{Rule: r.Name, Code: r.Code, Text: r.Text}, action(max(do, 0)), basis(max(ground, 0)), program})
	}
}
