package bugs

import (
	"fmt"
	"sort"
	"sync"
)

type cache struct {
	mu sync.RWMutex
	m  map[string]int
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

func (c *cache) direct() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.mu.RLock() // want "`c.mu.RLock` while `c.mu` is held with `RLock`"
	defer c.mu.RUnlock()
	return len(c.m)
}

func (c *cache) sum() (sum int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for key := range c.m {
		sum += c.get(key) // want "`c.get` comes to `RLock` of `c.mu`"
	}
	return sum
}

func (c *cache) inCallback(keys []string) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	sort.Slice(keys, func(i, j int) bool { // want "`sort.Slice` comes to `RLock` of `c.mu`"
		return c.get(keys[i]) < c.get(keys[j])
	})
}

func (c *cache) String() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return fmt.Sprint(len(c.m))
}

func (c *cache) print() {
	c.mu.RLock()
	fmt.Printf("cache: %s", c) // want "`fmt.Printf` comes to `RLock` of `c.mu`"
	c.mu.RUnlock()
}

func (c *cache) onOnePath(key string) int {
	c.mu.RLock()
	if n, ok := c.m[key]; ok {
		c.mu.RUnlock()
		return n
	}
	defer c.mu.RUnlock()
	return c.get("default") // want "`c.get` comes to `RLock` of `c.mu`"
}

func ownLock(values []int) (sum int) {
	var mu sync.RWMutex
	var wg sync.WaitGroup
	read := func(i int) int {
		mu.RLock()
		defer mu.RUnlock()
		return values[i]
	}
	wg.Go(func() {
		mu.Lock()
		defer mu.Unlock()
		values[0]++
	})
	wg.Go(func() {
		mu.RLock()
		defer mu.RUnlock()
		sum = read(0) // want "`read` comes to `RLock` of `mu`"
	})
	wg.Wait()
	return sum
}
