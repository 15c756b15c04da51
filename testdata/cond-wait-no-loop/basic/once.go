package basic

import "sync"

type running struct {
	mu   sync.Mutex
	done *sync.Cond
}

// Each run has a condition variable of its own, which ends it.
func (r *running) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if done := r.done; done != nil {
		done.Wait()
	}
}

func (r *running) idle(busy bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done != nil {
		if busy {
			r.done.Wait() // want "`r.done.Wait` is not in a loop"
		}
	}
}
