package bugs

import (
	"errors"
	"sync"
)

type cache struct {
	mu sync.RWMutex
	m  map[string]int
}

func (c *cache) deferred(k string) int {
	c.mu.RLock()
	defer c.mu.Unlock() // want "`c.mu` is locked with `RLock` but released with `Unlock`"
	return c.m[k]
}

func (c *cache) direct(k string, v int) {
	c.mu.Lock()
	c.m[k] = v
	c.mu.RUnlock() // want "`c.mu` is locked with `Lock` but released with `RUnlock`"
}

func (c *cache) onOnePath(k string) (int, error) {
	c.mu.RLock()
	v, ok := c.m[k]
	if !ok {
		c.mu.Unlock() // want "`c.mu` is locked with `RLock` but released with `Unlock`"
		return 0, errors.New("missing")
	}
	c.mu.RUnlock()
	return v, nil
}

func (c *cache) twice(k string) int {
	c.mu.Lock()
	defer c.mu.Unlock() // want "`c.mu.Unlock` is called on a lock that is not held: it has just been released"
	v := c.m[k]
	if v == 0 {
		c.mu.Unlock()
		return 0
	}
	return v
}

func (c *cache) straight() {
	c.mu.Lock()
	c.mu.Unlock()
	c.mu.Unlock() // want "not held"
}

func (c *cache) deferLock(k string) {
	c.mu.Lock()
	defer c.mu.Lock() // want "`defer c.mu.Lock\(\)` locks again when the function ends: `Unlock` is meant"
	c.m[k]++
}

func (c *cache) deferRLock(k string) int {
	c.mu.RLock()
	defer c.mu.RLock() // want "`RUnlock` is meant"
	return c.m[k]
}

type embedded struct {
	sync.RWMutex
	n int
}

func (e *embedded) get() int {
	e.RLock()
	defer e.Unlock() // want "`e.RWMutex` is locked with `RLock` but released with `Unlock`"
	return e.n
}

var global sync.RWMutex

func ofPackage() {
	global.RLock()
	global.Unlock() // want "`global` is locked with `RLock`"
}

func inLiteral(c *cache) func() {
	return func() {
		c.mu.RLock()
		c.m = nil
		c.mu.Unlock() // want "released with `Unlock`"
	}
}
