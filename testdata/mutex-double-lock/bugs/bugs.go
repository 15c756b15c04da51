package bugs

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

type logger struct {
	mu   sync.Mutex
	rw   sync.RWMutex
	n    int
	sink *sink
}

type sink struct {
	sync.Mutex
	lines []string
}

var global sync.Mutex

// --- in one function ------------------------------------------------------------------------------------------------------

func (l *logger) direct() {
	l.mu.Lock()
	l.mu.Lock() // want "`l.mu.Lock` while `l.mu` is held with `Lock`"
	l.mu.Unlock()
}

func (l *logger) inBranch() {
	l.mu.Lock()
	if l.n > 0 {
		l.mu.Lock() // want "`l.mu.Lock` while `l.mu` is held"
		return
	}
	l.mu.Unlock()
}

func (l *logger) nextTurn(keys []int) {
	for _, key := range keys {
		l.mu.Lock() // want "`l.mu.Lock` while `l.mu` is held"
		if key == 0 {
			continue
		}
		l.mu.Unlock()
	}
}

func (l *logger) upgrade() {
	l.rw.RLock()
	if l.n == 0 {
		l.rw.Lock() // want "`l.rw.Lock` while `l.rw` is held with `RLock`"
		l.n++
		l.rw.Unlock()
	}
	l.rw.RUnlock()
}

func (l *logger) downgrade() int {
	l.rw.Lock()
	l.n++
	l.rw.RLock() // want "`l.rw.RLock` while `l.rw` is held with `Lock`"
	defer l.rw.RUnlock()
	return l.n
}

func (l *logger) alias() {
	mu := &l.mu
	mu.Lock()
	defer mu.Unlock()
	l.mu.Lock() // want "`l.mu.Lock` while `l.mu` is held"
}

func (l *logger) try() {
	if l.mu.TryLock() {
		l.mu.Lock() // want "`l.mu.Lock` while `l.mu` is held"
		l.mu.Unlock()
	}
}

// --- through calls --------------------------------------------------------------------------------------------------------

func (l *logger) output() {
	l.mu.Lock()
	if l.n > 0 {
		l.exit() // want "`l.exit` comes to `Lock` of `l.mu`"
	}
	l.mu.Unlock()
}

func (l *logger) exit() {
	l.mu.Lock()
	defer l.mu.Unlock()
}

func (l *logger) deferred() {
	defer l.exit() // want "`l.exit` comes to `Lock` of `l.mu`"
	l.mu.Lock()
	l.n++
}

func (l *logger) ofField() {
	l.sink.Lock()
	defer l.sink.Unlock()
	l.sink.add("x") // want "`l.sink.add` comes to `Lock` of `l.sink"
}

func (s *sink) add(line string) {
	s.Lock()
	defer s.Unlock()
	s.lines = append(s.lines, line)
}

func ofArgument(s *sink) {
	s.Lock()
	defer s.Unlock()
	second(s, "x") // want "`second` comes to `Lock` of `s"
}

func second(other *sink, line string) { third(other, line) }

func third(other *sink, line string) { other.add(line) }

func onGlobal() int {
	global.Lock()
	defer global.Unlock()
	return count() // want "`count` comes to `Lock` of `global`"
}

func count() int {
	global.Lock()
	defer global.Unlock()
	return 1
}

func (l *logger) throughHelper() {
	l.lock()
	l.exit() // want "`l.exit` comes to `Lock` of `l.mu`"
	l.unlock()
}

func (l *logger) lock()   { l.mu.Lock() }
func (l *logger) unlock() { l.mu.Unlock() }

func (l *logger) withFlag() {
	l.mu.Lock()
	l.flag(true) // want "`l.flag` comes to `Lock` of `l.mu`"
	l.mu.Unlock()
}

func (l *logger) flag(lock bool) {
	if lock {
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	l.n++
}

func (l *logger) onError(t *testing.T) {
	defer l.exit() // want "`l.exit` comes to `Lock` of `l.mu`"
	l.mu.Lock()
	if l.n == 0 {
		t.Fatal("empty")
	}
	l.mu.Unlock()
}

// --- closures and callbacks ------------------------------------------------------------------------------------------------

func (l *logger) closure() {
	get := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.n
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Println(get()) // want "`get` comes to `Lock` of `l.mu`"
}

func (l *logger) onTheSpot() {
	l.mu.Lock()
	defer l.mu.Unlock()
	func() { // want "comes to `Lock` of `l.mu`"
		l.mu.Lock()
		defer l.mu.Unlock()
	}()
}

func (l *logger) callback(lines []string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(lines, func(string) bool { // want "comes to `Lock` of `l.mu`"
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.n == 0
	})
}

func (l *logger) inGoroutine(done chan error) {
	go func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.exit() // want "`l.exit` comes to `Lock` of `l.mu`"
		done <- errors.New("never")
	}()
}

// --- formatting, interfaces ---------------------------------------------------------------------------------------------------

func (s *sink) String() string {
	s.Lock()
	defer s.Unlock()
	return fmt.Sprint(len(s.lines))
}

func (s *sink) print() {
	s.Lock()
	defer s.Unlock()
	fmt.Printf("sink %s\n", s) // want "`fmt.Printf` comes to `Lock` of `s"
}

type counter interface{ Count() int }

type books struct {
	mu    sync.Mutex
	inner counter
}

func (b *books) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return 1
}

func sum(c counter, b *books) int { return c.Count() }

func (b *books) total() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return sum(b, nil) // want "`sum` comes to `Lock` of `b.mu`"
}

// --- which object, which function ----------------------------------------------------------------------------------------------

type api interface{ leader() }

type doer interface{ do() }

type cluster struct {
	mu    sync.RWMutex
	state *state
}

type members struct{ client doer }

func newAPI(c doer) api { return &members{client: c} }

func (m *members) leader() { m.client.do() }

func (c *cluster) do() {
	c.mu.RLock()
	c.mu.RUnlock()
}

func (c *cluster) sync() {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := newAPI(c)
	a.leader() // want "`a.leader` comes to `RLock` of `c.mu`"
}

// A state knows its cluster, and what it calls has captured it.
type state struct {
	owner   *cluster
	renders map[int]func() error
}

func (c *cluster) init() {
	c.state = &state{owner: c}
}

func (s *state) fill() {
	s.renders = renderers(s.owner)
}

func renderers(c *cluster) map[int]func() error {
	m := make(map[int]func() error)
	m[0] = func() error {
		c.do()
		return nil
	}
	return m
}

func (s *state) renderAll() {
	for key := range s.renders {
		render := s.renders[key]
		if render() != nil {
			return
		}
	}
}

func (c *cluster) render() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.renderAll() // want "`c.state.renderAll` comes to `RLock` of `c.mu`"
}

// --- interfaces of which all values are known ---------------------------------------------------------------------------------

var tableMu sync.Mutex

type Lookup interface{ Find(key string) int }

type table struct{ rows map[string]int }

func (t *table) Find(key string) int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return t.rows[key]
}

// The field holds nothing but tables.
type Index struct{ lookup Lookup }

func NewIndex() *Index { return &Index{lookup: &table{}} }

func (i *Index) First(keys []string) int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return i.lookup.Find(keys[0]) // want "`i.lookup.Find` comes to `Lock` of `tableMu`"
}

func newLookup(rows map[string]int) Lookup {
	if rows == nil {
		return &table{}
	}
	return &table{rows: rows}
}

func newest(rows map[string]int) int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return newLookup(rows).Find("newest") // want "`newLookup.rows..Find` comes to `Lock` of `tableMu`"
}

func openLookup(rows map[string]int) (Lookup, error) {
	if rows == nil {
		return nil, errors.New("no rows")
	}
	return &table{rows: rows}, nil
}

func oldest(rows map[string]int) (int, error) {
	lookup, err := openLookup(rows)
	if err != nil {
		return 0, err
	}
	tableMu.Lock()
	defer tableMu.Unlock()
	return lookup.Find("oldest"), nil // want "`lookup.Find` comes to `Lock` of `tableMu`"
}

// A lock of the value's own is its own whoever else may be given.
type Counter interface{ Size() int }

func (b *books) Size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return 1
}

func SizeOf(c Counter) int { return c.Size() }

func (b *books) double() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return 2 * SizeOf(b) // want "`SizeOf` comes to `Lock` of `b.mu`"
}

// --- through a sync.Locker ----------------------------------------------------------------------------------------------------

type room struct {
	mu    sync.RWMutex
	free  *sync.Cond
	seats int
}

func newRoom() *room {
	r := &room{}
	r.free = sync.NewCond(&r.mu)
	return r
}

func (r *room) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seats++
	r.free.L.Lock() // want "`r.mu.Lock` while `r.mu` is held with `Lock`"
	r.free.Signal()
	r.free.L.Unlock()
}

func (r *room) enter() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seats--
}

func (r *room) count() int {
	l := r.mu.RLocker()
	l.Lock()
	defer l.Unlock()
	r.enter() // want "`r.enter` comes to `Lock` of `r.mu`, which is held here with `RLock`"
	return r.seats
}

// What stands behind a lock that waits for itself never runs, so it is told once.
func (c *cluster) thrice() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.Lock() // want "waits for itself"
	defer c.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
}
