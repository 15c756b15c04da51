// Package fallback has loops that come to a goroutine's start once, or again and again.
package fallback

import (
	"sync"
	"time"
)

type store interface{ isEmpty() bool }

type disk struct{ files int }

func (d *disk) isEmpty() bool { return d.files == 0 }

type memory struct {
	mu    sync.Mutex
	pages map[string]time.Time
}

func newMemory() *memory {
	m := &memory{pages: map[string]time.Time{}}
	go m.expire()
	return m
}

func (m *memory) isEmpty() bool { return false }

func (m *memory) expire() {
	for {
		time.Sleep(time.Minute)
		m.mu.Lock()
		clear(m.pages)
		m.mu.Unlock()
	}
}

// Cache falls back to memory for good.
type Cache struct{ store store }

// Watch is told that the disk has gone.
func (c *Cache) Watch() {
	c.store = &disk{}
	for {
		if c.store.isEmpty() {
			c.store = newMemory()
		}
		time.Sleep(time.Second)
	}
}

type link struct{ up bool }

func (l *link) beat() {
	for {
		time.Sleep(time.Second)
	}
}

// Client connects again whenever the link was lost.
type Client struct{ link *link }

// Keep has a goroutine more after each loss.
func (c *Client) Keep(lost <-chan struct{}) {
	for {
		if c.link == nil {
			c.link = &link{up: true}
			go c.link.beat() // want "never stops"
		}
		<-lost
		c.link = nil
	}
}
