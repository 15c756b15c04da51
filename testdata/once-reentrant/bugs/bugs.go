package bugs

import "sync"

var (
	once  sync.Once
	table map[string]int
)

func get(key string) int {
	once.Do(load) // want "the function that `once.Do` runs comes to `once.Do` again"
	return table[key]
}

func load() {
	table = map[string]int{}
	table["b"] = get("a") + 1
}

type client struct {
	init sync.Once
	addr string
}

func (c *client) Addr() string {
	c.init.Do(func() { // want "the function that `c.init.Do` runs comes to `c.init.Do` again"
		c.addr = "localhost"
		c.log()
	})
	return c.addr
}

func (c *client) log() { println(c.Addr()) }

func (c *client) nested() {
	c.init.Do(func() { // want "the function that `c.init.Do` runs"
		c.init.Do(func() {})
	})
}

func (c *client) setup() {
	c.init.Do(c.start) // want "the function that `c.init.Do` runs"
}

func (c *client) start() { c.setup() }
