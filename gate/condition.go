package gate

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// facts are the words that a condition may use; policy.toml describes them.
type facts struct {
	Payment   paymentFacts       `expr:"payment"`
	Payer     partyFacts         `expr:"payer"`
	Payee     partyFacts         `expr:"payee"`
	Hits      hitFacts           `expr:"hits"`
	Signals   []string           `expr:"signals"`
	Risk      float64            `expr:"risk"`
	RiskKnown bool               `expr:"risk_known"`
	Late      []string           `expr:"late"`
	Threshold map[string]float64 `expr:"threshold"` // replaced by numbers when compiled
}

type paymentFacts struct {
	Amount    float64 `expr:"amount"`
	Currency  string  `expr:"currency"`
	AmountEUR float64 `expr:"amount_eur"`
	Rated     bool    `expr:"rated"`
	Channel   string  `expr:"channel"`
	Purpose   string  `expr:"purpose"`
	Returned  bool    `expr:"returned"`
	Suspended bool    `expr:"suspended"`
	Recalled  bool    `expr:"recalled"`
}

type partyFacts struct {
	Named          bool    `expr:"named"`
	Country        string  `expr:"country"`
	Known          bool    `expr:"known"`
	AgeDays        float64 `expr:"age_days"`
	Frozen         bool    `expr:"frozen"`
	FreezeProposed bool    `expr:"freeze_proposed"`
	Suspended      bool    `expr:"suspended"`
	Monitored      bool    `expr:"monitored"`
	FraudRecalls   int     `expr:"fraud_recalls"`
}

type hitFacts struct {
	Count      int      `expr:"count"`
	Best       float64  `expr:"best"`
	Exact      bool     `expr:"exact"`
	Freezes    bool     `expr:"freezes"`
	Lists      []string `expr:"lists"`
	Programmes []string `expr:"programmes"`
}

// Bounds of one condition. Without ranges, calls and loops over anything but
// the payment's own lists, they bound what it can cost.
const (
	maxCondition = 2000 // bytes
	maxNodes     = 300
)

// functions are the only ones that a condition may call: none reads a clock.
var functions = []string{"len", "any", "all", "none", "one", "count"}

// compile checks a condition's words, types and bounds. An error says where in
// the text, by line and column.
func compile(when string, thresholds map[string]float64) (*vm.Program, error) {
	switch {
	case strings.TrimSpace(when) == "":
		return nil, errors.New("is empty: want a condition")
	case len(when) > maxCondition:
		return nil, fmt.Errorf("has %d bytes: at most %d", len(when), maxCondition)
	}
	reader := &reader{thresholds: thresholds}
	options := []expr.Option{expr.Env(facts{}), expr.AsBool(), expr.MaxNodes(maxNodes), expr.Patch(reader), expr.DisableAllBuiltins()}
	for _, f := range functions {
		options = append(options, expr.EnableBuiltin(f))
	}
	program, err := expr.Compile(when, options...)
	if reader.wrong != "" {
		return nil, place(when, &file.Error{Location: reader.at, Message: reader.wrong})
	}
	if err != nil {
		return nil, place(when, err)
	}
	// Once without facts, so that what can only fail is found now.
	if _, err := new(vm.VM).Run(program, &facts{}); err != nil {
		return nil, place(when, err)
	}
	return program, nil
}

// place writes an error with its column, and its line where there are several.
func place(when string, err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return errors.New(firstLine(err.Error()))
	}
	at.Bind(file.NewSource(when))
	at.Message = plain(at.Message)
	if strings.Contains(when, "\n") {
		return fmt.Errorf("line %d, column %d: %s", at.Line, at.Column+1, firstLine(at.Message))
	}
	return fmt.Errorf("column %d: %s", at.Column+1, firstLine(at.Message))
}

// plain puts the compiler's commonest complaints into words for who writes
// policies.
func plain(s string) string {
	if m := noField.FindStringSubmatch(s); m != nil {
		group := map[string]string{"party": "payer and payee have", "payment": "payment has", "hit": "hits has"}[m[1]]
		return group + " no word " + m[2] + "; the words are at the top of the policy file"
	}
	if m := capitals.FindStringSubmatch(s); m != nil {
		return "write " + strings.ToLower(m[1]) + " in small letters"
	}
	return s
}

var (
	noField  = regexp.MustCompile(`^type gate\.(party|payment|hit)Facts has no field (\w+)`)
	capitals = regexp.MustCompile(`^unexpected token \w+\("(AND|OR|NOT|IN)"\)`)
)

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// reader puts numbers in the place of thresholds and refuses what a condition
// does not need.
type reader struct {
	thresholds map[string]float64
	at         file.Location
	wrong      string // the first thing that is
}

func (r *reader) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		if id, ok := n.Node.(*ast.IdentifierNode); ok && id.Value == "threshold" {
			r.threshold(node, n)
		}
	case *ast.BinaryNode:
		pattern, _ := n.Right.(*ast.StringNode)
		switch {
		case n.Operator == "..":
			r.refuse(n, "ranges are not for conditions")
		case n.Operator == "matches" && pattern == nil:
			r.refuse(n, "the pattern of matches must be written out")
		}
	case *ast.IdentifierNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.ConstantNode,
		*ast.UnaryNode, *ast.BuiltinNode, *ast.PredicateNode, *ast.PointerNode, *ast.ArrayNode, *ast.NilNode:
	default:
		r.refuse(n, "is more than a condition may do: see the head of policy.toml")
	}
}

func (r *reader) threshold(node *ast.Node, n *ast.MemberNode) {
	name, ok := n.Property.(*ast.StringNode)
	if !ok {
		r.refuse(n.Node, "want threshold.NAME")
		return
	}
	v, ok := r.thresholds[name.Value]
	if !ok {
		names := make([]string, 0, len(r.thresholds))
		for have := range r.thresholds {
			names = append(names, have)
		}
		slices.Sort(names)
		r.refuse(n.Node, fmt.Sprintf("no threshold %q; there are %s", name.Value, strings.Join(names, ", ")))
		return
	}
	ast.Patch(node, &ast.FloatNode{Value: v})
}

func (r *reader) refuse(n ast.Node, why string) {
	if r.wrong == "" {
		r.at, r.wrong = n.Location(), why
	}
}
