package bods

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"spoor"
)

// Beyond is by how much a bound that is exclusive is moved, in percent: enough
// to tell more than half from half.
const Beyond = 1e-6

// kinds are the codes of interestType of all versions, in small letters without
// hyphens, and what they become. The role is the code as words, unless stated.
var kinds = map[string]struct {
	kind spoor.InterestKind
	role string
}{
	"shareholding":                       {spoor.Shareholding, ""},
	"votingrights":                       {spoor.VotingRights, ""},
	"appointmentofboard":                 {spoor.Control, "appointment of board"},
	"otherinfluenceorcontrol":            {spoor.Control, "other influence or control"},
	"controlviacompanyrulesorarticles":   {spoor.Control, "company rules or articles"},
	"controlbylegalframework":            {spoor.Control, "legal framework"},
	"rightsgrantedbycontract":            {spoor.Control, "contract"},
	"conditionalrightsgrantedbycontract": {spoor.UnknownControl, "conditional rights by contract"},
	"seniormanagingofficial":             {spoor.Directorship, "senior managing official"},
	"boardmember":                        {spoor.Directorship, "board member"},
	"boardchair":                         {spoor.Directorship, "board chair"},
	"settlor":                            {spoor.TrustInterest, "settlor"},
	"settloroftrust":                     {spoor.TrustInterest, "settlor"},
	"trustee":                            {spoor.TrustInterest, "trustee"},
	"trusteeoftrust":                     {spoor.TrustInterest, "trustee"},
	"protector":                          {spoor.TrustInterest, "protector"},
	"protectoroftrust":                   {spoor.TrustInterest, "protector"},
	"beneficiaryoflegalarrangement":      {spoor.TrustInterest, "beneficiary"},
	"beneficiaryoftrust":                 {spoor.TrustInterest, "beneficiary"},
	"otherinfluenceorcontroloftrust":     {spoor.TrustInterest, "other influence or control"},
	"rightstosurplusassetsondissolution": {spoor.Shareholding, "rights to surplus assets on dissolution"},
	"rightstoprofitorincome":             {spoor.Shareholding, "rights to profit or income"},
	"righttoprofitorincomefromassets":    {spoor.UnknownControl, "right to profit or income from assets"},
	"enjoymentanduseofassets":            {spoor.UnknownControl, "enjoyment and use of assets"},
	"nominee":                            {spoor.Nominee, "nominee"},
	"nominator":                          {spoor.Nominee, "nominator"},
	"unknowninterest":                    {spoor.UnknownControl, "unknown interest"},
	"unpublishedinterest":                {spoor.UnknownControl, "unpublished interest"},
}

// relate reads an ownership-or-control statement or a relationship.
func (s *Statement) relate(w *statement) *fault {
	held, f := s.end("subject", w.Subject)
	if f != nil {
		return f
	}
	holder, f := s.end("interestedParty", w.InterestedParty)
	if f != nil {
		return f
	}
	if len(w.Interests) == 0 { // nothing is known of the interest
		i := Interest{Interest: spoor.Interest{Source: s.ID, Holder: holder, Held: held, Kind: spoor.UnknownControl, Most: 100}}
		if len(s.Unspecified) > 0 {
			i.Kind = spoor.Shareholding
		}
		s.Interests = []Interest{s.closed(i)}
		return nil
	}
	for n, x := range w.Interests {
		code := strings.ToLower(strings.ReplaceAll(x.Type, "-", ""))
		k, ok := kinds[code]
		if !ok {
			k.kind, k.role = spoor.UnknownControl, x.Type
			if x.Type != "" {
				s.unknown("the interest's type", x.Type)
			}
		}
		for _, day := range []string{x.StartDate, x.EndDate} {
			if day != "" && date(day).Year == 0 {
				s.unknown("the interest's date", day)
			}
		}
		i := Interest{Interest: spoor.Interest{Source: s.ID, Holder: holder, Held: held, Kind: k.kind, Role: k.role, From: date(x.StartDate), Until: date(x.EndDate)}}
		i.Indirect = x.DirectOrIndirect == "indirect" || x.InterestLevel == "indirect"
		if i.Least, i.Most, ok = x.Share.bounds(); !ok {
			return &fault{fmt.Sprintf("interests[%d].share", n), fmt.Sprintf("statement %s: want numbers from 0 to 100, the minimum not above the maximum", s.ID)}
		}
		s.Interests = append(s.Interests, s.closed(i))
	}
	return nil
}

// closed ends an interest of a closed relationship.
func (s *Statement) closed(i Interest) Interest {
	if s.Closed && i.Until.Year == 0 {
		i.Until = s.Date
	}
	return i
}

// end reads one end of a relationship: an id (0.4), an object that names a
// statement (0.2, 0.3), or why nobody is named.
func (s *Statement) end(field string, raw json.RawMessage) (id string, f *fault) {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || string(raw) == "null" {
		return "", &fault{field, "statement " + s.ID + ": missing"}
	}
	if json.Unmarshal(raw, &id) == nil && id != "" {
		return id, nil
	}
	var by struct {
		Entity      string `json:"describedByEntityStatement"`
		Person      string `json:"describedByPersonStatement"`
		Unspecified *unspecified
		Reason      string
		Description string
	}
	if err := json.Unmarshal(raw, &by); err != nil {
		return "", &fault{field, "statement " + s.ID + ": " + err.Error()}
	}
	switch {
	case by.Entity != "":
		return by.Entity, nil
	case by.Person != "":
		return by.Person, nil
	case by.Unspecified == nil && by.Reason != "":
		by.Unspecified = &unspecified{by.Reason, by.Description}
	}
	if by.Unspecified == nil {
		return "", &fault{field, "statement " + s.ID + ": names neither a party nor a reason why there is none"}
	}
	e := Entity{Hidden: true, Why: by.Unspecified.text()}
	e.ID = s.ID + "#" + field
	e.Names = []spoor.Name{{Full: "(not specified)"}}
	s.Unspecified = append(s.Unspecified, e)
	return e.ID, nil
}

// bounds are those of a share in percent; 0 and 100 where nothing is stated.
func (s *share) bounds() (least, most float64, ok bool) {
	least, most = 0, 100
	if s.Exact != nil {
		return *s.Exact, *s.Exact, *s.Exact >= 0 && *s.Exact <= 100
	}
	if s.Minimum != nil {
		least = *s.Minimum
	}
	if s.Maximum != nil {
		most = *s.Maximum
	}
	if v, on := exclusive(s.ExclusiveMinimum, least); on {
		least = max(least, v+Beyond)
	}
	if v, on := exclusive(s.ExclusiveMaximum, most); on {
		most = min(most, v-Beyond)
	}
	// A bound such as "more than 100" leaves nothing but the bound itself.
	if least > most && least-most <= 3*Beyond {
		least = most
	}
	return least, most, 0 <= least && least <= most && most <= 100
}

// exclusive reads a bound: a number, or true for the one that goes with it.
func exclusive(raw json.RawMessage, bound float64) (v float64, on bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, false
	}
	if json.Unmarshal(raw, &on) == nil {
		return bound, on
	}
	return v, json.Unmarshal(raw, &v) == nil
}
