package silent

import (
	"net/http"
	"strings"
	"sync"
)

type guarded struct {
	mu sync.Mutex
	n  int
}

type pointers struct {
	mu *sync.Mutex
	g  *guarded
	l  sync.Locker
	m  map[string]*guarded
}

type fileLock struct{ path string }

func (f *fileLock) Lock() error   { return nil }
func (f *fileLock) Unlock() error { return nil }

type counting struct{ n int }

func (c *counting) Lock(n int)   { c.n += n }
func (c *counting) Unlock(n int) { c.n -= n }

type valueLocker struct{ mu *sync.Mutex }

func (v valueLocker) Lock()   { v.mu.Lock() }
func (v valueLocker) Unlock() { v.mu.Unlock() }

type spin int32

func (s *spin) Lock()   {}
func (s *spin) Unlock() {}

func fresh() guarded {
	g := guarded{n: 1}
	p := new(guarded)
	*p = guarded{}
	g.mu = sync.Mutex{}
	all := []guarded{{n: 1}, {n: 2}}
	all = make([]guarded, 3)
	byName := map[string]guarded{"a": {n: 1}}
	_, _ = len(all), len(byName)
	return guarded{n: g.n + p.n}
}

func results() int {
	g := fresh()
	h := *newGuarded()
	return g.n + h.n
}

func newGuarded() *guarded { return &guarded{} }

func pointersOnly(p pointers, q *pointers) pointers {
	r := *q
	q.g = r.g
	for _, g := range q.m {
		g.n++
	}
	return p
}

func unrelated(f fileLock, c counting, v valueLocker, s spin) (fileLock, counting, valueLocker, spin) {
	return f, c, v, s
}

func reset(old *guarded) *guarded {
	g := *old
	g.mu = sync.Mutex{}
	return &g
}

func resetByPointer(old *guarded) *guarded {
	g := *old
	out := &g
	out.mu = sync.Mutex{}
	return out
}

func blank(g *guarded) {
	_ = *g
	var _ = *g
}

func shadow() {
	type guarded struct{ n int }
	g := guarded{n: 1}
	h := g
	_ = h
}

func arrays() int {
	var locks [4]sync.Mutex
	slice := locks[:]
	return len(locks) + cap(slice)
}

func values(c http.Client, h http.Header, b strings.Builder) (http.Client, http.Header) {
	return c, h
}

func namedResult(p *guarded) (g guarded) {
	g.n = p.n
	return
}

func conversion(all []guarded) {
	type list []guarded
	l := list(all)
	_ = l
}
