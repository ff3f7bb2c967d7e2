// Package instruct reads ISO 20022 messages that ask for a decision: pacs.008
// customer credit transfers, pain.001 initiations and pacs.004 returns, which
// become instructions, and camt.056 requests for cancellation, which become
// recalls.
//
//	batch, err := instruct.Read(body, instruct.Limits{}) // an error: refuse the whole
//	for _, p := range batch.Problems {
//		// Refuse what p.References names, with reason p.Code.
//	}
//	for i := range batch.Instructions {
//		// Decide.
//	}
//
// One call takes one message, bare or in any envelope, with a business
// application header or without, in the versions of pacs.008.001.02 to .12,
// pain.001.001.03 to .11, pacs.004.001.02 to .10 and camt.056.001.01 to .08.
// Nothing that is returned shares memory with the body: the texts of an
// instruction are parts of one string of its own.
//
// # Payments
//
// The payment of a pacs.008 or pain.001 is what iso20022.Reader reads of the
// same transaction; its package comment has the rules. That of a return runs
// from the original creditor to the original debtor: as RtrChain says where it
// names the account, else as OrgnlTxRef says, the other way round. Its amount
// is RtrdIntrBkSttlmAmt, RtrdInstdAmt on the payer's side where there is one. A
// return is named by its own RtrId, as TxID; the UETR of a pacs.004 is the
// original payment's and so is in Returns.
//
// # Parties
//
// Everyone named is listed with a role: debtor, creditor, ultimate ones,
// initiating party, their agents, and as intermediaries all other agents of the
// chain (intermediary, previous instructing, reimbursement, instructing and
// instructed ones). In a return, roles are those of the return: its debtor is
// the original creditor. A party that adds nothing to one of the same role is
// left out. Further names of a party are that of its account and, as a weak one,
// that of its contact. Who sent an invoice that is paid, or got it, is listed as
// ultimate creditor or debtor, if nobody on that side has the name.
//
// Whatever number is an IBAN by its form and its check digits is listed as one,
// in whichever element and however it is written.
//
// # What is refused
//
// The gate is stricter than a reader of files, because what two readers may
// understand differently lets a payment pass under another's name. The whole body
// is refused where its XML leaves a choice (package xmlscan, Checker) or where
// anything is not in its place (package structure). A transaction is refused for a
// value given twice where the standard has it once, ids longer than 35
// characters, with control characters or with white space around them, BICs and
// IBANs not written as such, and amounts that are zero, or have a sign, an
// exponent or more decimals than ISO 4217 gives the currency. The check digits of
// what is said to be an IBAN are the banks' to check. Transactions of one message
// with the same key are all refused, since no answer could tell them apart.
//
// Where the message itself is at fault, as in its number of transactions, nothing
// of it is to be decided: there is a problem with record 0, and no instruction.
package instruct
