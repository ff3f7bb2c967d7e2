// Package wait lets many wait for one number to be reached: entries of a journal
// become durable in order.
package wait

import (
	"errors"
	"slices"
	"sync"
)

// Line is who waits, in order. Its zero value has reached nothing.
type Line struct {
	mu      sync.Mutex
	upto    uint64
	err     error
	waiting []waiter // in order of numbers
}

type waiter struct {
	number uint64
	call   func(error)
}

// Then calls f once when a number is reached, or can no longer be: at once, or
// from whoever reaches it. Numbers must not fall from call to call.
func (l *Line) Then(number uint64, f func(error)) {
	l.mu.Lock()
	if l.err == nil && number > l.upto {
		l.waiting = append(l.waiting, waiter{number, f})
		l.mu.Unlock()
		return
	}
	err := l.err
	l.mu.Unlock()
	f(err)
}

// Reach says that numbers up to one are reached, or with an error that none
// after those reached before will be.
func (l *Line) Reach(number uint64, err error) {
	l.mu.Lock()
	if err == nil {
		l.upto = max(l.upto, number)
	}
	l.err = errors.Join(l.err, err)
	n := 0
	for n < len(l.waiting) && (l.err != nil || l.waiting[n].number <= l.upto) {
		n++
	}
	ready := slices.Clone(l.waiting[:n])
	l.waiting = slices.Delete(l.waiting, 0, n)
	err = l.err
	l.mu.Unlock()
	for _, w := range ready {
		w.call(err)
	}
}

// Wait returns when a number is reached or can no longer be.
func (l *Line) Wait(number uint64) error {
	done := make(chan error, 1)
	l.Then(number, func(err error) { done <- err })
	return <-done
}
