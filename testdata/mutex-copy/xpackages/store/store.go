// Package store has types with locks in them.
package store

import (
	"sync"
	"sync/atomic"
)

// Store carries a lock.
type Store struct {
	mu    sync.Mutex
	items map[string]int
}

// Counters carries one further in.
type Counters struct {
	Hits  Counter
	Names []string
}

// Counter counts.
type Counter struct{ n atomic.Int64 }

// Handle points to one.
type Handle struct{ store *Store }

// Spin is a lock of its own.
type Spin struct{ state uint32 }

// Lock waits.
func (s *Spin) Lock() { atomic.AddUint32(&s.state, 1) }

// Unlock lets go.
func (s *Spin) Unlock() { atomic.StoreUint32(&s.state, 0) }

// Guarded holds it.
type Guarded struct{ Spin Spin }

// New makes one.
func New() *Store { return &Store{items: map[string]int{}} }

// Get reads.
func (s *Store) Get(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.items[name]
}
