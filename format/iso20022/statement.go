package iso20022

import (
	"strconv"

	"spoor"
)

// booking makes a payment of a transaction in a statement entry, or of an
// entry without transactions.
func (r *Reader) booking(p *spoor.Payment) (f *fault) {
	tx, entry, group := &r.levels[lvlTx], &r.levels[lvlEntry], &r.levels[lvlGroup]
	in, f := r.incoming()
	if f != nil {
		return f
	}
	own, other, f := r.bookedAmounts(tx, entry)
	if f != nil {
		return f
	}
	day := entry.get(fBooked)
	if len(day) == 0 {
		day = entry.get(fValue)
	}
	precise := tx.get(fTxDateTime)
	if len(precise) == 0 {
		precise = tx.get(fAccepted)
	}
	if len(precise) == 0 && len(day) == 0 {
		precise = r.find(fCreated)
	}
	if p.Time, f = when(day, "Ntry/BookgDt", precise); f != nil {
		return f
	}
	// The parties are those of the original payment, which a reversal runs
	// against: then the money comes back from the creditor, or goes back to
	// the debtor.
	party := fCreditor
	if in != (string(entry.get(fReversal)) == "true" || string(entry.get(fReversal)) == "1") {
		party = fDebtor
	}
	ours, oursCountry, oursName := r.side(group, fOwn)
	theirs, theirsCountry, theirsName := r.side(tx, party)
	p.From, p.FromCountry, p.FromName, p.Paid = ours, oursCountry, oursName, own
	p.To, p.ToCountry, p.ToName, p.Received = theirs, theirsCountry, theirsName, other
	if in {
		p.From, p.FromCountry, p.FromName, p.Paid = theirs, theirsCountry, theirsName, other
		p.To, p.ToCountry, p.ToName, p.Received = ours, oursCountry, oursName, own
	}
	p.ID = r.bookingID(tx, entry)
	p.Purpose = r.text.Keep(purpose(tx))
	if r.details == 0 {
		p.Purpose = r.text.Keep(entry.get(fInfo))
	}
	p.Channel = r.bookingChannel(tx, entry)
	return nil
}

// incoming reports whether money came in to the statement's account.
func (r *Reader) incoming() (bool, *fault) {
	switch v := r.find(fDirection); string(v) {
	case "CRDT":
		return true, nil
	case "DBIT":
		return false, nil
	case "":
		return false, &fault{"Ntry/CdtDbtInd", "missing"}
	default:
		return false, faultf("Ntry/CdtDbtInd", "%q is neither CRDT nor DBIT", v)
	}
}

// bookedAmounts gives what was booked on the statement's account, and what it
// was on the other side.
func (r *Reader) bookedAmounts(tx, entry *fields) (own, other spoor.Money, f *fault) {
	from := tx
	switch {
	case len(tx.get(fAmount)) > 0:
		own, f = r.amount(tx, fAmount, "Ntry/NtryDtls/TxDtls/Amt")
	case len(tx.get(fEquivalent)) > 0:
		own, f = r.amount(tx, fEquivalent, "Ntry/NtryDtls/TxDtls/AmtDtls/TxAmt/Amt")
	default:
		own, f = r.amount(entry, fAmount, "Ntry/Amt")
		if len(tx.get(fInstructed)) == 0 {
			from = entry
		}
	}
	if f == nil && len(from.get(fInstructed)) > 0 {
		other, f = r.amount(from, fInstructed, "AmtDtls/InstdAmt/Amt")
		return own, other, f
	}
	return own, own, f
}

// bookingID is the transaction's own reference, else the entry's, made
// different for each of several transactions.
func (r *Reader) bookingID(tx, entry *fields) string {
	id := reference(tx)
	if len(id) > 0 {
		return r.text.Keep(id)
	}
	if id = entry.get(fServicerRef); len(id) == 0 {
		id = entry.get(fEntryRef)
	}
	if len(id) == 0 || r.details < 2 {
		return r.text.Keep(id)
	}
	return string(id) + "/" + strconv.Itoa(r.details)
}

// bookingChannel reads the bank transaction code (ISO 20022 external code set
// "Bank Transaction Codes", domain PMNT).
func (r *Reader) bookingChannel(tx, entry *fields) spoor.Channel {
	code := tx
	if len(tx.get(fFamily)) == 0 {
		code = entry
	}
	switch string(code.get(fSubFamily)) {
	case "CDPT", "CWDL": // cash deposit, cash withdrawal
		return spoor.Cash
	case "XBCT", "XICT": // cross-border credit transfer
		return spoor.Wire
	}
	switch string(code.get(fFamily)) {
	case "CNTR": // counter transactions
		return spoor.Cash
	case "CCRD", "MCRD":
		return spoor.Card
	case "ICHQ", "RCHQ":
		return spoor.Cheque
	case "IDDT", "RDDT":
		return spoor.DirectDebit
	case "ICDT", "RCDT", "IRCT", "RRCT":
		return spoor.CreditTransfer
	}
	return spoor.UnknownChannel
}
