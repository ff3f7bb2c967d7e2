package iso20022

import (
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
		p.Time, f = when(r.find(day), dayAt, r.find(fCreated))
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

// when is [When] with the places for a fault.
func when(day []byte, dayAt string, times ...[]byte) (spoor.Instant, *fault) {
	at, source, ok := When(day, times...)
	switch {
	case ok:
		return at, nil
	case source > 0:
		return moment(times[source-1], "CreDtTm")
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
	s := Side[[]byte]{
		IBAN: CleanIBAN(f.get(first + fIBAN)), Other: f.get(first + fOther), Proxy: f.get(first + fProxy),
		BIC: f.get(first + fBIC), Member: f.get(first + fMember), AgentCountry: f.get(first + fAgentCountry),
		Country: f.get(first + fCountry), Residence: f.get(first + fResidence),
	}
	bank, number, c := s.Account()
	return spoor.AccountID{Bank: r.text.Keep(bank), Number: r.text.Keep(number)}, c, r.text.Keep(f.get(first + fName))
}

func (r *Reader) transferChannel(p *spoor.Payment) spoor.Channel {
	s := Service{
		Initiation: r.kind == initiation, Method: r.find(fMethod), Levels: r.find(fServiceLevel), Instrument: r.find(fInstrument),
		Intermediary: r.levels[lvlTx].at[fIntermediary] == present, From: p.FromCountry, To: p.ToCountry,
	}
	return s.Channel()
}
