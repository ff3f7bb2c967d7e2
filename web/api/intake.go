package api

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"spoor/journal"
)

// Subjects on NATS. A payment is a request on PaymentSubject with an ISO 20022
// message as its data, answered by the message that HTTP would answer with;
// what changes later, such as a hold that ends, is published under
// StatusSubject.
const (
	PaymentSubject = journal.IntakeSubject
	StatusSubject  = "spoor.status"
)

// answerWithin is how long a request over NATS may wait for its answer.
const answerWithin = 10 * time.Second

// Intake takes payments from NATS until it is closed.
type Intake struct {
	s   *server
	sub *nats.Subscription
	c   *Caller
}

// intakeAtOnce is how many requests from NATS are worked on at the same time.
const intakeAtOnce = 256

// Listen answers ISO 20022 messages that come on [PaymentSubject]. Whoever may
// connect may send them: the connection is authorised by the server, and the
// caller is who such senders are taken for.
func (a *API) Listen(conn *nats.Conn, c *Caller) (*Intake, error) {
	in := &Intake{s: a.s, c: c}
	slots := make(chan struct{}, intakeAtOnce)
	sub, err := conn.QueueSubscribe(PaymentSubject, "spoor", func(m *nats.Msg) {
		// Without a reply nobody would know the decision, and an answer to any other
		// subject than an inbox would be the node's word in a place of the sender's
		// choice.
		if !strings.HasPrefix(m.Reply, nats.InboxPrefix) {
			return
		}
		select {
		case slots <- struct{}{}:
		default:
			m.Respond([]byte("busy: come back in a second"))
			return
		}
		go func() {
			defer func() { <-slots }()
			in.answer(m)
		}()
	})
	if err != nil {
		return nil, err
	}
	// What waits here is bounded; more is dropped by the client library, and
	// the sender's request runs into its time-out, to be sent again.
	if err := sub.SetPendingLimits(4096, 64<<20); err != nil {
		return nil, err
	}
	in.sub = sub
	return in, conn.Flush() // whoever sends from here on is heard
}

func (in *Intake) answer(m *nats.Msg) {
	defer func() {
		if p := recover(); p != nil {
			in.s.o.Log.Error("a message over NATS failed inside", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), answerWithin)
	defer cancel()
	if len(m.Data) > MaxBody {
		m.Respond([]byte("message too large"))
		return
	}
	_, body := in.s.message(ctx, m.Data, in.c)
	if err := m.Respond(body); err != nil {
		in.s.o.Log.Warn("an answer could not be sent over NATS", slog.String("error", err.Error()))
	}
}

// Close stops taking messages; those being worked on are answered.
func (in *Intake) Close() error { return in.sub.Drain() }
