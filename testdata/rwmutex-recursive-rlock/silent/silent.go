package silent

import "sync"

type cache struct {
	mu    sync.RWMutex
	m     map[string]int
	next  *cache
	other sync.RWMutex
}

func (c *cache) set(key string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[key] = n
}

func (c *cache) get(key string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.m[key]
}

func (c *cache) otherObject() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.next.get("x")
}

func (c *cache) otherLock() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.other.RLock()
	defer c.other.RUnlock()
	return len(c.m)
}

func (c *cache) oneAfterTheOther() int {
	c.mu.RLock()
	n := len(c.m)
	c.mu.RUnlock()
	return n + c.get("x")
}

func (c *cache) inGoroutine() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	go c.get("x")
}

func (c *cache) locked() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.getLocked("x")
}

func (c *cache) getLocked(key string) int { return c.m[key] }

// Nobody writes, so nobody can come in between.
type table struct {
	mu sync.RWMutex
	m  map[string]int
}

func (t *table) sum() (sum int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for key := range t.m {
		sum += t.get(key)
	}
	return sum
}

func (t *table) get(key string) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.m[key]
}

func ownLock(n int) {
	var mu sync.RWMutex
	for range n {
		mu.RLock()
		mu.RLock()
		mu.RUnlock()
		mu.RUnlock()
		mu.Lock()
		mu.Unlock()
	}
}

func otherVariable(run func(func())) {
	var mu sync.RWMutex
	run(func() {
		for range 3 {
			mu.RLock()
		}
		for range 3 {
			mu.RUnlock()
		}
	})
}
