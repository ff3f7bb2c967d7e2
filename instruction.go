package spoor

import "strings"

// Instruction is a payment as a bank sends it for decision: the payment, the
// references by which the answer names it, and everyone it names.
type Instruction struct {
	Payment Payment
	References
	Message Message
	Parties []RoleParty // everyone named, for screening; at most [MaxParties]
	// Returns is the payment that this one gives back (pacs.004), by its UETR
	// or other reference; "" for an ordinary payment.
	Returns string
	// Alias is the key of a payment whose UETR another sender's payment bears, "" for
	// any other; see Aside.
	Alias string
	// Digest is a fingerprint of what was asked and by whom, whatever the message
	// around it: two instructions of one key and different digests are not
	// retries. Its first four bytes stand for the sender alone.
	Digest [16]byte
}

// MaxParties is how many parties one instruction may name.
const MaxParties = 32

// References name one payment within and across messages (ISO 20022 names).
type References struct {
	UETR       string // RFC 4122 version 4, lower case; "" where the message has none
	InstrID    string // InstrId
	EndToEndID string // EndToEndId
	TxID       string // TxId
}

// Key is what a payment is decided once by: its UETR, else its sender with the
// ids it has there, "SENDER/tx/TxId" or "SENDER/in/MsgId/InstrId" or
// "SENDER/e2e/MsgId/EndToEndId", in which slashes within ids are written %2F. It
// is "" for one that nothing names.
func (i *Instruction) Key() string {
	given := func(id string) bool { return id != "" && id != "NOTPROVIDED" }
	switch {
	case i.Alias != "":
		return i.Alias
	case i.UETR != "":
		return i.UETR
	case given(i.TxID):
		return i.Message.Sender + "/tx/" + escape.Replace(i.TxID)
	case given(i.InstrID):
		return i.Message.Sender + "/in/" + escape.Replace(i.Message.ID) + "/" + escape.Replace(i.InstrID)
	case given(i.EndToEndID):
		return i.Message.Sender + "/e2e/" + escape.Replace(i.Message.ID) + "/" + escape.Replace(i.EndToEndID)
	}
	return ""
}

// Aside is a payment's key where another sender's payment bears its UETR: the
// same payment on its way through several banks, or one whose UETR somebody took.
// A BIC counts by its first eight characters, which name the bank.
func (i *Instruction) Aside() string {
	return i.Message.Sender[:min(8, len(i.Message.Sender))] + "/uetr/" + i.UETR
}

var escape = strings.NewReplacer("%", "%25", "/", "%2F")

// Message is the envelope an instruction came in.
type Message struct {
	ID      string  // MsgId of the group header, or the id of a JSON request
	Kind    string  // "pacs.008.001.08"; "json" where it was no ISO message
	Created Instant // CreDtTm
	Sender  string  // BIC of the instructing agent, where the message names it
}

// Role is the part a party plays in an instruction (ISO 20022 names).
type Role string

// The roles.
const (
	Debtor           Role = "debtor"
	Creditor         Role = "creditor"
	UltimateDebtor   Role = "ultimate debtor"
	UltimateCreditor Role = "ultimate creditor"
	InitiatingParty  Role = "initiating party"
	DebtorAgent      Role = "debtor agent"
	CreditorAgent    Role = "creditor agent"
	Intermediary     Role = "intermediary agent"
)

// RoleParty is a party with its part in an instruction.
type RoleParty struct {
	Role  Role
	Party Party
}

// Recall asks that a payment be cancelled (camt.056).
type Recall struct {
	References         // of the payment
	Message    Message // the recall's own envelope
	ID         string  // CxlId, or the case's
	Original   Message // the message that the payment came in
	Reason     string  // ISO code: DUPL, FRAD, TECH, CUST, AM09 ...
	Amount     Money   // of the payment
	Digest     [16]byte
}
