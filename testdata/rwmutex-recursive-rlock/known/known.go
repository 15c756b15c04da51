// Package known has read locks that are taken twice although no writer can come in between.
package known

import "sync"

type batches struct {
	mu   sync.RWMutex
	open map[string]int
}

func (b *batches) size() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.open)
}

func (b *batches) add(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[key]++
}

func (b *batches) flush() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.size() // want "held here with" // FIXME false positive: one goroutine does all of it
}

func run(keys <-chan string) {
	b := &batches{open: map[string]int{}}
	for key := range keys {
		b.add(key)
		b.flush()
	}
}
