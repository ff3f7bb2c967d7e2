package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"spoor/load/traffic"
	"spoor/web/api"
)

// What is tested here was found by attacking the node; each passed once.

// body is a payment in JSON with parts of the asker's choice.
func body(id int, debtor, creditor, more string) string {
	return fmt.Sprintf(`{"payments":[{"uetr":"%08x-0000-4000-8000-000000000000","amount":"5.00","currency":"EUR","debtor":%s,"creditor":%s%s}]}`, id, debtor, creditor, more)
}

// TestNamesake sends a listed party behind another one of the same name.
func TestNamesake(t *testing.T) {
	h := newHouse(t, nil, "")
	named := func(birth string) string {
		return fmt.Sprintf(`{"name":"Zebulon Quartermain Oddfellow","births":[%q]}`, birth)
	}
	others := fmt.Sprintf(`,"others":[{"role":"ultimate debtor","party":%s},{"role":"ultimate creditor","party":%s}]`, named("1999-01-01"), named("1951-03-02"))
	out := h.must(200, "POST", "/api/payments", body(1, `{"name":"Ottavia Neri","account":"`+iban1+`"}`, `{"name":"Carla Verdi","account":"`+iban2+`"}`, others))
	if !strings.Contains(out, `"role":"ultimate creditor"`) || !strings.Contains(out, `"role":"ultimate debtor"`) {
		t.Errorf("one of two namesakes was not searched: %s", out)
	}
}

// TestProbe asks whether a payee is watched by a payment that is held for another
// reason.
func TestProbe(t *testing.T) {
	keys, err := api.LoadKeys(strings.NewReader(fmt.Sprintf(keyFile, sum("a"), sum("b"), sum("c"), sum("d"))))
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, keys, "")
	anna, bruno, uno := []string{"Authorization", "Bearer a"}, []string{"Authorization", "Bearer b"}, []string{"Authorization", "Bearer c"}
	order := fmt.Sprintf(`{"id":"M1","kind":"monitoring","authority":"UIF","legal_basis":"Dir. (EU) 2024/1640 Art 25","accounts":[%q],"until":"2099-01-01T00:00:00Z"}`, iban2)
	h.must(200, "POST", "/api/orders", order, anna...)
	h.must(200, "POST", "/api/orders/M1/confirm", "", bruno...)
	pay := body(1, `{"name":"Ottavia Neri","account":"`+iban1+`"}`, `{"name":"Zebulon Oddfellow Quartermain","account":"`+iban2+`"}`, "")
	out := h.must(200, "POST", "/api/payments", pay, uno...)
	if !strings.Contains(out, `"outcome":"hold"`) || strings.Contains(out, "monitor") || strings.Contains(out, "M1") {
		t.Errorf("a bank is told that a payee is monitored: %s", out)
	}
	if out := h.must(200, "GET", "/api/decisions/00000001-0000-4000-8000-000000000000", "", anna...); !strings.Contains(out, "monitor") {
		t.Errorf("the desk is not told: %s", out)
	}
	// What does not exist and what is another's look alike.
	_, unknown := h.call("GET", "/api/decisions/00000009-0000-4000-8000-000000000000", "", uno...)
	h.must(200, "POST", "/api/payments", strings.Replace(pay, "00000001", "00000002", 1), "Authorization", "Bearer d")
	_, others := h.call("GET", "/api/decisions/00000002-0000-4000-8000-000000000000", "", uno...)
	if unknown != others {
		t.Errorf("another bank's payment is told from none:\n%s\n%s", others, unknown)
	}
}

// TestCheapMistakes answers a flood of wrong payments with one short complaint.
func TestCheapMistakes(t *testing.T) {
	h := newHouse(t, nil, "")
	began, size := time.Now(), 7<<20
	if testing.Short() {
		size = 1 << 20
	}
	for _, one := range []string{"[],", "{},", "null,", `{"x":1},`, "1,"} {
		list := strings.Repeat(one, size/len(one))
		code, out := h.call("POST", "/api/payments", `{"payments":[`+list[:len(list)-1]+`]}`)
		if code != 422 && code != 400 || len(out) > 2000 {
			t.Errorf("%s: %d with %d bytes", one, code, len(out))
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("five wrong requests took %s", took)
	}
}

// TestLargeMessage decides on as many payments as one message may hold.
func TestLargeMessage(t *testing.T) {
	h := newHouse(t, nil, "")
	var list strings.Builder
	for i := range api.MaxPayments {
		fmt.Fprintf(&list, `{"uetr":"%08x-0000-4000-8000-000000000000","amount":"5.00","currency":"EUR","debtor":{"name":"N%d","account":%q},"creditor":{"name":"M%d","account":%q}},`, i+1, i, iban1, i, iban2)
	}
	all := list.String()
	out := h.must(200, "POST", "/api/payments", `{"payments":[`+all[:len(all)-1]+`]}`)
	var got struct {
		Answers []struct {
			Payment, Outcome string
			Late             []string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Answers) != api.MaxPayments {
		t.Fatalf("%d answers, %v", len(got.Answers), err)
	}
	for i, a := range got.Answers {
		if a.Outcome != "allow" || a.Payment[:8] != fmt.Sprintf("%08x", i+1) {
			t.Fatalf("payment %d: %+v", i, a)
		}
	}
	h.must(422, "POST", "/api/payments", `{"payments":[`+all+strings.Replace(all[:len(all)/api.MaxPayments], "00000001", "0f000001", 1)[:strings.Index(all, "},{")+1]+`]}`)
}

// TestForgedReply has the node answer where a client may not speak.
func TestForgedReply(t *testing.T) {
	h := newHouse(t, nil, "127.0.0.1:0")
	in, err := h.api.Listen(h.j.Conn(), &api.Caller{Name: "banks", May: []api.Right{api.Pay}})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	bank, err := nats.Connect(h.j.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer bank.Close()
	heard, err := bank.SubscribeSync(api.StatusSubject + ".>")
	if err != nil {
		t.Fatal(err)
	}
	maker, _ := traffic.NewMaker(traffic.Population{Accounts: 1000, Seed: 3, Start: time.Now()})
	if err := bank.PublishRequest(api.PaymentSubject, "spoor.status.allow", maker.Append(nil, 5)); err != nil {
		t.Fatal(err)
	}
	// An honest request after it is answered, so the forged one was seen before.
	if _, err := bank.Request(api.PaymentSubject, maker.Append(nil, 6), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if m, err := heard.NextMsg(200 * time.Millisecond); err == nil {
		t.Errorf("the node said on a status subject what a client chose: %s", m.Data)
	}
}
