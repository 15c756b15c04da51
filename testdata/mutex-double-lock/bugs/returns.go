package bugs

import (
	"errors"
	"sync"
)

type endpoint struct {
	mu      sync.RWMutex
	objects map[string]int
}

// What returns early does not come to the lock, and all else does.
func (e *endpoint) discover(ok bool) error {
	if len(e.objects) == 0 {
		return errors.New("nothing there")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.objects)
	return nil
}

func (e *endpoint) collect() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.discover(true) // want "waits for itself"
}
