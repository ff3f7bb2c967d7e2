package instruct

import (
	"cmp"

	"spoor"
	"spoor/format/xmlscan"
)

// cancelsGroup reports whether the whole original message is recalled.
func cancelsGroup(group *values) bool {
	v := string(group.get(fWholeGroup))
	return v == "true" || v == "1"
}

// recalled makes a recall of the current transaction, or of the whole message
// that the current group names where the transaction says nothing.
func (r *reader) recalled() {
	tx, group := &r.levels[lvlTx], &r.levels[lvlGroup]
	var c spoor.Recall
	var f *fault
	if len(tx.buf) > 1 {
		c.References, _, f = r.references(tx)
	}
	c.ID = cmp.Or(tx.text(fCancelID), tx.text(fCaseID), group.text(fCancelID), group.text(fCaseID), r.levels[lvlHeader].text(fCaseID))
	c.Reason = cmp.Or(tx.text(fReason), group.text(fReason))
	c.Original = spoor.Message{ID: cmp.Or(tx.text(fOriginalID), group.text(fOriginalID)), Kind: cmp.Or(tx.text(fOriginalKind), group.text(fOriginalKind))}
	if created := r.find(fOriginalCreated); len(created) > 0 {
		c.Original.Created, _, _ = xmlscan.Time(created) // no more than a help to find it
	}
	if f = r.wrong(f); f == nil {
		c.Amount, f = recalledAmount(tx)
	}
	if f == nil && c.References == (spoor.References{}) && c.Original.ID == "" {
		f = &fault{"Undrlyg", "nothing names what is recalled", badFile}
	}
	if f != nil {
		r.refused(f, c.References)
		return
	}
	if c.Amount.Currency != spoor.XXX {
		r.sum.Add(c.Amount)
	} else {
		r.lost = true
	}
	r.batch.Recalls = append(r.batch.Recalls, c)
	r.records = append(r.records, r.txs[lvlHeader])
}

// recalledAmount is the original payment's amount; none where it is not told.
func recalledAmount(tx *values) (spoor.Money, *fault) {
	for _, told := range [...]fieldAt{
		{"TxInf/OrgnlIntrBkSttlmAmt", fAmount}, {"TxInf/OrgnlTxRef/IntrBkSttlmAmt", fEquivalent}, {"TxInf/OrgnlTxRef/Amt/InstdAmt", fInstructed},
	} {
		if len(tx.get(told.field)) > 0 {
			return tx.amount(told.field, "Undrlyg/"+told.path)
		}
	}
	return spoor.Money{}, nil
}
