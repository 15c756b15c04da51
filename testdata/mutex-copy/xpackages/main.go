// Package main copies what another package guards.
package main

import "example.com/other/store"

type server struct {
	store store.Store
	count int
}

func byValue(s store.Store) int { // want "takes its sync.Mutex `.*mu` by value"
	return s.Get("a")
}

func inStruct(s server) int { // want "takes its sync.Mutex `.*mu` by value"
	return s.count
}

func fromPointer() {
	s := store.New()
	t := *s // want "assignment copies `.s` with its sync.Mutex"
	t.Get("a")
}

func field(c *store.Counters) {
	hits := c.Hits // want "copies `.*` with its"
	_ = &hits
}

func spin(g store.Guarded) { // want "takes its store.Spin `Spin` by value"
	g.Spin.Lock()
}

func pointers(s *store.Store, h store.Handle, c *store.Counters) int {
	names := c.Names
	t := s
	return t.Get(names[0])
}

func fresh() *store.Store {
	var s store.Store
	s = store.Store{}
	return &s
}

func main() {
	s := fresh()
	byValue(*s) // want "copies `.*` with its"
	inStruct(server{})
	fromPointer()
	field(&store.Counters{})
	spin(store.Guarded{})
	pointers(s, store.Handle{}, nil)
}
