// Package known has accesses that are reported although something orders them.
package known

import "sync"

type counter struct {
	mu     sync.Mutex
	served map[string]int
}

func (c *counter) serve(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.served[name]++ // want "is written in a goroutine" // FIXME false positive: receives are not counted
}

// As many receives as goroutines wait for all of them.
func counted(names []string) int {
	const workers = 3
	c := &counter{served: map[string]int{}}
	done := make(chan bool)
	for range workers {
		go func() {
			for _, name := range names {
				c.serve(name)
			}
			done <- true
		}()
	}
	for range workers {
		<-done
	}
	return len(c.served)
}
