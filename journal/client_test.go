package journal

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

func client(t *testing.T, j *Journal, o ...nats.Option) *nats.Conn {
	t.Helper()
	c, err := nats.Connect(j.ClientURL(), append(o, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A client can send payments, get answers and follow their status.
func TestClient(t *testing.T) {
	j := open(t, Options{Listen: "127.0.0.1:0"})
	sub, err := j.Conn().Subscribe(IntakeSubject, func(m *nats.Msg) {
		n, err := tryKeep(j, Entry{Kind: "payment", Data: m.Data})
		if err != nil {
			t.Error(err)
		}
		b, _ := json.Marshal(n)
		m.Respond(b)
		j.Conn().Publish("spoor.status.x", b)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()
	j.Conn().Flush()
	c := client(t, j)
	status, err := c.SubscribeSync(StatusSubject)
	if err != nil {
		t.Fatal(err)
	}
	c.Flush()
	m, err := c.Request(IntakeSubject, []byte("pacs.008"), 2*time.Second)
	if err != nil || string(m.Data) != "1" {
		t.Fatalf("%v, %v", m, err)
	}
	if m, err := status.NextMsg(2 * time.Second); err != nil || string(m.Data) != "1" {
		t.Errorf("status: %v, %v", m, err)
	}
	if e, err := j.Get(1); err != nil || string(e.Data) != "pacs.008" {
		t.Errorf("%s, %v", e.Data, err)
	}
}

// A client can do nothing else: it cannot reach the journal, ask JetStream
// anything, listen to others' payments or answer in the node's name. Nor can the
// node's own intake connection reach the journal.
func TestClientCannot(t *testing.T) {
	t.Parallel()
	j := open(t, Options{Listen: "127.0.0.1:0"})
	keep(t, j, text("a"))
	head := j.Head()
	c := client(t, j)
	for _, subject := range []string{
		"$JS.API.STREAM.DELETE.journal-IT", "$JS.API.STREAM.PURGE.journal-IT", "$JS.API.STREAM.INFO.journal-IT",
		"$JS.API.STREAM.NAMES", "$JS.API.INFO", "$JS.API.DIRECT.GET.journal-IT", "$JS.API.STREAM.MSG.GET.journal-IT",
		"$JS.API.STREAM.UPDATE.journal-IT", "$SYS.REQ.SERVER.PING", "spoor.journal.IT", "spoor.status.x",
	} {
		for who, c := range map[string]*nats.Conn{"client": c, "intake": j.Conn()} {
			if who == "intake" && subject == "spoor.status.x" {
				continue
			}
			if m, err := c.Request(subject, []byte(`{"seq":1}`), 20*time.Millisecond); err == nil {
				var answer struct{ Error *struct{ Code int } }
				if json.Unmarshal(m.Data, &answer) != nil || answer.Error == nil {
					t.Errorf("%s: %s answered %s", who, subject, m.Data)
				}
			}
		}
	}
	for _, subject := range []string{IntakeSubject, ">", "spoor.>", "spoor.journal.IT", "$JS.>", "$SYS.>"} {
		sub, err := c.SubscribeSync(subject)
		if err != nil {
			continue
		}
		c.Flush()
		j.Conn().Publish(IntakeSubject, []byte("secret"))
		keep(t, j, text("secret"))
		if m, err := sub.NextMsg(20 * time.Millisecond); err == nil {
			t.Errorf("subscribed to %s, and heard %s %s", subject, m.Subject, m.Data)
		}
	}
	if p, _, err := j.find(1); err != nil || p.Number != 1 || j.Err() != nil || j.Head().Page != head.Page+6 {
		t.Errorf("the journal was touched: %v, %v", err, j.Head())
	}
}

func TestClientPassword(t *testing.T) {
	j := open(t, Options{Listen: "0.0.0.0:0", User: "bank", Password: "a good password"})
	for name, o := range map[string][]nats.Option{
		"nobody":          nil,
		"wrong password":  {nats.UserInfo("bank", "guess")},
		"no password":     {nats.UserInfo("bank", "")},
		"the journal":     {nats.UserInfo("journal", "")},
		"the intake":      {nats.UserInfo("intake", "a good password")},
		"a token instead": {nats.Token("a good password")},
	} {
		if c, err := nats.Connect(j.ClientURL(), o...); err == nil {
			t.Errorf("%s: let in", name)
			c.Close()
		}
	}
	client(t, j, nats.UserInfo("bank", "a good password"))
	if j := open(t, Options{}); j.ClientURL() != "" {
		t.Errorf("without Listen: %s", j.ClientURL())
	}
}
