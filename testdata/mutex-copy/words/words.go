// Package words copies values whose types show in the text in many ways, or hardly.
package words

import "sync"

type guarded struct {
	mu sync.Mutex
	n  int
}

type holder struct {
	guarded
	one    guarded
	many   []guarded
	byName map[string]guarded
	queue  chan guarded
	fixed  [2]guarded
	ptr    *guarded
	ptrs   []*guarded
}

func (h *holder) element(i int) int {
	g := h.many[i] // want "copies"
	return g.n
}

func (h *holder) elementOfMap(name string) int {
	g, ok := h.byName[name] // want "copies"
	if !ok {
		return 0
	}
	return g.n
}

func (h *holder) received() int {
	g := <-h.queue // want "copies"
	return g.n
}

func (h *holder) ranged() (sum int) {
	for _, g := range h.fixed { // want "gets a copy"
		sum += g.n
	}
	return sum
}

func (h *holder) alias(i int) int {
	all := h.many
	g := all[i] // want "copies"
	return g.n
}

func (h *holder) embedded() any {
	return h.guarded // want "copies"
}

func (h *holder) target(i int) int {
	g := *h.ptrs[i] // want "copies"
	return g.n
}

func (h *holder) parenthesized() int {
	g := (*h.ptr) // want "copies"
	return g.n
}

func (h *holder) key() *holder {
	return &holder{one: h.one} // want "copies"
}

func asserted(v any) int {
	g := v.(guarded) // want "copies"
	return g.n
}

func switched(v any) any {
	switch g := v.(type) {
	case guarded:
		return g // want "copies"
	}
	return nil
}

func variable() any {
	g := guarded{n: 1}
	return g // want "copies"
}

func oneOfTwo() any {
	n, g := 1, guarded{}
	g.n = n
	return g // want "copies"
}

func grouped() any {
	var (
		n = 1
		g = guarded{}
	)
	g.n = n
	return g // want "copies"
}

func local() any {
	var g struct{ sync.Mutex }
	return g // want "copies"
}

// Nothing below copies anything.

func (h *holder) inPlace(i int) int {
	h.one = guarded{}
	h.many = append(h.many, guarded{})
	h.byName["a"] = guarded{n: len(h.many)}
	h.many[i].mu.Lock()
	defer h.many[i].mu.Unlock()
	var once sync.Once
	once.Do(func() { h.ptr = &h.many[i] })
	p := &h.fixed[0]
	p.n++
	return h.byName["a"].n + h.ptr.n
}
