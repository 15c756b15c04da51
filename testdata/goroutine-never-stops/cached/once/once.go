// Package once makes things once.
package once

import "sync"

var (
	mu        sync.Mutex
	instances = map[any]any{}
)

// Get returns what was made for a type, and makes it the first time.
func Get[T any](make func() T) T {
	mu.Lock()
	defer mu.Unlock()
	var key *T
	if known, ok := instances[key]; ok {
		return known.(T)
	}
	made := make()
	instances[key] = made
	return made
}

// Manager keeps one resource for a key.
type Manager struct {
	mu    sync.Mutex
	known map[string]any
}

// NewManager makes one.
func NewManager() *Manager { return &Manager{known: map[string]any{}} }

// Resource returns the resource of a key, and makes it the first time.
func (m *Manager) Resource(key string, make func() (any, error)) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.known[key]; ok {
		return known, nil
	}
	made, err := make()
	if err == nil {
		m.known[key] = made
	}
	return made, err
}

// RunAll runs the services of a process.
func RunAll(runners []interface{ Run() }) {
	for _, runner := range runners {
		go runner.Run()
	}
}
