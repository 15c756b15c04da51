package silent

import (
	"sync"
	"sync/atomic"
)

type cache struct {
	mu     sync.RWMutex
	statMu sync.Mutex
	m      map[string]int
	slots  []int
	n      int
	hits   atomic.Int64
	total  int64
	own    int
	other  *cache
}

func (c *cache) set(key string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[key] = n
	c.n = n
	c.slots[0] = n
}

func (c *cache) read(key string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := c.m[key]
	n++
	return n
}

func (c *cache) atomics() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.hits.Add(1)
	atomic.AddInt64(&c.total, 1)
}

func (c *cache) upgrade(key string) int {
	c.mu.RLock()
	n, ok := c.m[key]
	c.mu.RUnlock()
	if !ok {
		c.mu.Lock()
		c.m[key] = 1
		c.mu.Unlock()
	}
	return n
}

func (c *cache) otherLock() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.statMu.Lock()
	c.n++
	c.statMu.Unlock()
}

func (c *cache) otherObject() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.other.n = 1
	fresh := &cache{}
	fresh.n = 1
}

func (c *cache) either(write bool) {
	if write {
		c.mu.Lock()
		defer c.mu.Unlock()
	} else {
		c.mu.RLock()
		defer c.mu.RUnlock()
	}
	if write {
		c.n++
	}
}

func (c *cache) slot(i int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.slots[i] = i
}

// Nobody else uses it.
func (c *cache) alone() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.own++
}

func (c *cache) after() {
	c.mu.RLock()
	c.mu.RUnlock()
	c.n++
}

type checkpoint struct {
	sync.RWMutex
	seq int
}

func (c *checkpoint) snapshot() int {
	c.RLock()
	defer c.RUnlock()

	// Snapshots are made by a single thread, so that the read lock is enough.
	c.seq++
	return c.seq
}

func (c *checkpoint) clear() {
	c.Lock()
	defer c.Unlock()
	c.seq = 0
}

// NB: externally synchronized, no concurrent marks.
func (c *checkpoint) mark() {
	c.RLock()
	defer c.RUnlock()
	c.seq++
	println(c.seq)
}

// A handle is one reader's; the lock is that of the data, which all handles share.
type handle struct {
	dataMu *sync.RWMutex
	data   *[]byte
	off    int
}

func (h *handle) read(p []byte) int {
	h.dataMu.RLock()
	defer h.dataMu.RUnlock()
	n := copy(p, (*h.data)[h.off:])
	h.off += n
	return n
}

func (h *handle) write(p []byte) {
	h.dataMu.Lock()
	defer h.dataMu.Unlock()
	*h.data = append((*h.data)[:h.off], p...)
	h.off += len(p)
}
