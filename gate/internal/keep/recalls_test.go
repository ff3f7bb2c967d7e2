package keep

import (
	"fmt"
	"testing"

	"spoor"
)

// TestRecallsWithoutRoom: where there is none at all, who has sent most makes it.
func TestRecallsWithoutRoom(t *testing.T) {
	var m Recalls
	for i := range MaxRecalls {
		m.Put(Recall{Sender: [4]byte{byte(i % 128)}, Payment: fmt.Sprint(i)})
	}
	m.Put(Recall{Sender: [4]byte{1}, Payment: "more"}) // pushes out the sender's own
	m.Put(Recall{Sender: [4]byte{200}, Payment: "new"})
	m.Put(Recall{Sender: [4]byte{200}, Payment: "new"})
	if m.Len() != MaxRecalls || m.Has([4]byte{0}, "0") || m.Has([4]byte{1}, "1") || !m.Has([4]byte{1}, "129") || !m.Has([4]byte{200}, "new") {
		t.Error(m.Len())
	}
	if all := m.All(); len(all) != MaxRecalls || all[0].Payment != "128" || all[len(all)-1].Payment != "new" {
		t.Error(len(all), all[0], all[len(all)-1])
	}
}

func TestFrauds(t *testing.T) {
	var f Frauds
	f.Add(0, 5)
	for i := range spoor.Instant(maxFrauds + 9) {
		f.Add(7, i)
	}
	if f.Since(0, 0) != 0 || f.Since(7, 0) != maxFrauds || f.Since(7, 60) != maxFrauds-60 || len(f.All()) != 1 {
		t.Errorf("%+v", f.All())
	}
}

// TestFraudMark: the mark is beside the entry and the outcome, and saved.
func TestFraudMark(t *testing.T) {
	var p Payment
	p.Set(MaxEntry, spoor.Block)
	if p.Fraud() || p.Entry() != MaxEntry || p.Outcome() != spoor.Block {
		t.Error(p)
	}
	p.SetFraud()
	p.Set(9, spoor.Allow)
	if !p.Fraud() || p.Entry() != 9 || p.Outcome() != spoor.Allow {
		t.Error(p)
	}
}

// TestOutside: the zero key, of the outside, is never found, though empty slots
// have it.
func TestOutside(t *testing.T) {
	var l Ledger
	for i := range 2000 {
		l.Seen(KeyOf("", fmt.Sprint(i)), 60)
	}
	l.Book(Key{}, spoor.Money{Amount: 5, Currency: spoor.EUR}, true)
	if _, known := l.First(Key{}); known || l.Balances(Key{}) != nil {
		t.Error("the outside is an account")
	}
}
