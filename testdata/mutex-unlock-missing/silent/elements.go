package silent

import "sync"

type shard struct {
	mu   sync.Mutex
	done map[string]bool
}

// First all are locked, then all are unlocked.
func inSync(name string, shards ...*shard) bool {
	for _, s := range shards {
		s.mu.Lock()
	}
	defer func() {
		for _, s := range shards {
			s.mu.Unlock()
		}
	}()
	for _, s := range shards {
		if !s.done[name] {
			return false
		}
	}
	return true
}
