package iso20022

import (
	"bytes"

	"spoor"
	"spoor/format/xmlscan"
)

// The rules in this file are shared by [Reader] and package instruct. They take
// texts trimmed.

// Side is what a message says of one side of a payment: its account, and
// where that is kept.
type Side[T ~string | ~[]byte] struct {
	IBAN         T // as [CleanIBAN] gives it
	Other        T // Othr/Id of the account
	Proxy        T // Prxy/Id of the account
	BIC          T // of the agent
	Member       T // of a clearing: the agent's MmbId
	AgentCountry T // of the agent's postal address
	Country      T // of the party's postal address
	Residence    T // CtryOfRes
}

// Account gives the account, as its bank and its number there, and the country
// where it is kept, by the rules of the package comment.
func (s *Side[T]) Account() (bank, number T, c spoor.Country) {
	switch {
	case len(s.IBAN) > 0:
		number, c = s.IBAN, IBANCountry(s.IBAN)
	case len(s.Other) > 0:
		if bank = s.BIC; len(bank) == 0 {
			bank = s.Member
		}
		number = s.Other
	default:
		number = s.Proxy
	}
	if c == (spoor.Country{}) && len(s.BIC) >= 8 {
		c, _ = spoor.ParseCountry(string(s.BIC[4:6]))
	}
	for _, code := range [...]T{s.AgentCountry, s.Country, s.Residence} {
		if c != (spoor.Country{}) {
			break
		}
		c, _ = spoor.ParseCountry(string(code))
	}
	return bank, number, c
}

// CleanIBAN takes out spaces and makes letters capitals. What is clean already
// comes back as it is.
func CleanIBAN(v []byte) []byte {
	for _, c := range v {
		if c-'0' > 9 && c-'A' > 25 {
			var out []byte
			for _, c := range bytes.ToUpper(v) {
				if c > ' ' {
					out = append(out, c)
				}
			}
			return out
		}
	}
	return v
}

// IBANCountry is the country of a clean IBAN; of what is no IBAN, none.
func IBANCountry[T ~string | ~[]byte](v T) (c spoor.Country) {
	if len(v) >= 15 && v[2]-'0' <= 9 && v[3]-'0' <= 9 {
		c, _ = spoor.ParseCountry(string(v[:2]))
	}
	return c
}

// When gives the time of a day: its midnight, or the first of some times that
// falls on that day and so is more precise. Without a day it is the first time
// there is. Source is 0 where the day itself is wrong or nothing is there, else
// the number of the time, from 1.
func When(day []byte, times ...[]byte) (at spoor.Instant, source int, ok bool) {
	for i, v := range times {
		if len(v) > 0 && (len(day) == 0 || len(day) == len("2006-01-02") && bytes.HasPrefix(v, day)) {
			at, _, ok = xmlscan.Time(v)
			return at, i + 1, ok
		}
	}
	at, _, ok = xmlscan.Time(day)
	return at, 0, ok
}

// Service is what a credit transfer says of the way it is to go.
type Service struct {
	Initiation   bool   // a pain.001, whose Method is the payment's; else it is the settlement's
	Method       []byte // PmtMtd or SttlmMtd
	Levels       []byte // SvcLvl/Cd, several joined with a space
	Instrument   []byte // LclInstrm/Cd
	Intermediary bool   // there is an intermediary agent
	From, To     spoor.Country
}

// Channel tells credit transfers of a clearing from wires through
// correspondents, by the rules of the package comment.
func (s *Service) Channel() spoor.Channel {
	if s.Initiation && string(s.Method) == "CHK" {
		return spoor.Cheque
	}
	gpi := false
	for word := range bytes.FieldsSeq(s.Levels) {
		if string(word) == "SEPA" {
			return spoor.CreditTransfer
		}
		gpi = gpi || len(word) == 4 && string(word[:3]) == "G00"
	}
	if string(s.Instrument) == "INST" {
		return spoor.CreditTransfer
	}
	m := string(s.Method)
	correspondent := gpi || m == "INDA" || m == "INGA" || m == "COVE" || s.Intermediary
	known := s.From != spoor.Country{} && s.To != spoor.Country{}
	if correspondent || known && s.From != s.To {
		return spoor.Wire
	}
	return spoor.CreditTransfer
}

// MessageName gives the name, such as pacs.008.001.08, that the namespaces in
// an element's attributes have for its message; "" where they have none. Those
// of application headers do not count. Ok is false where they name no message
// or several.
func MessageName(attrs []byte) (name string, ok bool) {
	for {
		_, after, found := bytes.Cut(attrs, []byte(Namespace))
		end := bytes.IndexAny(after, `"'`)
		if !found || end < 0 {
			return name, true
		}
		this := after[:end]
		attrs = after[end:]
		switch {
		case bytes.HasPrefix(this, []byte("head.")):
		case !IsMessageName(this) || name != "" && name != string(this):
			return "", false
		default:
			name = string(this)
		}
	}
}

// IsMessageName tells names such as pacs.008.001.08.
func IsMessageName(name []byte) bool {
	for _, c := range name {
		if c != '.' && c-'0' > 9 && c-'a' > 25 {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 35
}
