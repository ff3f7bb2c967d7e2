package detect

import (
	"spoor"
	"spoor/detect/internal/look"
	"spoor/graph"
)

// Watcher is told what the detectors see of each payment, so that others can
// learn from it. Coming, Added and Examined come in order from one goroutine,
// Seen from the workers: of payments that follow one another, each once between
// its Added and its Examined.
type Watcher interface {
	Coming(t spoor.Instant) // before a payment is added, with none waiting to be seen
	Added(ref graph.Ref, p *spoor.Payment)
	Seen(worker int, sights []Sight)
	Examined(ripe []spoor.Alert) // all that were added have been seen; the alerts are new
}

// Sight is what the detectors saw when a payment had just been made. It never
// depends on payments after it, and holds until Seen returns.
type Sight struct {
	Ref                  graph.Ref
	Signals              []Notice
	Chain, Cycle, Abroad Path // of money followed back from the payment, before any detector judged it
}

// Notice is a signal that a payment completed or made grow.
type Notice struct {
	Typology spoor.Typology
	Refs     []graph.Ref // in order of time
}

// Path is a trail of similar sums handed on: its payments, 0 where there is
// none, and how little chance explains it, in bans.
type Path struct {
	Payments int
	Bans     float64
}

// Watch lets a watcher see all that is added from now on.
func (d *Detector) Watch(w Watcher) { d.watcher = w }

// sight shows the payment in scope and the signals that it was part of.
func sight(s *look.Scope, found []look.Signal) Sight {
	t := s.Trails()
	var notices []Notice
	for i := range found {
		notices = append(notices, Notice{found[i].Typology, found[i].Refs})
	}
	path := func(t *look.Trail) Path { return Path{t.Len(), t.Bans} }
	return Sight{Ref: s.Ref, Signals: notices, Chain: path(&t.Chain), Cycle: path(&t.Cycle), Abroad: path(&t.Abroad)}
}
