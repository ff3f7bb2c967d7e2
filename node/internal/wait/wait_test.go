package wait

import (
	"errors"
	"slices"
	"testing"
)

// TestLine calls those who wait in order, and all of them when there is no more.
func TestLine(t *testing.T) {
	var l Line
	var got []int
	note := func(n int) func(error) {
		return func(err error) {
			if err != nil {
				n = -n
			}
			got = append(got, n)
		}
	}
	l.Then(2, note(2))
	l.Then(3, note(3))
	l.Then(3, note(33))
	l.Then(7, note(7))
	l.Reach(1, nil)
	if len(got) != 0 {
		t.Fatalf("%v came before their time", got)
	}
	l.Reach(3, nil)
	l.Then(2, note(22))
	if want := []int{2, 3, 33, 22}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	lost := errors.New("lost")
	l.Reach(7, lost)
	l.Then(1, note(1))
	if want := []int{2, 3, 33, 22, -7, -1}; !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	if err := l.Wait(9); !errors.Is(err, lost) {
		t.Error(err)
	}
}
