package bugs

import "sync"

type shard struct {
	mu   sync.Mutex
	done map[string]bool
}

func countDone(name string, shards []*shard) int {
	n := 0
	for _, s := range shards {
		s.mu.Lock() // want "`s.mu` is still locked"
		if !s.done[name] {
			continue
		}
		n++
		s.mu.Unlock()
	}
	return n
}
