package iso20022

import (
	"bytes"

	"spoor"
	"spoor/format/xmlscan"
)

// find gives a field of the deepest level that has it.
func (r *Reader) find(k field) []byte {
	for l := int(lvlTx); l >= 0; l-- {
		if v := r.levels[l].get(k); len(v) > 0 {
			return v
		}
	}
	return nil
}

// transfer makes a payment of a pacs.008 or pain.001 transaction.
func (r *Reader) transfer(p *spoor.Payment) (f *fault) {
	tx, debtor, day, dayAt := &r.levels[lvlTx], &r.levels[lvlTx], fSettled, "CdtTrfTxInf/IntrBkSttlmDt"
	if r.kind == initiation {
		debtor, day, dayAt = &r.levels[lvlGroup], fDue, "PmtInf/ReqdExctnDt"
	}
	if p.Paid, p.Received, f = r.transferred(tx); f != nil {
		return f
	}
	if accepted := tx.get(fAccepted); len(accepted) > 0 {
		p.Time, f = moment(accepted, "CdtTrfTxInf/AccptncDtTm")
	} else {
		p.Time, f = when(r.find(day), dayAt, r.find(fCreated), nil)
	}
	if f != nil {
		return f
	}
	p.ID = r.text.Keep(reference(tx))
	p.From, p.FromCountry, p.FromName = r.side(debtor, fDebtor)
	p.To, p.ToCountry, p.ToName = r.side(tx, fCreditor)
	p.Purpose = r.text.Keep(purpose(tx))
	p.Channel = r.transferChannel(p)
	return nil
}

// reference is the transaction's own id.
func reference(tx *fields) []byte {
	for _, k := range [...]field{fUETR, fTxID, fEndToEndID, fInstrID, fServicerRef} {
		if v := tx.get(k); len(v) > 0 && string(v) != "NOTPROVIDED" {
			return v
		}
	}
	return nil
}

func purpose(tx *fields) []byte {
	for _, k := range [...]field{fUstrd, fStrd} {
		if v := tx.get(k); len(v) > 0 {
			return v
		}
	}
	return tx.get(fInfo)
}

func (r *Reader) transferred(tx *fields) (paid, received spoor.Money, f *fault) {
	switch {
	case r.kind == settlement:
		received, f = r.amount(tx, fAmount, "CdtTrfTxInf/IntrBkSttlmAmt")
		if paid = received; f == nil && len(tx.get(fInstructed)) > 0 {
			paid, f = r.amount(tx, fInstructed, "CdtTrfTxInf/InstdAmt")
		}
		return paid, received, f
	case len(tx.get(fEquivalent)) > 0:
		paid, f = r.amount(tx, fEquivalent, "CdtTrfTxInf/Amt/EqvtAmt/Amt")
	default:
		paid, f = r.amount(tx, fInstructed, "CdtTrfTxInf/Amt/InstdAmt")
	}
	return paid, paid, f
}

// amount reads a field with its currency.
func (r *Reader) amount(f *fields, k field, at string) (spoor.Money, *fault) {
	text, code := f.get(k), f.get(k+1)
	if len(text) == 0 {
		return spoor.Money{}, &fault{at, "missing"}
	}
	if len(code) == 0 {
		return spoor.Money{}, &fault{at, "the amount has no currency (attribute Ccy)"}
	}
	if string(code) != r.code {
		c, err := spoor.ParseCurrency(string(code))
		if err != nil {
			return spoor.Money{}, &fault{at, err.Error()}
		}
		r.currency, r.code = c, c.String()
	}
	v, err := spoor.ParseAmount(text, r.currency.Scale())
	if err != nil {
		return spoor.Money{}, faultf(at, "%q: %v", text, err)
	}
	if v < 0 {
		return spoor.Money{}, faultf(at, "%q: an amount cannot be negative", text)
	}
	return spoor.Money{Amount: v, Currency: r.currency}, nil
}

// when gives a day's midnight, or the first of two times that falls on that
// day and so is more precise; without a day, the first time there is.
func when(day []byte, dayAt string, first, second []byte) (spoor.Instant, *fault) {
	for _, v := range [...][]byte{first, second} {
		if len(v) > 0 && (len(day) == 0 || len(day) == len("2006-01-02") && bytes.HasPrefix(v, day)) {
			return moment(v, "CreDtTm")
		}
	}
	return moment(day, dayAt)
}

func moment(v []byte, at string) (spoor.Instant, *fault) {
	if len(v) == 0 {
		return 0, &fault{at, "missing"}
	}
	t, _, ok := xmlscan.Time(v)
	if !ok {
		return 0, faultf(at, "%q is not a date or time such as 2006-01-02T15:04:05Z", v)
	}
	return t, nil
}

// side gives the account, country and name of a party.
func (r *Reader) side(f *fields, first field) (a spoor.AccountID, c spoor.Country, name string) {
	bic := f.get(first + fBIC)
	bank := bic
	if len(bank) == 0 {
		bank = f.get(first + fMember)
	}
	if v := f.get(first + fIBAN); len(v) > 0 {
		v = r.cleanIBAN(v)
		a.Number = r.text.Keep(v)
		c = ibanCountry(v)
	} else if v := f.get(first + fOther); len(v) > 0 {
		a = spoor.AccountID{Bank: r.text.Keep(bank), Number: r.text.Keep(v)}
	} else {
		a.Number = r.text.Keep(f.get(first + fProxy))
	}
	if c == (spoor.Country{}) && len(bic) >= 8 {
		c, _ = spoor.ParseCountry(string(bic[4:6]))
	}
	for _, k := range [...]field{fAgentCountry, fCountry, fResidence} {
		if c != (spoor.Country{}) {
			break
		}
		c, _ = spoor.ParseCountry(string(f.get(first + k)))
	}
	return a, c, r.text.Keep(f.get(first + fName))
}

// cleanIBAN takes out spaces and makes letters capitals. The result is valid
// until the next call.
func (r *Reader) cleanIBAN(v []byte) []byte {
	for _, c := range v {
		if c-'0' > 9 && c-'A' > 25 {
			r.iban = r.iban[:0]
			for _, c := range bytes.ToUpper(v) {
				if c > ' ' {
					r.iban = append(r.iban, c)
				}
			}
			return r.iban
		}
	}
	return v
}

// ibanCountry is the country of an IBAN; of what is no IBAN, none.
func ibanCountry(v []byte) (c spoor.Country) {
	if len(v) >= 15 && v[2]-'0' <= 9 && v[3]-'0' <= 9 {
		c, _ = spoor.ParseCountry(string(v[:2]))
	}
	return c
}

// transferChannel tells credit transfers of a clearing from wires through
// correspondents; the package comment has the rule.
func (r *Reader) transferChannel(p *spoor.Payment) spoor.Channel {
	method := string(r.find(fMethod))
	if r.kind == initiation && method == "CHK" {
		return spoor.Cheque
	}
	gpi := false
	for word := range bytes.FieldsSeq(r.find(fServiceLevel)) {
		if string(word) == "SEPA" {
			return spoor.CreditTransfer
		}
		gpi = gpi || len(word) == 4 && string(word[:3]) == "G00"
	}
	if string(r.find(fInstrument)) == "INST" {
		return spoor.CreditTransfer
	}
	correspondent := gpi || method == "INDA" || method == "INGA" || method == "COVE" || r.levels[lvlTx].at[fIntermediary] == present
	known := p.FromCountry != spoor.Country{} && p.ToCountry != spoor.Country{}
	if correspondent || known && p.FromCountry != p.ToCountry {
		return spoor.Wire
	}
	return spoor.CreditTransfer
}
