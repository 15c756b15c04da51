package bugs

import "sync"

type cache struct {
	mu   sync.RWMutex
	m    map[string]int
	hits int
	last string
	list []string
}

func (c *cache) get(key string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.hits++ // want "`c.hits` is written while `c.mu` is only held for reading"
	return c.m[key]
}

func (c *cache) fill(key string) int {
	c.mu.RLock()
	n, ok := c.m[key]
	if !ok {
		n = len(key)
		c.m[key] = n // want "`c.m.key.` is written while `c.mu` is only held for reading: a map element"
	}
	c.mu.RUnlock()
	return n
}

func (c *cache) note(key string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.last != key {
		c.last = key                 // want "`c.last` is written"
		c.list = append(c.list, key) // the same mistake
	}
}

func (c *cache) set(key string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[key] = n
	c.hits, c.last, c.list = 0, "", nil
}
