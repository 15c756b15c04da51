package basic

import (
	"sync"
	"time"
)

// Who calls it knows what is waited for.
func waitFor(cond *sync.Cond, limit time.Duration) bool {
	woken := make(chan struct{})
	go func() {
		cond.L.Lock()
		defer cond.L.Unlock()
		cond.Wait()
		close(woken)
	}()
	select {
	case <-woken:
		return true
	case <-time.After(limit):
		return false
	}
}
