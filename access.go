package spoor

// Access is one look at personal data, one change of it or one disclosure, or
// the refusal of one: Dir. (EU) 2019/1153 Art 6, Dir. (EU) 2016/680 Art 25. It is
// journalled before what was asked for is shown.
type Access struct {
	At        Instant  `json:"at"`
	By        string   `json:"by"`        // person, by the name they signed in with
	Authority string   `json:"authority"` // the person's
	Roles     []string `json:"roles,omitempty"`
	Action    string   `json:"action"` // "consult", "search", "collect", "alter", "disclose", "combine", "erase"
	Kind      string   `json:"kind"`   // of what was looked at: "case", "alert", "order", "access-log"
	File      string   `json:"file"`   // file reference: id of the case or order; "" for a search
	Query     string   `json:"query,omitempty"`
	Results   []string `json:"results,omitempty"` // ids of what was shown, at most 100
	Purpose   Purpose  `json:"purpose"`
	Why       string   `json:"why"`                  // justification, in the person's words
	OrderedBy string   `json:"ordered_by,omitempty"` // who had it done, where that is somebody else
	Recipient string   `json:"recipient,omitempty"`  // of a disclosure
	Allowed   bool     `json:"allowed"`
	Policies  []string `json:"policies,omitempty"` // that decided
}
