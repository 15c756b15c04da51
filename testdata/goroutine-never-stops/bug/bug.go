package bug

import (
	"context"
	"net"
	"sync"
	"time"
)

type Collector struct {
	mu     sync.Mutex
	totals map[string]int
	in     chan string
	done   chan struct{}
}

func NewCollector() *Collector {
	c := &Collector{totals: map[string]int{}, in: make(chan string)}
	go c.collect() // want "the loop in `Collector.collect` has no way out"
	return c
}

// Close ends all but the goroutines.
func (c *Collector) Close() { close(c.done) }

func (c *Collector) collect() {
	for {
		select {
		case name := <-c.in:
			c.add(name)
		case <-time.After(time.Minute):
			c.reset()
		}
	}
}

func (c *Collector) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.totals[name]++
}

func (c *Collector) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.totals)
}

func (c *Collector) Serve(l net.Listener) {
	go func() { // want "its loop has no way out"
		for {
			conn, err := l.Accept()
			if err != nil {
				continue
			}
			conn.Close()
		}
	}()
}

// The context is passed on, but the loop does not look at it.
func (c *Collector) Watch(ctx context.Context, fetch func(context.Context) string) {
	go func() { // want "has no way out"
		for {
			c.add(fetch(ctx))
			time.Sleep(time.Second)
		}
	}()
}

// Returning from a function literal does not leave the loop.
func (c *Collector) Literal() {
	go func() { // want "has no way out"
		for {
			func() {
				c.mu.Lock()
				defer c.mu.Unlock()
				if len(c.totals) == 0 {
					return
				}
				clear(c.totals)
			}()
			time.Sleep(time.Second)
		}
	}()
}

func (c *Collector) Ticks() {
	go func() { // want "has no way out"
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for range ticker.C {
			c.reset()
		}
	}()
}

// The inner loop ends, the outer one does not.
func (c *Collector) Nested(names []string) {
	go func() { // want "has no way out"
		for {
			for _, name := range names {
				if name == "" {
					break
				}
				c.add(name)
			}
			time.Sleep(time.Second)
		}
	}()
}

func (c *Collector) Group() {
	var wg sync.WaitGroup
	wg.Go(func() { // want "has no way out"
		for {
			c.reset()
			time.Sleep(time.Second)
		}
	})
}

func (c *Collector) True() {
	go func() { // want "has no way out"
		for true {
			c.reset()
			time.Sleep(time.Second)
		}
	}()
}

// The loop hears of the end, and goes on.
func follow(ctx context.Context, names <-chan string) {
	go func() { // want "has no way out"
		for {
			select {
			case <-ctx.Done():
			case name := <-names:
				println(name)
			}
		}
	}()
}

// Each attempt leaves one behind.
func retry(c *Collector, attempt func() error) {
	for attempt() != nil {
		beat(c)
	}
}

func beat(c *Collector) {
	go func() { // want "has no way out"
		for {
			time.Sleep(time.Second)
			c.reset()
		}
	}()
}
