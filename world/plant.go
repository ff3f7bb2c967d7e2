package world

import (
	"fmt"

	"spoor"
	"spoor/world/internal/chance"
	"spoor/world/internal/life"
)

// plant takes attempts from elsewhere in, giving each of their accounts the
// life of an account of this world, unless alone.
func (w *World) plant(given []spoor.Attempt, alone bool) error {
	known := map[spoor.AccountID]uint32{}
	banks := map[string]string{}
	for i := range w.econ.Accounts {
		known[w.econ.Accounts[i].ID] = uint32(i)
		banks[w.econ.Accounts[i].Bank] = w.econ.Accounts[i].BankName
	}
	body, err := w.bodies(given, known, alone)
	if err != nil {
		return err
	}
	bind := func(id spoor.AccountID) *Account {
		if id == (spoor.AccountID{}) {
			return nil
		}
		i, ok := known[id]
		if !ok {
			i = body()
			a := &w.econ.Accounts[i]
			a.ID, a.Bank = id, id.Bank
			if banks[id.Bank] == "" {
				banks[id.Bank] = fmt.Sprintf("%s Bank #%s", countryName(a.Country), id.Bank)
			}
			a.BankName = banks[id.Bank]
			known[id] = i
		}
		return &w.econ.Accounts[i]
	}
	for _, g := range given {
		a := g
		a.Payments = make([]spoor.Payment, len(g.Payments))
		for i, p := range g.Payments {
			p.Record, p.Label = 0, spoor.Illicit
			if from := bind(p.From); from != nil && from.Kind != life.Stranger {
				p.FromCountry, p.FromName = from.Country, from.OwnerName
			}
			if to := bind(p.To); to != nil && to.Kind != life.Stranger {
				p.ToCountry, p.ToName = to.Country, to.OwnerName
			}
			a.Payments[i] = p
		}
		w.attempts = append(w.attempts, a)
	}
	return nil
}

// bodies gives a function that yields an account for each unknown id: a living
// one, drawn evenly, or a stranger.
func (w *World) bodies(given []spoor.Attempt, known map[spoor.AccountID]uint32, alone bool) (func() uint32, error) {
	if alone {
		return w.econ.AddStranger, nil
	}
	unknown := map[spoor.AccountID]bool{}
	for _, a := range given {
		for _, p := range a.Payments {
			for _, id := range [2]spoor.AccountID{p.From, p.To} {
				if _, ok := known[id]; !ok && id != (spoor.AccountID{}) {
					unknown[id] = true
				}
			}
		}
	}
	var free []uint32
	for i := range w.econ.Accounts {
		if w.econ.Accounts[i].Kind.Living() && w.econ.Alive(uint32(i), 0, w.days-1) {
			free = append(free, uint32(i))
		}
	}
	if len(unknown) > len(free) {
		return nil, fmt.Errorf("world: Options.Plant names %d accounts, but only %d persons and firms live here: raise Payments, or set PlantAlone", len(unknown), len(free))
	}
	d := chance.NewDice().Seat(w.seed, life.Plant, 0, 0)
	d.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	return func() uint32 {
		a := free[0]
		free = free[1:]
		return a
	}, nil
}

func countryName(c spoor.Country) string {
	for i := range life.Countries {
		if life.Countries[i].Code == c {
			return life.Countries[i].Name
		}
	}
	return "Unknown"
}
