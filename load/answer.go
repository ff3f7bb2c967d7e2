package load

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
)

// Answer is what a node said of one payment.
type Answer struct {
	Status string // TxSts: ACSP, PDNG, RJCT ...
	Reason string // the codes of its StsRsnInf in order, with a space between
	Digest uint64 // FNV-1a of status and of all that the StsRsnInf say
}

// errAnswer is an answer of 200 that does not decide what was asked.
var errAnswer = errors.New("unreadable answer")

// readAnswers reads a pacs.002 into one answer for each of a message's payments,
// given by their UETRs in order.
func readAnswers(pacs002 []byte, uetr [][]byte, out []Answer) error {
	clear(out)
	var names [16][]byte // open elements below the status of one payment
	depth, at, found := 0, -1, 0
	var cur Answer
	digest := fnv.New64a()
	inside, reasons := false, false
	for len(pacs002) > 0 {
		name, text, closing, empty, rest, err := tag(pacs002)
		if err != nil {
			return err
		}
		pacs002 = rest
		switch {
		case name == nil: // end, or a declaration or comment
		case !inside:
			if inside = !closing && !empty && string(name) == "TxInfAndSts"; inside {
				depth, at, cur, reasons = 0, -1, Answer{}, false
				digest.Reset()
			}
		case closing && depth == 0:
			if at < 0 || cur.Status == "" || out[at].Status != "" {
				return fmt.Errorf("%w: a TxInfAndSts without TxSts, or for a payment that was not asked for or twice", errAnswer)
			}
			digest.Write([]byte(cur.Status))
			cur.Digest = digest.Sum64()
			out[at], inside, found = cur, false, found+1
		case closing:
			if depth--; depth == 0 {
				reasons = false
			}
		default:
			text = bytes.TrimSpace(text)
			switch {
			case depth == 0 && string(name) == "OrgnlUETR":
				at = place(uetr, text, found)
			case depth == 0 && string(name) == "TxSts":
				cur.Status = string(text)
			case depth == 0:
				reasons = string(name) == "StsRsnInf"
			case depth == 2 && reasons && string(names[1]) == "Rsn":
				if cur.Reason != "" {
					cur.Reason += " "
				}
				cur.Reason += string(text)
			}
			if reasons {
				digest.Write(name)
				digest.Write(text)
			}
			if !empty {
				if depth == len(names) {
					return fmt.Errorf("%w: elements too deep", errAnswer)
				}
				names[depth] = name
				depth++
			}
		}
	}
	if inside || found != len(out) {
		return fmt.Errorf("%w: %d of %d payments answered", errAnswer, found, len(out))
	}
	return nil
}

// place finds a payment in its message, first where it would stand in order.
func place(uetr [][]byte, text []byte, guess int) int {
	if guess < len(uetr) && bytes.Equal(uetr[guess], text) {
		return guess
	}
	for i := range uetr {
		if bytes.Equal(uetr[i], text) {
			return i
		}
	}
	return -1
}

// tag takes the next tag and the text behind it. The name has no prefix, and is
// nil at the end and for declarations and comments.
func tag(b []byte) (name, text []byte, closing, empty bool, rest []byte, err error) {
	open := bytes.IndexByte(b, '<')
	if open < 0 {
		return nil, nil, false, false, nil, nil
	}
	b = b[open+1:]
	end := bytes.IndexByte(b, '>')
	if end < 1 {
		return nil, nil, false, false, nil, fmt.Errorf("%w: a tag is cut off", errAnswer)
	}
	name, rest = b[:end], b[end+1:]
	text = rest
	if next := bytes.IndexByte(rest, '<'); next >= 0 {
		text = rest[:next]
	}
	switch {
	case name[0] == '?' || name[0] == '!':
		return nil, nil, false, false, rest, nil
	case name[0] == '/':
		closing, name = true, name[1:]
	case name[end-1] == '/':
		empty, name = true, name[:end-1]
	}
	if i := bytes.IndexAny(name, " \t\r\n"); i >= 0 {
		name = name[:i]
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return name, text, closing, empty, rest, nil
}
