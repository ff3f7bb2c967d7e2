package ftm

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"spoor"
)

// entity is one entity of FollowTheMoney. Its properties are decoded when they
// are asked for.
type entity struct {
	ID         string                     `json:"id"`
	Schema     string                     `json:"schema"`
	Caption    string                     `json:"caption"`
	Properties map[string]json.RawMessage `json:"properties"`
}

func parse(item []byte) (*entity, error) {
	if len(item) == 0 || item[0] != '{' {
		return nil, errors.New("not a JSON object: want an entity with id, schema and properties")
	}
	var e entity
	if err := json.Unmarshal(item, &e); err != nil {
		return nil, err
	}
	if e.Schema == "" {
		return nil, errors.New("the entity has no schema")
	}
	return &e, nil
}

// raw lists the values of a property: a list in the standard form, but a
// single value is taken too.
func (e *entity) raw(property string) []json.RawMessage {
	v := bytes.TrimSpace(e.Properties[property])
	if len(v) == 0 || v[0] != '[' {
		return []json.RawMessage{v}
	}
	var list []json.RawMessage
	if json.Unmarshal(v, &list) != nil {
		return nil
	}
	return list
}

// texts lists the values of a property that are strings or numbers.
func (e *entity) texts(property string) (out []string) {
	for _, v := range e.raw(property) {
		var s string
		switch {
		case len(v) == 0 || v[0] == '{' || v[0] == '[' || string(v) == "null":
		case v[0] != '"':
			out = append(out, string(v))
		case json.Unmarshal(v, &s) == nil && strings.TrimSpace(s) != "":
			out = append(out, strings.TrimSpace(s))
		}
	}
	return out
}

// first is the first value of the first of some properties that has one.
func (e *entity) first(properties ...string) string {
	for _, k := range properties {
		if v := e.texts(k); len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// refs lists the entities that a property points to: by id, or in full where
// they are nested.
func (e *entity) refs(property string) (out []*entity) {
	for _, id := range e.texts(property) {
		out = append(out, &entity{ID: id})
	}
	for _, v := range e.raw(property) {
		if len(v) > 0 && v[0] == '{' {
			if nested, err := parse(v); err == nil {
				out = append(out, nested)
			}
		}
	}
	return out
}

// MaxKnown is how many bytes of entities are remembered, so that payments can
// name them.
const MaxKnown = 256 << 20

// known is what payments need of an entity.
type known struct {
	account spoor.AccountID // of an account, else zero
	wallet  bool
	name    string
	country spoor.Country
}

// describe takes from an entity what payments need; ok is false for schemas
// that they cannot point to.
func describe(e *entity) (k known, ok bool) {
	switch e.Schema {
	case "BankAccount":
		k.account, k.country = bankAccount(e)
	case "CryptoWallet":
		k.account, k.wallet = spoor.AccountID{Number: e.first("publicKey")}, true
	case "Person", "Company", "LegalEntity", "Organization", "PublicBody":
	default:
		return k, false
	}
	if k.name = e.first("name"); k.name == "" {
		k.name = e.Caption
	}
	for _, code := range append(e.texts("country"), e.texts("jurisdiction")...) {
		if k.country == (spoor.Country{}) {
			k.country, _ = spoor.ParseCountry(code)
		}
	}
	return k, true
}

func bankAccount(e *entity) (a spoor.AccountID, c spoor.Country) {
	bic := e.first("bic")
	if len(bic) == 8 || len(bic) == 11 {
		c, _ = spoor.ParseCountry(bic[4:6])
	}
	if iban := strings.ToUpper(strings.Join(strings.Fields(e.first("iban")), "")); iban != "" {
		if v, ok := spoor.ParseCountry(iban[:min(2, len(iban))]); ok && len(iban) >= 15 {
			c = v
		}
		return spoor.AccountID{Number: iban}, c
	}
	if number := e.first("accountNumber"); number != "" {
		a = spoor.AccountID{Bank: bic, Number: number}
		if bic == "" {
			a.Bank = e.first("bankName")
		}
	}
	return a, c
}

// cost is about what remembering takes in memory.
func (k *known) cost(id string) int {
	const overhead = 160
	return overhead + len(id) + len(k.account.Bank) + len(k.account.Number) + len(k.name)
}
