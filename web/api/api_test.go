package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"spoor"
	"spoor/detect"
	"spoor/format/rates"
	"spoor/gate"
	"spoor/journal"
	"spoor/load/traffic"
	"spoor/node"
	"spoor/node/engine"
	"spoor/screen"
	"spoor/web/api"
)

// house is a node with its interface, as banks and officers see it.
type house struct {
	t    *testing.T
	api  *api.API
	j    *journal.Journal
	logs *bytes.Buffer
}

const keyFile = `
[[key]]
name = "Anna Bianchi"
sha256 = "%x"
may = ["desk"]
[[key]]
name = "Bruno Rossi"
sha256 = "%x"
may = ["desk", "audit"]
[[key]]
name = "Banca Uno"
bic = "UNOOITMM"
sha256 = "%x"
may = ["pay"]
[[key]]
name = "Slow Bank"
sha256 = "%x"
may = ["pay"]
rate = 2
`

// listed is on the list, with an account.
var listed = spoor.Listing{
	Party: spoor.Party{ID: "77", Kind: spoor.Person, Names: []spoor.Name{{Full: "Zebulon Quartermain Oddfellow"}},
		Identifiers: []spoor.Identifier{{Kind: spoor.IBAN, Value: "DE89370400440532013000"}}},
	List: "TEST", Freezes: true,
}

func newHouse(t *testing.T, keys *api.Keys, listen string) *house {
	h := &house{t: t, logs: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(h.logs, nil))
	var err error
	if h.j, err = journal.Open(journal.Options{Dir: t.TempDir(), Name: "IT", Listen: listen}); err != nil {
		t.Fatal(err)
	}
	policy := gate.DefaultPolicy()
	n, err := node.Open(t.Context(), node.Options{
		Member: policy.Member, Journal: h.j, Policy: policy, Now: time.Now, Log: log,
		Lists:   &node.Lists{Index: screen.New([]spoor.Listing{listed}, nil)},
		Engines: engine.Options{Window: 30 * spoor.Day, Parameters: detect.DefaultParameters(), Rates: rates.Default()},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := 0
	metrics := prometheus.NewRegistry()
	n.Register(metrics)
	h.api = api.New(n, api.Options{Keys: keys, Metrics: metrics, Log: log, Now: time.Now, NewID: func() string { id++; return fmt.Sprint("ID", id) }, Version: "test"})
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		h.j.Close()
	})
	return h
}

// call sends a request and gives status and body.
func (h *house) call(method, path, body string, header ...string) (int, string) {
	h.t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8700"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// must is call that wants a status.
func (h *house) must(code int, method, path, body string, header ...string) string {
	h.t.Helper()
	got, out := h.call(method, path, body, header...)
	if got != code {
		h.t.Fatalf("%s %s: %d, want %d: %s", method, path, got, code, out)
	}
	return out
}

func payment(id int, from, to, name string) string {
	return fmt.Sprintf(`{"payments":[{"uetr":"%08x-0000-4000-8000-000000000000","amount":"125.50","currency":"EUR",
		"debtor":{"name":"Ottavia Neri","account":%q},"creditor":{"name":%q,"account":%q}}]}`, id, from, name, to)
}

const (
	iban1 = "IT60X0542811101000000123456"
	iban2 = "FR1420041010050500013M02606"
	iban3 = "DE89370400440532013000"
)

// TestJSON takes a payment, an order and a release through the JSON interface.
func TestJSON(t *testing.T) {
	h := newHouse(t, nil, "")
	if out := h.must(200, "POST", "/api/payments", payment(1, iban1, iban2, "Carla Verdi")); !strings.Contains(out, `"outcome":"allow"`) {
		t.Errorf("allowed? %s", out)
	}
	if out := h.must(200, "POST", "/api/payments", payment(1, iban1, iban2, "Carla Verdi")); !strings.Contains(out, `"repeated":true`) {
		t.Errorf("repeated? %s", out)
	}
	if out := h.must(200, "POST", "/api/payments", payment(1, iban1, iban2, "Somebody Else")); !strings.Contains(out, `"refused":true`) || !strings.Contains(out, `"outcome":"block"`) {
		t.Errorf("refused? %s", out)
	}
	if out := h.must(200, "POST", "/api/payments", payment(2, iban1, iban3, "Whoever")); !strings.Contains(out, `"outcome":"block"`) || !strings.Contains(out, `"exact":true`) {
		t.Errorf("an exact hit: %s", out)
	}
	if out := h.must(200, "POST", "/api/payments", payment(3, iban1, iban2, "Quartermain Zebulon Oddfellow")); !strings.Contains(out, `"outcome":"hold"`) {
		t.Errorf("a listed name: %s", out)
	}
	holds := h.must(200, "GET", "/api/holds", "")
	if !strings.Contains(holds, "00000003-0000-4000-8000-000000000000") {
		t.Errorf("holds: %s", holds)
	}
	h.must(422, "POST", "/api/holds/00000003-0000-4000-8000-000000000000/release", `{"why":""}`)
	h.must(404, "POST", "/api/holds/no-such/release", `{"why":"checked"}`)
	h.must(200, "POST", "/api/holds/00000003-0000-4000-8000-000000000000/release", `{"why":"not the listed person: born 1999"}`, "Spoor-As", "Rossi")
	h.must(409, "POST", "/api/holds/00000003-0000-4000-8000-000000000000/release", `{"why":"again"}`)
	if out := h.must(200, "GET", "/api/decisions/00000003-0000-4000-8000-000000000000", ""); !strings.Contains(out, `"now":"allow"`) || !strings.Contains(out, `"by":"Rossi"`) {
		t.Errorf("decision: %s", out)
	}
	h.must(404, "GET", "/api/decisions/unknown", "")

	order := fmt.Sprintf(`{"id":"GIP/7","kind":"freezing","authority":"Tribunale di Milano","legal_basis":"Reg. (EU) 2018/1805","accounts":[%q]}`, iban1)
	h.must(422, "POST", "/api/orders", strings.Replace(order, "freezing", "burning", 1))
	h.must(409, "POST", "/api/orders", strings.Replace(order, "Tribunale di Milano", "", 1), "Spoor-As", "Rossi")
	for _, nonsense := range []string{"IT60X0542811101000000123457", "hello", "", "IBAN", ":", "IT60X05428\\n11101000000123456"} {
		h.must(422, "POST", "/api/orders", strings.Replace(order, iban1, nonsense, 1), "Spoor-As", "Rossi")
	}
	order = strings.Replace(order, iban1, "iban: it60 X054 2811 1010 0000 0123 456", 1)
	h.must(200, "POST", "/api/orders", order, "Spoor-As", "Rossi")
	h.must(409, "POST", "/api/orders", order, "Spoor-As", "Rossi")
	h.must(409, "POST", "/api/orders/GIP%2F7/confirm", "", "Spoor-As", "rossi ")
	if out := h.must(200, "POST", "/api/orders/GIP%2F7/confirm", "", "Spoor-As", "Bianchi"); !strings.Contains(out, `"state":"in-force"`) || !strings.Contains(out, `"passed":[{`) {
		t.Errorf("confirmed: %s", out)
	}
	if out := h.must(200, "POST", "/api/payments", payment(4, iban1, iban2, "Carla Verdi")); !strings.Contains(out, `"code":"AC06"`) {
		t.Errorf("a frozen account pays: %s", out)
	}
	h.must(404, "POST", "/api/orders/none/confirm", "")
	h.must(200, "POST", "/api/orders/GIP%2F7/lift", `{"why":"annulled on appeal"}`, "Spoor-As", "Bianchi")
	h.must(200, "POST", "/api/payments", payment(5, iban1, iban2, "Carla Verdi"))
	for _, path := range []string{"/api/orders", "/api/alerts?most=5", "/api/status", "/metrics", "/healthz", "/readyz"} {
		h.must(200, "GET", path, "")
	}
	if out := h.must(200, "GET", "/metrics", ""); !strings.Contains(out, `spoor_decisions_total{outcome="block"} 2`) {
		t.Errorf("metrics: %s", out)
	}
	if logs := h.logs.String(); strings.Contains(logs, "Verdi") || strings.Contains(logs, iban1) {
		t.Errorf("personal data in the log: %s", logs)
	}
}

// TestBadJSON says which field is wrong.
func TestBadJSON(t *testing.T) {
	h := newHouse(t, nil, "")
	good := payment(1, iban1, iban2, "Carla Verdi")
	for _, c := range []struct{ old, new, want string }{
		{`"125.50"`, `"-1.00"`, "amount"}, {`"125.50"`, `"1.005"`, "amount"}, {`"125.50"`, `"12e9"`, "amount"},
		{`"125.50"`, `"99999999999999999999"`, "amount"}, {`"EUR"`, `"EUX"`, "currency"}, {`"EUR"`, `"EURO"`, "currency"},
		{`00000001-0000-4000`, `00000001-0000-1000`, "uetr"}, {`"uetr"`, `"uter"`, "uter"}, {`Carla Verdi`, "Carla\\u0000Verdi", "creditor"},
		{`"account":"` + iban2, `"births":["1999-13"],"account":"` + iban2, "births"[:5]}, {`{"payments":[`, `{"payments":[],"x":[`, "payments"},
	} {
		code, out := h.call("POST", "/api/payments", strings.Replace(good, c.old, c.new, 1))
		if code != 422 || !strings.Contains(out, c.want) {
			t.Errorf("%s for %s: %d %s", c.new, c.old, code, out)
		}
	}
	twice := strings.Replace(good, `{"payments":[`, `{"payments":[`+good[len(`{"payments":[`):len(good)-2]+",", 1)
	h.must(422, "POST", "/api/payments", twice)
	h.must(422, "POST", "/api/payments", good[:40])
	h.must(413, "POST", "/api/payments", `{"payments":[`+strings.Repeat(" ", api.MaxBody)+`]}`)
	for _, wrong := range []string{`{"payments":{}}`, `{"payments":null}`, `{}`, `{"payments":[]}`, `[]`, `null`, `{"payments":[{"channel":"pigeon"}]}`} {
		if code, out := h.call("POST", "/api/payments", wrong); code != 422 && code != 400 {
			t.Errorf("%s: %d %s", wrong, code, out)
		}
	}
	if out := h.must(200, "GET", "/api/status", ""); !strings.Contains(out, `"payments":0`) {
		t.Errorf("something was decided: %s", out)
	}
}

// TestMessages takes ISO 20022 over HTTP.
func TestMessages(t *testing.T) {
	h := newHouse(t, nil, "")
	maker, err := traffic.NewMaker(traffic.Population{Accounts: 1000, Seed: 3, Batch: 3, Start: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	body := string(maker.Append(nil, 7))
	send := func(code int, body string, header ...string) string {
		t.Helper()
		return h.must(code, "POST", "/api/messages", body, append([]string{"Content-Type", "application/xml"}, header...)...)
	}
	out := send(200, body)
	if n := strings.Count(out, "<TxSts>ACSP</TxSts>"); n != 3 || !strings.Contains(out, maker.UETR(21)) {
		t.Errorf("answer: %s", out)
	}
	if again := send(200, body); withoutIDs(again) != withoutIDs(out) {
		t.Errorf("sent again, answered otherwise:\n%s\n%s", out, again)
	}
	// One transaction that cannot be read is refused by name, the others go on.
	one := regexp.MustCompile(`<IntrBkSttlmAmt Ccy="EUR">[0-9.]+`).ReplaceAllString(string(maker.Append(nil, 8)), `<IntrBkSttlmAmt Ccy="EUR">12.345`)
	if out := send(200, one); !strings.Contains(out, "RJCT") {
		t.Errorf("a bad amount: %s", out)
	}
	send(400, "<Document><Something/></Document>")
	send(400, "")
	send(400, body[:len(body)/2])
	send(400, `<!DOCTYPE x [<!ENTITY a "b">]>`+body)
	send(415, body, "Content-Type", "text/plain")
	send(413, body+strings.Repeat(" ", api.MaxBody))

	sender := regexp.MustCompile(`<InstgAgt><FinInstnId><BICFI>(\w+)`).FindStringSubmatch(body)[1]
	recall := fmt.Sprintf(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"><FIToFIPmtCxlReq>
	<Assgnmt><Id>R1</Id><Assgnr><Agt><FinInstnId><BICFI>%s</BICFI></FinInstnId></Agt></Assgnr><Assgne><Agt><FinInstnId><BICFI>DUEEITMM</BICFI></FinInstnId></Agt></Assgne><CreDtTm>2026-11-25T10:00:00Z</CreDtTm></Assgnmt>
	<Undrlyg><TxInf><CxlId>C1</CxlId><OrgnlGrpInf><OrgnlMsgId>M</OrgnlMsgId><OrgnlMsgNmId>pacs.008.001.10</OrgnlMsgNmId></OrgnlGrpInf><OrgnlUETR>%s</OrgnlUETR>
	<OrgnlIntrBkSttlmAmt Ccy="EUR">1.00</OrgnlIntrBkSttlmAmt><OrgnlIntrBkSttlmDt>2026-11-25</OrgnlIntrBkSttlmDt><CxlRsnInf><Rsn><Cd>FRAD</Cd></Rsn></CxlRsnInf></TxInf></Undrlyg></FIToFIPmtCxlReq></Document>`, sender, maker.UETR(21))
	if out := send(200, recall); !strings.Contains(out, "camt.029") || !strings.Contains(out, "PDCR") {
		t.Errorf("recall: %s", out)
	}
	for _, out := range []string{out, send(200, recall)} {
		if err := xml.Unmarshal([]byte(out), new(struct{})); err != nil {
			t.Errorf("not well-formed: %v", err)
		}
	}
}

func withoutIDs(s string) string {
	s = regexp.MustCompile(`<MsgId>[^<]*</MsgId>`).ReplaceAllString(s, "")
	return regexp.MustCompile(`<CreDtTm>[^<]*</CreDtTm>`).ReplaceAllString(s, "")
}

// TestKeys gives each caller what is theirs.
func TestKeys(t *testing.T) {
	tokens := []string{"token-anna", "token-bruno", "token-uno", "token-slow"}
	keys, err := api.LoadKeys(strings.NewReader(fmt.Sprintf(keyFile, sum(tokens[0]), sum(tokens[1]), sum(tokens[2]), sum(tokens[3]))))
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, keys, "")
	as := func(i int) []string { return []string{"Authorization", "Bearer " + tokens[i]} }
	h.must(401, "GET", "/api/holds", "")
	h.must(401, "GET", "/api/holds", "", "Authorization", "Bearer wrong")
	h.must(401, "POST", "/api/messages", "<x/>", "Content-Type", "application/xml")
	h.must(401, "GET", "/api/journal", "")
	h.must(401, "GET", "/api/holds", "", "Spoor-As", "Anna Bianchi") // the header counts only in development
	h.must(403, "GET", "/api/holds", "", as(2)...)
	h.must(403, "POST", "/api/payments", payment(1, iban1, iban2, "Carla Verdi"), as(0)...)
	h.must(403, "GET", "/api/journal", "", as(0)...)
	h.must(401, "GET", "/metrics", "")
	h.must(403, "GET", "/metrics", "", as(2)...)
	h.must(200, "GET", "/metrics", "", as(1)...)
	h.must(200, "GET", "/api/journal", "", as(1)...)
	h.must(403, "GET", "/api/status", "", as(0)...)
	// A bank is told the outcome and no grounds.
	out := h.must(200, "POST", "/api/payments", payment(1, iban1, iban2, "Quartermain Zebulon Oddfellow"), as(2)...)
	for _, secret := range []string{"hits", "Zebulon", "versions", "risk"} {
		if strings.Contains(out, `"`+secret+`":[`) || strings.Contains(out, "Zebulon") {
			t.Errorf("a bank is told %s: %s", secret, out)
		}
	}
	if !strings.Contains(out, `"outcome":"hold"`) {
		t.Errorf("held? %s", out)
	}
	path := "/api/decisions/00000001-0000-4000-8000-000000000000"
	if out := h.must(200, "GET", path, "", as(2)...); strings.Contains(out, "Zebulon") || strings.Contains(out, `"hits":[`) {
		t.Errorf("a bank is told more: %s", out)
	}
	// Another bank's message, and another bank's payment.
	maker, _ := traffic.NewMaker(traffic.Population{Accounts: 1000, Seed: 3, Start: time.Now()})
	h.must(403, "POST", "/api/messages", string(maker.Append(nil, 1)), append(as(2), "Content-Type", "application/xml")...)
	h.must(200, "POST", "/api/payments", payment(2, iban1, iban2, "Carla Verdi"), as(3)...)
	h.must(404, "GET", "/api/decisions/00000002-0000-4000-8000-000000000000", "", as(2)...)
	// Faster than its key allows.
	h.must(200, "POST", "/api/payments", payment(3, iban1, iban2, "Carla Verdi"), as(3)...)
	if code, _ := h.call("POST", "/api/payments", payment(4, iban1, iban2, "Carla Verdi"), as(3)...); code != 429 {
		t.Errorf("a third payment within a second: %d", code)
	}
	batch, _ := traffic.NewMaker(traffic.Population{Accounts: 1000, Seed: 3, Batch: 3, Start: time.Now()})
	h.must(413, "POST", "/api/messages", string(batch.Append(nil, 1)), append(as(3), "Content-Type", "application/xml")...)
	// Two people, whatever they call themselves.
	order := fmt.Sprintf(`{"id":"O1","kind":"freezing","authority":"A","legal_basis":"B","accounts":[%q]}`, iban1)
	h.must(200, "POST", "/api/orders", order, as(0)...)
	h.must(409, "POST", "/api/orders/O1/confirm", "", append(as(0), "Spoor-As", "Bruno Rossi")...)
	h.must(200, "POST", "/api/orders/O1/confirm", "", as(1)...)
}

// TestBadKeys refuses key files that would not do what they seem to.
func TestBadKeys(t *testing.T) {
	good := fmt.Sprintf(keyFile, sum("a"), sum("b"), sum("c"), sum("d"))
	for _, c := range [][2]string{
		{`"Bruno Rossi"`, `"Anna Bianchi"`}, {fmt.Sprintf("%x", sum("b")), fmt.Sprintf("%x", sum("a"))}, {`["desk"]`, `["desks"]`}, {`["desk"]`, `[]`},
		{"rate = 2", "rate = -2"}, {"rate = 2", "rate = nan"}, {"rate = 2", "rate = inf"}, {`"UNOOITMM"`, `"UNO"`}, {`"Bruno Rossi"`, `"anna  BIANCHI"`}, {"rate = 2", "speed = 2"}, {fmt.Sprintf("%x", sum("b")), "abc"}, {`name = "Anna Bianchi"`, `name = " "`},
	} {
		if _, err := api.LoadKeys(strings.NewReader(strings.Replace(good, c[0], c[1], 1))); err == nil {
			t.Errorf("%s for %s is taken", c[1], c[0])
		}
	}
	for _, text := range []string{"", "x = 1", "[[key]]", strings.Repeat("#", 2<<20)} {
		if _, err := api.LoadKeys(strings.NewReader(text)); err == nil {
			t.Errorf("%.20q is taken", text)
		}
	}
}

// TestForeign keeps other sites' pages from speaking through a browser.
func TestForeign(t *testing.T) {
	h := newHouse(t, nil, "")
	h.must(403, "GET", "/api/holds", "", "Origin", "https://evil.example")
	h.must(403, "GET", "/api/holds", "", "Host", "evil.example") // a name that was made to point here
	h.must(200, "GET", "/api/holds", "", "Host", "localhost:8700")
	h.must(200, "GET", "/api/holds", "", "Origin", "http://127.0.0.1:8700")
}

// TestOpenAPI says that the document names every path.
func TestOpenAPI(t *testing.T) {
	h := newHouse(t, nil, "")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(h.must(200, "GET", "/api", "")), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("version %s", doc.OpenAPI)
	}
	for _, path := range []string{"/api/messages", "/api/payments", "/api/decisions/{key}", "/api/orders", "/api/orders/{id}/confirm", "/api/orders/{id}/lift", "/api/holds", "/api/holds/{id}/release", "/api/alerts", "/api/status", "/api/journal"} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}

// TestNATS takes a payment over NATS and tells what became of a hold.
func TestNATS(t *testing.T) {
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
	maker, _ := traffic.NewMaker(traffic.Population{Accounts: 1000, Seed: 3, Start: time.Now()})
	m, err := bank.Request(api.PaymentSubject, maker.Append(nil, 5), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(m.Data, []byte("<TxSts>ACSP</TxSts>")) {
		t.Errorf("answer: %s", m.Data)
	}
	if m, err = bank.Request(api.PaymentSubject, []byte("rubbish"), 10*time.Second); err != nil || bytes.Contains(m.Data, []byte("TxSts")) {
		t.Errorf("rubbish: %s, %v", m.Data, err)
	}
	sub, err := bank.SubscribeSync(api.StatusSubject + ".>")
	if err != nil {
		t.Fatal(err)
	}
	bank.Flush()
	if err := h.api.Publish(h.j.Conn(), node.Change{Payment: "P", Outcome: spoor.Block, Why: "an order"}); err != nil {
		t.Fatal(err)
	}
	if m, err = sub.NextMsg(10 * time.Second); err != nil || !bytes.Contains(m.Data, []byte(`"outcome":"block"`)) || m.Subject != "spoor.status.block" {
		t.Errorf("status: %+v, %v", m, err)
	}
}

// TestNotWhole breaks a body off.
func TestNotWhole(t *testing.T) {
	h := newHouse(t, nil, "")
	r := httptest.NewRequest("POST", "http://127.0.0.1/api/messages", io.LimitReader(strings.NewReader("<Document>"), 5))
	r.ContentLength = 10
	r.Header.Set("Content-Type", "application/xml")
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func sum(token string) [32]byte { return sha256.Sum256([]byte(token)) }
