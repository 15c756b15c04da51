package silent

import "sync"

type client struct {
	init, stop sync.Once
	next       *client
	addr       string
}

func (c *client) other() {
	c.init.Do(func() {
		c.stop.Do(func() {})
	})
}

func (c *client) chain() {
	c.init.Do(func() {
		if c.next != nil {
			c.next.chain()
		}
	})
}

func (c *client) inGoroutine() {
	c.init.Do(func() {
		go c.inGoroutine()
	})
}

func (c *client) twice() {
	c.init.Do(c.fill)
	c.init.Do(c.fill)
}

func (c *client) fill() { c.addr = "localhost" }

func (c *client) reset() {
	c.init.Do(c.fill)
	c.init = sync.Once{}
	c.init.Do(c.fill)
}

type doer struct{}

func (doer) Do(f func()) { f() }

func notOnce(d doer) {
	d.Do(func() { d.Do(func() {}) })
}

func local(run func(f func())) {
	var once sync.Once
	run(func() { once.Do(func() {}) })
	once.Do(func() {})
}
