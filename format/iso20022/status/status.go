// Package status writes the answers of a gate as ISO 20022 messages: pacs.002
// for payments (FIToFIPaymentStatusReport) and camt.029 for recalls
// (ResolutionOfInvestigation).
//
//	answers := []status.Answer{status.Of(&instruction, &decision)}
//	body := status.AppendPacs002(nil, status.Header{
//		ID: "G-1", Created: now, From: "FIUXITMM", To: instruction.Message.Sender,
//		Original: instruction.Message, Transactions: 1,
//	}, answers)
//
// Whatever it is given, what it writes is well-formed and valid: texts are cut
// to the standard's lengths at the end of a character, control characters
// become spaces or are left out, references that the schemas would refuse are
// left out. It adds nothing to what it is given: that an answer says no more of
// its grounds than the law allows (Reg. (EU) 2024/1624 Art 73 forbids tipping
// off) is up to who fills in Code and Info. [Of] tells the code of a refusal
// and nothing else.
package status

import (
	"strconv"

	"spoor"
)

// Version of a pacs.002.
type Version uint8

// The versions, which here differ in their namespace only.
const (
	Pacs002V10 Version = iota // pacs.002.001.10
	Pacs002V12                // pacs.002.001.12
)

// Header is the envelope of an answer.
type Header struct {
	ID      string // the answer's own message id
	Created spoor.Instant
	From    string // BIC of who answers, left out where it is none
	To      string // BIC of who asked
	Version Version

	// Original is the message that is answered; its zero value where the
	// answers are to several messages. Not used in a camt.029.
	Original spoor.Message
	// Transactions is how many the original message has. The status of the
	// group is told only where all of them are answered.
	Transactions int
	// Refused is why the whole message is refused, nil where it is not.
	Refused *Reason
}

// Reason is why something is refused.
type Reason struct {
	Code string // ISO 20022 external status reason: AC06, LEGL, AM05, FF01 ...
	Info string // additional information, in words
}

// State is what becomes of a payment.
type State uint8

// The states of a payment.
const (
	Accepted State = iota // ACSP, accepted: settlement is in process
	Rejected              // RJCT
	Pending               // PDNG
	numStates
)

var stateCodes = [numStates]string{"ACSP", "RJCT", "PDNG"}

// String gives the ISO 20022 code.
func (s State) String() string { return stateCodes[s.known()] }

// known takes a state that is none for a refusal, which does no harm.
func (s State) known() State {
	if s >= numStates {
		return Rejected
	}
	return s
}

// Answer is what becomes of one payment.
type Answer struct {
	spoor.References
	// Original is the message that the payment came in, where the header names
	// none.
	Original spoor.Message
	ID       string // StsId: the answer's own reference
	State    State
	Reason
	Accepted spoor.Instant // when the payment met the conditions for being processed; 0 leaves it out
}

// Of is the answer that a decision makes: the first reason's code for a block,
// and no reason otherwise. Its id is the decision's entry in the journal.
func Of(i *spoor.Instruction, d *spoor.Decision) Answer {
	a := Answer{References: i.References, Original: i.Message}
	if d.Entry > 0 {
		a.ID = strconv.FormatUint(d.Entry, 10)
	}
	switch d.Outcome {
	case spoor.Allow:
		a.State = Accepted
	case spoor.HoldBack:
		a.State = Pending
	default:
		a.State = Rejected
		if len(d.Reasons) > 0 {
			a.Code = d.Reasons[0].Code
		}
	}
	return a
}

// RecallState is what becomes of a recall.
type RecallState uint8

// The states of a recall.
const (
	Cancelled      RecallState = iota // CNCL: the payment was stopped
	RecallRejected                    // RJCR: it cannot be
	RecallPending                     // PDCR: it is not decided yet
	numRecallStates
)

// Codes of the investigation as a whole, and of one cancellation.
var (
	confirmations = [numRecallStates]string{"CNCL", "RJCR", "PDCR"}
	cancellations = [numRecallStates]string{"ACCR", "RJCR", "PDCR"}
)

// String gives the ISO 20022 code of an investigation.
func (s RecallState) String() string { return confirmations[s.known()] }

func (s RecallState) known() RecallState {
	if s >= numRecallStates {
		return RecallRejected
	}
	return s
}

// RecallAnswer is what becomes of one recall.
type RecallAnswer struct {
	spoor.Recall
	AnswerID string // CxlStsId: the answer's own reference
	State    RecallState
	Because  Reason // code of ExternalPaymentCancellationRejection1Code: LEGL, NOOR, AGNT, CUST, ARDT ...
}
