package settle

import (
	"fmt"

	"spoor"
)

// ClaimState is where a victim's claim stands in the issuing state.
type ClaimState string

// The states of a claim.
const (
	Pending  ClaimState = "pending"
	Awarded  ClaimState = "awarded"
	Rejected ClaimState = "rejected"
)

// Claim is a victim's claim to restitution or compensation.
type Claim struct {
	Victim string      `json:"victim"` // a reference, rather than a name
	Money  spoor.Money `json:"money"`  // awarded, in the currency of what was recovered
	State  ClaimState  `json:"state"`
}

// Agreement is what the two states agreed otherwise: the issuing state's part
// of what remains after the victims, as a fraction.
type Agreement struct {
	Reference string `json:"reference"`
	Num       uint32 `json:"num"`
	Den       uint32 `json:"den"`
}

// Recovered is money obtained by executing a confiscation order.
type Recovered struct {
	Money     spoor.Money   `json:"money"`
	At        spoor.Instant `json:"at"` // when obtained: the rate of this instant counts
	Issuing   spoor.Country `json:"issuing"`
	Executing spoor.Country `json:"executing"`
	Claims    []Claim       `json:"claims,omitempty"`
	Agreed    *Agreement    `json:"agreed,omitempty"`
}

// Role says as what a recipient gets its part.
type Role string

// The roles.
const (
	Victim         Role = "victim"
	ExecutingState Role = "executing-state"
	IssuingState   Role = "issuing-state"
)

// Part is what one recipient gets, never zero.
type Part struct {
	Role      Role        `json:"role"`
	Recipient string      `json:"recipient"` // a state's code, or a victim's reference
	Money     spoor.Money `json:"money"`
	Act       string      `json:"act"`
	Article   string      `json:"article"`
	Says      string      `json:"says"`
}

// Division is recovered money divided: its parts add up to it exactly.
type Division struct {
	Parts    []Part      `json:"parts,omitempty"`
	Compared spoor.Money `json:"compared,omitzero"` // what was compared with the threshold, in its currency
	Rates    string      `json:"rates,omitempty"`   // version of the table, where one was needed
}

// Share divides recovered money by Art 30. Victims come first, and nothing is
// divided while a claim is pending. Where their awards exceed the money they
// share it in proportion, rounded down, and the minor units left over go one
// each to the awards in the order given. Of what remains, up to EUR 10 000
// goes to the executing state; of more, half of the whole goes to the issuing
// state, unless the states agreed otherwise. The issuing state's part is
// rounded down: the executing state keeps the odd minor unit. Another currency
// is compared with the threshold at the rate of At, rounded to the cent.
func Share(r Recovered, rates *spoor.Rates) (Division, error) {
	if err := r.check(); err != nil {
		return Division{}, err
	}
	d := Division{}
	left := d.victims(r)
	if left == 0 {
		return d, nil
	}
	rest := spoor.Money{Amount: left, Currency: r.Money.Currency}
	if a := r.Agreed; a != nil {
		d.states(r, rest, uint64(a.Num), uint64(a.Den), fmt.Sprintf("as agreed (%s)", a.Reference))
		return d, nil
	}
	num, den, why, err := d.compare(rest, r.At, rates)
	if err != nil {
		return Division{}, err
	}
	d.states(r, rest, num, den, why)
	return d, nil
}

// compare holds what remains against the threshold and gives the issuing state's part.
func (d *Division) compare(rest spoor.Money, at spoor.Instant, rates *spoor.Rates) (num, den uint64, why string, err error) {
	limit, worth := rules.Threshold, ""
	d.Compared = rest
	if rest.Currency != limit.Currency {
		var ok bool
		if rates != nil && at != 0 {
			d.Compared, ok = rates.Convert(rest, limit.Currency, at)
		}
		if !ok {
			return 0, 0, "", fmt.Errorf("money: no rate of %s on %s to compare %s with %s: load a table of rates", rest.Currency, at.Date(), rest, limit)
		}
		d.Rates = rates.Version
		worth = fmt.Sprintf(" (worth %s on %s by rates %q)", d.Compared, at.Date(), d.Rates)
	}
	if d.Compared.Amount <= limit.Amount {
		return 0, 1, fmt.Sprintf("since %s%s is not more than %s", rest, worth, limit), nil
	}
	return uint64(rules.Issuing.Num), uint64(rules.Issuing.Den), fmt.Sprintf("since %s%s is more than %s", rest, worth, limit), nil
}

func (r *Recovered) check() error {
	switch {
	case r.Money.Amount < 0 || r.Money.Currency == spoor.XXX:
		return fmt.Errorf("money: want an amount of a currency that is not negative, not %s", r.Money)
	case r.Issuing == (spoor.Country{}) || r.Executing == (spoor.Country{}):
		return fmt.Errorf("issuing, executing: both states are needed")
	case r.Issuing == r.Executing:
		return fmt.Errorf("issuing and executing state are both %s: money of a domestic order is not shared", r.Issuing)
	case len(r.Claims) > MaxItems:
		return fmt.Errorf("claims: %d, at most %d", len(r.Claims), MaxItems)
	}
	if a := r.Agreed; a != nil && (a.Reference == "" || a.Den == 0 || a.Num > a.Den) {
		return fmt.Errorf("agreed: want a reference and a fraction from 0 to 1, not %d/%d", a.Num, a.Den)
	}
	var sum int64
	for i, c := range r.Claims {
		switch {
		case c.State == Pending:
			return forbidden(rules.Act.Share, "claims[%d] of a victim is pending: nothing is disposed of until it is decided", i)
		case c.State == Rejected:
			continue
		case c.State != Awarded:
			return fmt.Errorf("claims[%d]: unknown state %q: want %s, %s or %s", i, c.State, Pending, Awarded, Rejected)
		case c.Victim == "":
			return fmt.Errorf("claims[%d]: the victim's reference is missing", i)
		}
		var err error
		if sum, err = add(sum, c.Money, r.Money.Currency); err != nil {
			return fmt.Errorf("claims[%d]: %w", i, err)
		}
	}
	return nil
}

// victims adds the victims' parts and says what is left for the states.
func (d *Division) victims(r Recovered) int64 {
	var all int64
	for _, c := range r.Claims {
		if c.State == Awarded {
			all += c.Money.Amount // checked
		}
	}
	if all == 0 {
		return r.Money.Amount
	}
	pay := min(all, r.Money.Amount)
	over := pay
	parts := make([]int64, len(r.Claims))
	for i, c := range r.Claims {
		if c.State == Awarded {
			parts[i] = portion(c.Money.Amount, uint64(pay), uint64(all))
			over -= parts[i]
		}
	}
	for i, c := range r.Claims {
		if over > 0 && c.State == Awarded && parts[i] < c.Money.Amount {
			parts[i]++
			over--
		}
		m := spoor.Money{Amount: parts[i], Currency: r.Money.Currency}
		says := fmt.Sprintf("Victim %s gets %s, the whole award, before any state.", c.Victim, m)
		if m.Amount < c.Money.Amount {
			says = fmt.Sprintf("Victim %s gets %s of an award of %s, in proportion, since the awards exceed what was recovered; the article is silent on that.", c.Victim, m, c.Money)
		}
		d.part(Victim, c.Victim, m, says)
	}
	return r.Money.Amount - pay
}

// states divides what remains: the executing state keeps what does not go to
// the issuing state.
func (d *Division) states(r Recovered, rest spoor.Money, num, den uint64, why string) {
	issuing, executing := rest, rest
	issuing.Amount = portion(rest.Amount, num, den)
	executing.Amount -= issuing.Amount
	odd := ""
	if hi := rest.Amount - portion(rest.Amount, den-num, den); hi != issuing.Amount {
		odd = " The minor unit that cannot be split is in it; the article is silent on that."
	}
	d.part(ExecutingState, r.Executing.String(), executing, fmt.Sprintf("The executing state %s keeps %s, %s.%s", r.Executing, executing, why, odd))
	d.part(IssuingState, r.Issuing.String(), issuing, fmt.Sprintf("The issuing state %s gets %s (%d/%d), %s.", r.Issuing, issuing, num, den, why))
}

func (d *Division) part(role Role, to string, m spoor.Money, says string) {
	if m.Amount > 0 {
		d.Parts = append(d.Parts, Part{role, to, m, rules.Act.Name, rules.Act.Share, says})
	}
}
