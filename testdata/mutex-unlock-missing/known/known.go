// Package known has functions that are reported although they never leave the lock held.
package known

import (
	"errors"
	"sync"
)

type set struct {
	mu    sync.Mutex
	parts []int
}

// Its one caller hands in what always says yes.
func (s *set) each(visit func(int) bool) {
	for _, part := range s.parts {
		s.mu.Lock() // want "still locked on a path" // FIXME false positive: what callers hand in is not looked at
		if !visit(part) {
			return
		}
		s.mu.Unlock()
	}
}

func (s *set) reset() {
	s.each(func(int) bool { return true })
}

type source int

const (
	fromStore source = iota
	fromMemory
)

func (s *set) read(from source) (int, error) {
	s.mu.Lock() // want "still locked on a path" // FIXME false positive: the cases are all that there are
	switch from {
	case fromStore:
		s.mu.Unlock()
		return 0, nil
	case fromMemory:
		s.mu.Unlock()
		return 1, nil
	default:
	}
	return 0, errors.New("unknown source")
}

func (s *set) both() (int, int) {
	stored, _ := s.read(fromStore)
	kept, _ := s.read(fromMemory)
	return stored, kept
}
