package bugs

import (
	"fmt"
	"maps"
	"sync"
	"time"
)

func work(string) int { return 1 }

func inLoop(keys []string) {
	m := map[string]int{}
	for _, k := range keys {
		go func() {
			m[k] = work(k) // want "map `m` is written in a goroutine beside other goroutines of the same loop"
		}()
	}
}

func waitGroupInLoop(keys []string) map[string]int {
	m := map[string]int{}
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			m[k]++ // want "beside other goroutines of the same loop"
		}()
	}
	wg.Wait()
	return m
}

func spawnerReads() int {
	m := map[string]int{}
	go func() {
		m["a"] = 1 // want "map `m` is written in a goroutine while the function that started the goroutine reads it"
	}()
	return m["a"]
}

func spawnerWrites(done chan bool) {
	m := map[string]int{}
	go func() {
		delete(m, "a") // want "while the function that started the goroutine writes it"
		close(done)
	}()
	m["b"] = 2
	<-done
	m["c"] = 3
}

func spawnerSleeps() {
	m := map[string]int{}
	go func() {
		clear(m) // want "while the function that started the goroutine reads it"
	}()
	time.Sleep(time.Second)
	fmt.Println(m)
}

func twoGoroutines() {
	m := map[string]int{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		maps.Copy(m, map[string]int{"a": 1}) // want "while another goroutine reads it"
	}()
	go func() {
		defer wg.Done()
		for k := range m {
			work(k)
		}
	}()
	wg.Wait()
}

func oneReadsBeforeJoin(errs chan error) int {
	m := map[string]int{}
	go func() {
		m["x"] = 1 // want "reads it"
		errs <- nil
	}()
	n := len(m)
	<-errs
	return n + len(m)
}

type store struct {
	mu sync.RWMutex
	m  map[string]int
}

func (s *store) put(k string) { s.m[k] = 1 } // want "map `s.m` is written in a goroutine beside other goroutines of the same loop"

func (s *store) run(keys []string) {
	for _, k := range keys {
		go s.put(k)
	}
}

func (s *store) set(k string) {
	s.m[k] = 2 // want "map `s.m` is written in a goroutine while the function that started the goroutine reads it"
}

func (s *store) get(k string) int { return s.m[k] }

func (s *store) both() int {
	go func() {
		s.set("a")
	}()
	return s.get("a")
}

func (s *store) readLock(keys []string) {
	for _, k := range keys {
		go func() {
			s.mu.RLock()
			defer s.mu.RUnlock()
			s.m[k] = 3 // want "beside other goroutines"
		}()
	}
}

func (s *store) lockOnOneSide() int {
	go func() {
		s.mu.Lock()
		s.m["a"] = 4 // want "reads it"
		s.mu.Unlock()
	}()
	return s.m["a"]
}

func (s *store) unlockedTooEarly(keys []string) {
	for _, k := range keys {
		go func() {
			s.mu.Lock()
			n := s.m[k]
			s.mu.Unlock()
			s.m[k] = n + 1 // want "beside other goroutines"
		}()
	}
}

var counts = map[string]int{}

func global(keys []string) {
	for _, k := range keys {
		go count(k)
	}
}

func count(k string) {
	counts[k]++ // want "map `counts` is written in a goroutine beside other goroutines"
}

func asArgument(keys []string) {
	m := make(map[string]int)
	for _, k := range keys {
		go func(m map[string]int, k string) {
			m[k] = 1 // want "map `m` is written"
		}(m, k)
	}
}

func alias(s *store, keys []string) {
	m := s.m
	for _, k := range keys {
		go func() {
			m[k] = 1 // want "map `s.m` is written"
		}()
	}
}

func semaphore(keys []string) {
	m := map[string]int{}
	sem := make(chan struct{}, 8)
	for _, k := range keys {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			m[k] = 1 // want "beside other goroutines"
		}()
	}
}

func groupGo(keys []string) {
	m := map[string]int{}
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Go(func() {
			m[k] = 1 // want "beside other goroutines"
		})
	}
	wg.Wait()
}

// joinedOnOnePath waits on one path only.
func joinedOnOnePath(ok bool) {
	m := map[string]int{}
	done := make(chan bool)
	go func() {
		m["a"] = 1 // want "writes it"
		close(done)
	}()
	if ok {
		<-done
	}
	m["b"] = 2
}

// nested makes the map in the outer loop, and shares it in the inner one.
func nested(rows [][]string) {
	for _, row := range rows {
		m := map[string]int{}
		for _, k := range row {
			go func() {
				m[k] = 1 // want "beside other goroutines"
			}()
		}
	}
}

func (s *store) start() {
	go func() {
		for {
			s.m["tick"]++ // want "while the function that started the goroutine writes it"
		}
	}()
}

func startThenUse(s *store) {
	s.start()
	s.m["a"] = 1
	go func() {}()
}

// expire has one caller.
func (s *store) expire(k string) {
	go s.remove(k)
	s.m[k] = 1
}

func (s *store) remove(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, k) // want "while the function that started the goroutine writes it"
}

func expireAll(s *store, keys []string) {
	for _, k := range keys {
		s.expire(k)
	}
}

func safely(f func()) {
	go func() {
		defer func() { recover() }()
		f()
	}()
}

func repeat(f func(), n int) {
	for range n {
		once(f)
	}
}

func once(f func()) {
	func() { f() }()
}

func callbacks(keys []string) int {
	m := map[string]int{}
	for _, k := range keys {
		safely(func() {
			m[k] = 1 // want "beside other goroutines of the same loop"
		})
	}
	return len(keys)
}

func callbackOnce() int {
	n := map[string]int{}
	go repeat(func() {
		n["a"]++ // want "map `n` is written in a goroutine while the function that started the goroutine reads it"
	}, 3)
	return n["a"]
}

func (s *store) tick() { s.m["tick"]++ } // want "while the function that started the goroutine reads it"

func methodValue(s *store) int {
	go repeat(s.tick, 3)
	return s.m["tick"]
}

type fallbacks struct{ byIndex map[int]*int }

func (f *fallbacks) serveAll(n int, serve func(*int)) {
	for i := 0; i < n; i++ {
		f.byIndex[i] = new(int)
		go f.serve(i, serve)
	}
}

func (f *fallbacks) serve(i int, serve func(*int)) {
	serve(f.byIndex[i]) // want "map `f.byIndex` is read in a goroutine while the function that started the goroutine writes it"
}

// --- parameters that hold a map of the caller's ------------------------------------------------------------------------

type quota struct {
	used  map[string]int
	limit map[string]int
}

// Only those who come without a map get one of their own.
func fill(q quota, users []string) {
	if q.used == nil {
		q.used = make(map[string]int)
	}
	q.limit = make(map[string]int)
	for _, user := range users {
		q.used[user]++ // want "map `q.used` is written in a goroutine"
		q.limit[user]++
	}
}

func fillAll(q quota, groups [][]string) {
	for _, users := range groups {
		go fill(q, users)
	}
}

// The pointer leads to the caller's struct, and so does the field.
func reset(q *quota, user string) {
	q.used = map[string]int{}
	q.used[user] = 0 // want "map `q.used` is written in a goroutine"
}

func resetAll(q *quota, users []string) {
	for _, user := range users {
		go reset(q, user)
	}
}

// Its own goroutines share what a call has made.
func spread(q quota, users []string) {
	q.used = map[string]int{}
	for _, user := range users {
		go func() {
			q.used[user]++ // want "map `q.used` is written in a goroutine"
		}()
	}
}
