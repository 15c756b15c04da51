// Package vet holds what go vet -copylocks reports, line by line, and channel sends.
package vet

import (
	"net/http"
	"sync"
	"sync/atomic"
	"unsafe"
)

type guarded struct {
	mu sync.Mutex
	n  int
}

type nested struct {
	name string
	g    guarded
}

type embedded struct {
	sync.RWMutex
	m map[string]int
}

type viaArray struct {
	locks [4]sync.Mutex
}

type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

type marked struct {
	_ noCopy
	n int
}

type counter struct {
	n atomic.Int64
}

func (g guarded) get() int { // want "every call of `guarded.get` copies its receiver with its sync.Mutex `mu`"
	return g.n
}

func (n *nested) copyOut() guarded {
	return n.g // want "return copies `n.g` with its sync.Mutex `mu`"
}

func byValue(g guarded, n int) {} // want "parameter `g guarded` takes its sync.Mutex `mu` by value"

func bare(wg sync.WaitGroup, mu *sync.Mutex) {} // want "parameter `wg sync.WaitGroup` takes a sync.WaitGroup by value"

func server(s http.Server) {} // want "by value"

func assigns(p *nested, all []nested, byName map[string]guarded) {
	a := *p             // want "assignment copies `\*p` with its sync.Mutex `g.mu`"
	b := all[0]         // want "assignment copies `all\[0\]`"
	c := p.g            // want "assignment copies `p.g`"
	var d = c           // want "assignment copies `c`"
	*p = a              // want "assignment copies `a`"
	e := byName[b.name] // want "assignment copies"
	_, _ = d, e
	e, d = d, e // want "`d`" "`e`"
}

func ranges(all []nested, locks [3]sync.Mutex, byName map[string]*guarded) { // want "parameter `locks"
	for _, n := range all { // want "loop variable `n` gets a copy of each element with its sync.Mutex `g.mu`"
		_ = n.name
	}
	for i, mu := range locks { // want "loop variable `mu`"
		_, _ = i, &mu
	}
	for range all {
	}
	for i := range all {
		all[i].g.mu.Lock()
	}
	for _, g := range byName {
		g.n++
	}
}

func literals(p *guarded, m embedded, ch chan guarded) { // want "parameter `m embedded` takes its sync.RWMutex `RWMutex` by value"
	_ = nested{g: *p}      // want "literal copies `\*p`"
	_ = []guarded{*p}      // want "literal copies"
	_ = nested{"a", *p}    // want "literal copies"
	use(*p)                // want "argument copies `\*p`"
	use(<-ch)              // want "argument copies `<-ch`"
	ch <- *p               // want "send copies `\*p`"
	func(g guarded) {}(*p) // want "parameter `g guarded`" "argument copies"
	var i any = *p         // want "assignment copies"
	_ = i.(guarded)
	q := i.(guarded) // want "assignment copies"
	_ = &q
	_ = append([]guarded{}, *p) // want "argument copies"
}

func loopVariable() {
	for g := (guarded{}); g.n < 3; g.n++ { // want "each turn of the loop copies `g`"
		g.mu.Lock()
		g.mu.Unlock()
	}
}

func ownMarks(m *marked, c *counter, v *viaArray) {
	x := *m // want "with its noCopy `_`"
	y := *c // want "with its atomic.Int64 `n`"
	z := *v // want "with its sync.Mutex `locks`"
	_, _, _ = &x, &y, &z
}

func generic[T any](v T) {}

func callsGeneric(p *guarded) {
	generic(*p) // want "argument copies"
}

func use(any) {}

func size(g *guarded) uintptr {
	return unsafe.Sizeof(*g) + uintptr(len(viaArray{}.locks))
}
