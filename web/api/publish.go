package api

import (
	"encoding/json"

	"github.com/nats-io/nats.go"

	"spoor"
	"spoor/node"
)

// change is what is published of a held payment: JSON, without personal data.
type change struct {
	Payment string        `json:"payment"` // key
	Outcome spoor.Outcome `json:"outcome"`
	At      spoor.Instant `json:"at"`
	Why     string        `json:"why"`
}

// Publish tells clients under [StatusSubject] what became of a held payment.
func (a *API) Publish(conn *nats.Conn, c node.Change) error {
	b, err := json.Marshal(change{c.Payment, c.Outcome, c.At, c.Why})
	if err != nil {
		return err
	}
	return conn.Publish(StatusSubject+"."+c.Outcome.String(), b)
}
