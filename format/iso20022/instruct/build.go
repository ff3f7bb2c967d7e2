package instruct

import (
	"bytes"
	"cmp"

	"spoor"
	"spoor/format/iso20022"
	"spoor/format/iso20022/instruct/internal/fingerprint"
	"spoor/format/xmlscan"
)

// instructed makes an instruction of the current transaction.
func (r *reader) instructed() {
	tx := &r.levels[lvlTx]
	var i spoor.Instruction
	var f *fault
	i.References, i.Returns, f = r.references(tx)
	if f = r.wrong(f); f == nil {
		f = r.payment(&i.Payment, i.References)
	}
	if f == nil {
		i.Parties, f = r.parties()
	}
	if f != nil {
		r.refused(f, i.References)
		return
	}
	i.Message.Sender = tx.party(sInstructing, iso20022.PartyBIC)
	r.batch.Instructions = append(r.batch.Instructions, i)
	r.records = append(r.records, r.txs[lvlHeader])
}

// wrong is the first fault of the group, the transaction, or f.
func (r *reader) wrong(f *fault) *fault {
	return cmp.Or(r.levels[lvlGroup].wrong, r.levels[lvlTx].wrong, f)
}

// provided is a reference, unless it says that there is none.
func provided(id string) string {
	if id == "NOTPROVIDED" {
		return ""
	}
	return id
}

// references gives what names the transaction, and what it returns.
func (r *reader) references(tx *values) (refs spoor.References, returns string, f *fault) {
	refs = spoor.References{InstrID: tx.text(fInstrID), EndToEndID: tx.text(fEndToEndID), TxID: tx.text(fTxID)}
	if text := tx.get(fUETR); iso20022.ValidUETR(text) {
		refs.UETR = tx.text(fUETR)
	} else if text = bytes.ToLower(text); iso20022.ValidUETR(text) {
		refs.UETR = string(text)
	} else if len(text) > 0 {
		f = &fault{families[r.family].tx, "the UETR is not a UUID of version 4", badFile}
	}
	if r.family == giveBack {
		returns = cmp.Or(refs.UETR, provided(refs.TxID), provided(refs.EndToEndID), provided(refs.InstrID))
		refs.UETR, refs.TxID = "", tx.text(fReturnID)
		if returns == "" && f == nil {
			f = &fault{"TxInf", "nothing names the payment that is returned", badFile}
		}
	}
	if refs.UETR+provided(refs.TxID)+provided(refs.EndToEndID)+provided(refs.InstrID) == "" && f == nil {
		f = &fault{families[r.family].tx, "nothing names the transaction", badFile}
	}
	return refs, returns, f
}

// find gives a value of the deepest level that has it.
func (r *reader) find(k field) []byte {
	for l := int(lvlTx); l >= 0; l-- {
		if v := r.levels[l].get(k); len(v) > 0 {
			return v
		}
	}
	return nil
}

// payment fills in the payment, by the rules of package iso20022.
func (r *reader) payment(p *spoor.Payment, refs spoor.References) (f *fault) {
	tx := &r.levels[lvlTx]
	p.Record = uint64(r.txs[lvlHeader])
	if p.Paid, p.Received, f = r.amounts(tx); f != nil {
		return f
	}
	r.sum.Add(p.Received)
	if p.Time, f = r.time(tx); f != nil {
		return f
	}
	p.ID = cmp.Or(provided(refs.TxID), provided(refs.EndToEndID), provided(refs.InstrID))
	if r.family != giveBack {
		p.ID = cmp.Or(tx.text(fUETR), p.ID)
	}
	r.sides(p)
	p.Purpose = cmp.Or(tx.text(fUstrd), tx.text(fStrd))
	s := iso20022.Service{
		Initiation: r.family == initiation, Method: r.find(fMethod), Levels: r.find(fServiceLevel), Instrument: r.find(fInstrument),
		Intermediary: tx.via, From: p.FromCountry, To: p.ToCountry,
	}
	p.Channel = s.Channel()
	return nil
}

func (r *reader) amounts(tx *values) (paid, received spoor.Money, f *fault) {
	switch {
	case r.family == initiation && len(tx.get(fEquivalent)) > 0:
		paid, f = tx.amount(fEquivalent, "PmtInf/CdtTrfTxInf/Amt/EqvtAmt/Amt")
		return paid, paid, f
	case r.family == initiation:
		paid, f = tx.amount(fInstructed, "PmtInf/CdtTrfTxInf/Amt/InstdAmt")
		return paid, paid, f
	}
	settled, instructed := "CdtTrfTxInf/IntrBkSttlmAmt", "CdtTrfTxInf/InstdAmt"
	if r.family == giveBack {
		settled, instructed = "TxInf/RtrdIntrBkSttlmAmt", "TxInf/RtrdInstdAmt"
	}
	received, f = tx.amount(fAmount, settled)
	if paid = received; f == nil && len(tx.get(fInstructed)) > 0 {
		paid, f = tx.amount(fInstructed, instructed)
	}
	return paid, received, f
}

// amount reads an amount with its currency.
func (v *values) amount(k field, at string) (spoor.Money, *fault) {
	text, code := v.get(k), v.get(k+1)
	switch {
	case len(text) == 0:
		return spoor.Money{}, &fault{at, "missing", badAmount}
	case len(code) == 0:
		return spoor.Money{}, &fault{at, "the amount has no currency (attribute Ccy)", badCurrency}
	}
	c, err := spoor.ParseCurrency(string(code))
	if err != nil {
		return spoor.Money{}, &fault{at, "its currency is no ISO 4217 code that is known here", badCurrency}
	}
	if wrong := iso20022.CheckAmount(text, c); wrong != "" {
		return spoor.Money{}, &fault{at, wrong, badAmount}
	}
	n, err := spoor.ParseAmount(text, c.Scale())
	if err != nil {
		return spoor.Money{}, &fault{at, err.Error(), badAmount}
	}
	if n == 0 {
		return spoor.Money{}, &fault{at, "an amount of nothing", noAmount}
	}
	return spoor.Money{Amount: n, Currency: c}, nil
}

func (r *reader) time(tx *values) (spoor.Instant, *fault) {
	if accepted := tx.get(fAccepted); len(accepted) > 0 {
		at, _, ok := xmlscan.Time(accepted)
		if !ok {
			return 0, &fault{"CdtTrfTxInf/AccptncDtTm", "not a date and time such as 2006-01-02T15:04:05Z", badDate}
		}
		return at, nil
	}
	day, where := fSettled, "IntrBkSttlmDt"
	if r.family == initiation {
		day, where = fDue, "PmtInf/ReqdExctnDt"
	}
	at, source, ok := iso20022.When(r.find(day), r.find(fCreated))
	switch {
	case !ok && source > 0:
		return 0, &fault{"GrpHdr/CreDtTm", "not a date and time such as 2006-01-02T15:04:05Z", badDate}
	case !ok:
		return 0, &fault{where, "missing, or not a date such as 2006-01-02", badDate}
	}
	return at, nil
}

// sides fills in who pays whom.
func (r *reader) sides(p *spoor.Payment) {
	tx := &r.levels[lvlTx]
	payer, payee := sDebtor, sCreditor
	payerAgent, payeeAgent := sDebtorAgent, sCreditorAgent
	debtor := tx
	if r.family == initiation {
		debtor = &r.levels[lvlGroup]
	}
	if r.family == giveBack {
		if !tx.account(sDebtor) && (tx.account(sOriginal+sCreditor) || !tx.has(sDebtor)) {
			payer, payerAgent = sOriginal+sCreditor, sOriginal+sCreditorAgent
		}
		if !tx.account(sCreditor) && (tx.account(sOriginal+sDebtor) || !tx.has(sCreditor)) {
			payee, payeeAgent = sOriginal+sDebtor, sOriginal+sDebtorAgent
		}
	}
	p.From, p.FromCountry, p.FromName = debtor.side(payer, payerAgent)
	p.To, p.ToCountry, p.ToName = tx.side(payee, payeeAgent)
}

// account reports whether a party's account is named.
func (v *values) account(s slot) bool {
	for _, f := range [...]iso20022.PartyField{iso20022.PartyIBAN, iso20022.PartyAccount, iso20022.PartyProxy} {
		if v.of[s][f].to > v.of[s][f].from {
			return true
		}
	}
	return false
}

// side gives the account, its country and the name of a party.
func (v *values) side(s, agent slot) (spoor.AccountID, spoor.Country, string) {
	said := iso20022.Side[string]{
		IBAN: v.party(s, iso20022.PartyIBAN), Other: v.party(s, iso20022.PartyAccount), Proxy: v.party(s, iso20022.PartyProxy),
		BIC: v.party(agent, iso20022.PartyBIC), Member: v.party(agent, iso20022.PartyMember), AgentCountry: v.party(agent, iso20022.PartyCountry),
		Country: v.party(s, iso20022.PartyCountry), Residence: v.party(s, iso20022.PartyResidence),
	}
	bank, number, c := said.Account()
	return spoor.AccountID{Bank: bank, Number: number}, c, v.party(s, iso20022.PartyName)
}

// Digest is the fingerprint of an instruction: who asks, and all that is asked.
// Of one whose sender, parties or payment are changed after it was read, it must
// be made again.
func Digest(i *spoor.Instruction) [16]byte { return fingerprint.Of(i) }

// RecallDigest is the same of a recall.
func RecallDigest(c *spoor.Recall) [16]byte { return fingerprint.OfRecall(c) }
