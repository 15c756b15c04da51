package bugs

import (
	"errors"
	"fmt"
	"sync"
)

type set struct {
	sync.Mutex
	mu   sync.Mutex
	rw   sync.RWMutex
	n    int
	done bool
}

var global sync.Mutex

func (s *set) onOneReturn() error {
	s.mu.Lock() // want "`s.mu` is still locked on a path on which the function returns"
	if s.n == 0 {
		return nil
	}
	s.mu.Unlock()
	return errors.New("left")
}

func (s *set) readLock(key int) (int, error) {
	if key < 0 {
		return 0, errors.New("negative")
	}
	s.rw.RLock()
	if key == s.n {
		s.rw.RUnlock()
		return 1, nil
	}
	return 0, errors.New("missing")
}

func (s *set) lookup(key int) (int, error) {
	s.rw.RLock() // want "`s.rw` is still locked on a path on which the function returns"
	switch {
	case key == s.n:
		s.rw.RUnlock()
		return 1, nil
	case key < 0:
		return 0, errors.New("negative")
	}
	s.rw.RUnlock()
	return 0, nil
}

func (s *set) embedded() {
	s.Lock() // want "`s` is still locked on a path on which the function ends"
	if s.done {
		s.Unlock()
		return
	}
	s.done = true
}

func (s *set) inLoop(keys []int) error {
	for _, key := range keys {
		s.mu.Lock() // want "`s.mu` is still locked"
		if key < 0 {
			return errors.New("negative")
		}
		s.n += key
		s.mu.Unlock()
	}
	return nil
}

func (s *set) leavesLoop(keys []int) {
	for _, key := range keys {
		s.mu.Lock() // want "`s.mu` is still locked"
		if key < 0 {
			break
		}
		s.mu.Unlock()
	}
	fmt.Println("done")
}

func (s *set) labelled(rows [][]int) {
outer:
	for _, row := range rows {
		s.mu.Lock() // want "`s.mu` is still locked"
		for _, cell := range row {
			if cell == 0 {
				s.mu.Unlock()
				continue outer
			}
			if cell < 0 {
				break outer
			}
		}
		s.mu.Unlock()
	}
}

func (s *set) recovered(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	s.mu.Lock() // want "`s.mu` is still locked on a path on which the function panics, and recovers,"
	if s.done {
		panic("done")
	}
	s.mu.Unlock()
	return nil
}

func (s *set) try() bool {
	if !s.mu.TryLock() {
		return false
	}
	s.mu.Unlock()
	if s.mu.TryLock() { // want "`s.mu` is still locked"
		if s.done {
			return true
		}
		s.mu.Unlock()
	}
	return false
}

func (s *set) deferredTooLate() error {
	s.mu.Lock() // want "`s.mu` is still locked"
	if s.n == 0 {
		return errors.New("empty")
	}
	defer s.mu.Unlock()
	s.n--
	return nil
}

func (s *set) throughHelper(fail bool) error {
	s.mu.Lock() // want "`s.mu` is still locked"
	if fail {
		return errors.New("failed")
	}
	s.release()
	return nil
}

func (s *set) release() { s.mu.Unlock() }

func use(s *set) {
	if err := s.throughHelper(true); err != nil {
		fmt.Println(err)
	}
}

func inClosure(values []int) []int {
	var mu sync.Mutex
	var out []int
	var wg sync.WaitGroup
	for _, value := range values {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock() // want "`mu` is still locked"
			if value == 0 {
				return
			}
			out = append(out, value)
			mu.Unlock()
		}()
	}
	wg.Wait()
	return out
}

func onGlobal(n int) int {
	global.Lock() // want "`global` is still locked"
	select {
	default:
		if n == 0 {
			return 0
		}
	}
	global.Unlock()
	return n
}

func (s *set) jumps(n int) {
	s.mu.Lock() // want "`s.mu` is still locked"
	if n == 0 {
		goto end
	}
	s.mu.Unlock()
	return
end:
	s.n = n
}

type server struct {
	mu    sync.Mutex
	drain bool
}

// Everybody else gives it back.
func (s *server) stop() {
	s.mu.Lock() // want "`s.mu` is locked here and nobody unlocks it"
	s.drain = true
}

func (s *server) serve() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drain
}

// --- the lock itself is given to somebody ------------------------------------------------------------------------------

type feed struct {
	mu   sync.Mutex
	cond *shared
	next int
}

type shared struct{ lock sync.Locker }

// Who shares a lock that is free has not been told to release it.
func newFeed() *feed {
	f := &feed{}
	f.cond = &shared{lock: &f.mu}
	return f
}

func (f *feed) share() *shared {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	return &shared{lock: &f.mu}
}

func (f *feed) step(n int) error {
	f.mu.Lock() // want "`f.mu` is still locked on a path"
	if n < f.next {
		return errors.New("too old")
	}
	f.next = n
	f.mu.Unlock()
	return nil
}

// Only what is found is left to the caller.
func (f *feed) at(n int) (lock *sync.Mutex, err error) {
	f.mu.Lock() // want "`f.mu` is still locked on a path"
	if n != f.next {
		return nil, errors.New("not there")
	}
	lock = &f.mu
	return
}

// --- through a sync.Locker -----------------------------------------------------------------------------------------------

type gate struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	ready *sync.Cond
	open  bool
}

func newGate() *gate {
	g := &gate{}
	g.ready = sync.NewCond(&g.mu)
	return g
}

func (g *gate) pass(isLate bool) error {
	g.ready.L.Lock() // want "`g.ready.L` is still locked on a path"
	for !g.open {
		g.ready.Wait()
	}
	if isLate {
		return errors.New("too late")
	}
	g.mu.Unlock()
	return nil
}

func (g *gate) isOpen() (bool, error) {
	l := g.rw.RLocker()
	l.Lock() // want "`l` is still locked on a path"
	if !g.open {
		return false, errors.New("closed")
	}
	l.Unlock()
	return true, nil
}
