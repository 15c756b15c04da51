package basic

import "sync"

type counter struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	other sync.Mutex
	n     int
}

func (c *counter) forgotDefer() {
	c.mu.Lock() // want "`c.mu` is locked and unlocked at once, so it protects nothing"
	c.mu.Unlock()
	c.n++
}

func (c *counter) reading() int {

	c.rw.RLock() // want "`c.rw` is locked and unlocked at once"
	c.rw.RUnlock()
	return c.n
}

func (c *counter) inCase(k int) {
	switch k {
	case 1:
		c.mu.Lock() // want "`c.mu` is locked"
		c.mu.Unlock()
		c.n = k
	}
}

func (c *counter) deferred() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *counter) between() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.n--
}

// Waits for whoever holds the lock: nothing follows.
func (c *counter) wait() {
	c.mu.Lock()
	c.mu.Unlock()
}

func (c *counter) commented() {
	// Wait for the writer to finish.
	c.mu.Lock()
	c.mu.Unlock()
	c.n++
}

func (c *counter) commentedParagraph(cancel func()) {
	// No writer may be active from here on:
	// cancel stops new ones, the lock waits for the present one.
	cancel()
	c.mu.Lock()
	c.mu.Unlock()
	c.n++
}

func (c *counter) commentBeside() {
	c.mu.Lock()
	c.mu.Unlock() // barrier
	c.n++
}

func (c *counter) relay() {
	c.other.Lock()
	for c.n > 0 {
		c.other.Unlock()
		c.rw.RLock()
		c.rw.RUnlock()
		c.other.Lock()
	}
	c.other.Unlock()
}

func (c *counter) otherLocks() {
	c.mu.Lock()
	c.other.Lock()
	c.n++
	c.other.Unlock()
	c.mu.Unlock()
}

func (c *counter) upgrade() {
	c.rw.RLock()
	c.n = 1
	c.rw.RUnlock()
	c.rw.Lock()
	c.n = 2
	c.rw.Unlock()
}

func handOver(a, b *counter) {
	a.mu.Lock()
	b.mu.Lock()
	a.mu.Unlock()
	b.n++
	b.mu.Unlock()
}

type locker interface {
	Lock()
	Unlock()
}

func notOfSync(l locker) int {
	l.Lock()
	l.Unlock()
	return 1
}

// probe acquires and releases the lock: it returns only if nobody holds that for good.
func (c *counter) probe() bool {
	c.mu.Lock()
	c.mu.Unlock()
	return true
}
