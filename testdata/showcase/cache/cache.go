// Package cache remembers values for a while.
package cache

import (
	"context"
	"sync"
	"time"
)

type entry struct {
	cents   int
	expires time.Time
}

// Cache holds prices by item. It is safe for use by many goroutines.
type Cache struct {
	ttl     time.Duration
	mu      sync.RWMutex
	entries map[string]entry
}

// New returns a cache whose entries live for ttl.
func New(ttl time.Duration) *Cache {
	return &Cache{ttl: ttl, entries: make(map[string]entry)}
}

// Get returns the price of an item.
func (c *Cache) Get(item string) (int, bool) {
	c.mu.RLock()
	e, ok := c.entries[item]
	c.mu.RUnlock()
	if !ok || time.Now().After(e.expires) {
		return 0, false
	}
	return e.cents, true
}

// Put remembers the price of an item.
func (c *Cache) Put(item string, cents int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[item] = entry{cents: cents, expires: time.Now().Add(c.ttl)}
}

// Expire removes what is too old, until the context ends.
func (c *Cache) Expire(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			c.removeBefore(now)
		}
	}
}

func (c *Cache) removeBefore(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for item, e := range c.entries {
		if e.expires.Before(now) {
			delete(c.entries, item)
		}
	}
}
