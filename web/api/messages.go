package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"spoor"
	"spoor/format/iso20022/instruct"
	"spoor/format/iso20022/status"
)

// messages takes an ISO 20022 message and answers with one.
func (s *server) messages(w http.ResponseWriter, r *http.Request, c *Caller) {
	if t := r.Header.Get("Content-Type"); !strings.Contains(t, "xml") {
		http.Error(w, "Content-Type: want application/xml; JSON goes to /api/payments", http.StatusUnsupportedMediaType)
		return
	}
	body, err := readAll(r)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			http.Error(w, "a message of more than "+strconv.Itoa(MaxBody>>20)+" MiB: send fewer payments at once", http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "the message did not arrive whole: "+err.Error(), http.StatusBadRequest)
		return
	}
	code, answer := s.message(r.Context(), body, c)
	if code != http.StatusOK {
		if code == http.StatusServiceUnavailable || code == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "1")
		}
		http.Error(w, string(answer), code)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.Write(answer)
}

// readAll reads a body, a usual one in one piece. What is only announced takes no
// memory.
func readAll(r *http.Request) ([]byte, error) {
	const usual = 64 << 10
	if n := r.ContentLength; n > 0 && n <= usual {
		body := make([]byte, n)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	return io.ReadAll(r.Body)
}

// message decides on one message: the HTTP status, and the answering message or
// what is wrong in plain words.
func (s *server) message(ctx context.Context, body []byte, c *Caller) (code int, answer []byte) {
	refuse := func(code int, err error) (int, []byte) { return code, []byte(err.Error()) }
	batch, err := instruct.Read(body, instruct.Limits{Transactions: MaxPayments})
	if err != nil {
		return refuse(http.StatusBadRequest, err)
	}
	if err := c.speaks(batch); err != nil {
		return refuse(http.StatusForbidden, err)
	}
	if code, err := s.slow(c, batch.Transactions); err != nil {
		return refuse(code, err)
	}
	if len(batch.Recalls) > 0 {
		answer, err = s.answerRecalls(ctx, batch)
	} else {
		answer, err = s.answerPayments(ctx, batch)
	}
	if err != nil {
		code, text := plainError(err)
		return refuse(code, errors.New(text))
	}
	return http.StatusOK, answer
}

// speaks refuses a caller who sends in another bank's name, and puts in the name
// of one who gives none.
func (c *Caller) speaks(b *instruct.Batch) error {
	if c.BIC == "" {
		return nil
	}
	ok := c.is(&b.Message.Sender)
	for i := range b.Instructions {
		in := &b.Instructions[i]
		nameless := in.Message.Sender == ""
		if ok = c.is(&in.Message.Sender) && ok; nameless {
			in.Digest = instruct.Digest(in)
		}
	}
	for i := range b.Recalls {
		r := &b.Recalls[i]
		if ok = c.is(&r.Message.Sender) && ok; r.Original.Sender == "" {
			r.Original.Sender = c.BIC
		}
		r.Digest = instruct.RecallDigest(r)
	}
	if !ok {
		return errors.New("the message is in the name of another bank than this key's")
	}
	return nil
}

// is reports whether a sender is the caller, and names one that is nameless. A
// BIC of eight characters stands for all of a bank's branches.
func (c *Caller) is(sender *string) bool {
	if *sender == "" {
		*sender = c.BIC
	}
	return *sender == c.BIC || len(c.BIC) == 8 && strings.HasPrefix(*sender, c.BIC)
}

// slow refuses more payments than a caller may send.
func (s *server) slow(c *Caller, payments int) (code int, err error) {
	switch {
	case c.Rate == nil:
		return 0, nil
	case payments > c.Rate.Burst():
		return http.StatusRequestEntityTooLarge, fmt.Errorf("%d payments at once: this key may send %d a second; send fewer at once", payments, c.Rate.Burst())
	case !c.Rate.AllowN(s.o.Now(), max(1, payments)):
		return http.StatusTooManyRequests, errTooFast
	}
	return 0, nil
}

func (s *server) header(b *instruct.Batch) status.Header {
	return status.Header{
		ID: s.o.NewID(), Created: spoor.At(s.o.Now()), To: b.Message.Sender,
		Original: b.Message, Transactions: b.Transactions,
	}
}

// answerPayments gives the pacs.002: what was decided, and what could not be read.
func (s *server) answerPayments(ctx context.Context, b *instruct.Batch) ([]byte, error) {
	h := s.header(b)
	decided, err := s.n.Decide(ctx, b.Instructions)
	if err != nil {
		return nil, err
	}
	answers := make([]status.Answer, 0, len(decided)+len(b.Problems))
	for i := range decided {
		answers = append(answers, status.Of(&b.Instructions[i], &decided[i].Decision))
	}
	for _, p := range b.Problems {
		why := status.Reason{Code: p.Code, Info: p.Field + ": " + p.Reason}
		if p.Record == 0 { // of the message
			h.Refused = &why
			continue
		}
		answers = append(answers, status.Answer{References: p.References, Original: b.Message, State: status.Rejected, Reason: why})
	}
	return status.AppendPacs002(make([]byte, 0, 1024+512*len(answers)), h, answers), nil
}

// answerRecalls gives the camt.029.
func (s *server) answerRecalls(ctx context.Context, b *instruct.Batch) ([]byte, error) {
	resolutions, err := s.n.Recall(ctx, b.Recalls)
	if err != nil {
		return nil, err
	}
	answers := make([]status.RecallAnswer, len(resolutions))
	for i, r := range resolutions {
		answers[i] = status.RecallAnswer{Recall: b.Recalls[i], State: status.RecallPending, Because: status.Reason{Code: r.Code, Info: r.Text}}
		if r.Status == "RJCR" {
			answers[i].State = status.RecallRejected
		}
	}
	return status.AppendCamt029(nil, s.header(b), answers), nil
}

// describeMessages puts what huma does not serve into the OpenAPI document.
func (s *server) describeMessages() {
	text := func(what string) *huma.Response {
		return &huma.Response{Description: what, Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: "string"}}}}
	}
	xml := map[string]*huma.MediaType{"application/xml": {Schema: &huma.Schema{Type: "string"}}}
	s.api.OpenAPI().AddOperation(&huma.Operation{
		Method: http.MethodPost, Path: "/api/messages", OperationID: "send-message", Tags: []string{"payments"},
		Summary: "Decide on an ISO 20022 message",
		Description: "Takes pacs.008, pain.001 and pacs.004 and answers with a pacs.002 (ACSP: let it pass; PDNG: held; RJCT: stopped or unreadable, with a code); " +
			"takes camt.056 and answers with a camt.029. The answer leaves when the decision is durable. Sent again, a payment gets the same decision.",
		RequestBody: &huma.RequestBody{Required: true, Content: xml},
		Responses: map[string]*huma.Response{
			"200": {Description: "pacs.002 or camt.029", Content: xml},
			"400": text("not one message of these kinds"), "401": text("no valid key"), "403": text("not this key's to send"),
			"413": text("too large"), "429": text("too many for this key: come back after Retry-After"), "503": text("busy: come back after Retry-After"),
		},
	})
	s.api.OpenAPI().AddOperation(&huma.Operation{
		Method: http.MethodGet, Path: "/api/journal", OperationID: "read-journal", Tags: []string{"audit"}, Summary: "The journal's entries",
		Description: "Each entry as its length in four bytes, big-endian, and its canonical CBOR: number, kind, time, data.",
		Parameters:  []*huma.Param{{Name: "from", In: "query", Description: "first entry", Schema: &huma.Schema{Type: "integer"}}},
		Responses:   map[string]*huma.Response{"200": {Description: "entries", Content: map[string]*huma.MediaType{"application/octet-stream": {}}}},
	})
}
