package locked

import (
	"sync"
	"sync/atomic"
)

type store struct {
	mu   sync.Mutex
	rw   sync.RWMutex
	once sync.Once
	sem  chan struct{}
	m    map[string]int
	sync sync.Map
	busy atomic.Bool
}

func (s *store) deferred(keys []string) {
	for _, k := range keys {
		go func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.m[k] = 1
		}()
	}
	s.mu.Lock()
	s.m["a"] = 2
	s.mu.Unlock()
}

func (s *store) early(keys []string) {
	for _, k := range keys {
		go func() {
			s.mu.Lock()
			if _, ok := s.m[k]; ok {
				s.mu.Unlock()
				return
			}
			s.m[k] = 1
			s.mu.Unlock()
		}()
	}
}

func (s *store) readWrite(keys []string) {
	for _, k := range keys {
		go func() {
			s.rw.RLock()
			n := s.m[k]
			s.rw.RUnlock()
			s.rw.Lock()
			defer s.rw.Unlock()
			s.m[k] = n + 1
		}()
	}
}

func (s *store) lock()   { s.mu.Lock() }
func (s *store) unlock() { s.mu.Unlock() }

func (s *store) helpers(keys []string) {
	for _, k := range keys {
		go func() {
			s.lock()
			defer s.unlock()
			s.m[k] = 1
		}()
	}
}

func (s *store) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *store) callback(keys []string) {
	for _, k := range keys {
		go func() {
			s.locked(func() {
				s.m[k] = 1
			})
		}()
	}
}

func (s *store) put(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.putLocked(k)
}

func (s *store) putLocked(k string) { s.m[k] = 1 }

func (s *store) throughMethods(keys []string) {
	for _, k := range keys {
		go s.put(k)
	}
	s.put("a")
}

func local(keys []string) map[string]int {
	m := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			m[k]++
			mu.Unlock()
		}()
	}
	wg.Wait()
	return m
}

func embedded(keys []string) {
	var s struct {
		sync.Mutex
		m map[string]int
	}
	s.m = map[string]int{}
	for _, k := range keys {
		go func() {
			s.Lock()
			s.m[k] = 1
			s.Unlock()
		}()
	}
}

func locker(l sync.Locker, keys []string) {
	m := map[string]int{}
	for _, k := range keys {
		go func() {
			l.Lock()
			defer l.Unlock()
			m[k] = 1
		}()
	}
}

func (s *store) doOnce(keys []string) {
	for range keys {
		go func() {
			s.once.Do(func() {
				s.m["a"] = 1
			})
		}()
	}
}

func (s *store) oneAtATime(keys []string) {
	for _, k := range keys {
		go func() {
			s.sem <- struct{}{}
			defer func() { <-s.sem }()
			s.m[k] = 1
		}()
	}
}

func token(keys []string) {
	m := map[string]int{}
	token := make(chan struct{}, 1)
	token <- struct{}{}
	for _, k := range keys {
		go func() {
			<-token
			m[k] = 1
			token <- struct{}{}
		}()
	}
}

func limited(keys []string) {
	m := map[string]int{}
	sem := make(chan struct{}, 1)
	for _, k := range keys {
		sem <- struct{}{}
		go func() {
			m[k] = 1
			<-sem
		}()
	}
}

func (s *store) syncMap(keys []string) {
	for _, k := range keys {
		go func() { s.sync.Store(k, 1) }()
	}
}

func (s *store) guarded(keys []string) {
	for _, k := range keys {
		go func() {
			if !s.busy.CompareAndSwap(false, true) {
				return
			}
			defer s.busy.Store(false)
			s.m[k] = 1
		}()
	}
}

var registry = struct {
	sync.RWMutex
	m map[string]int
}{m: map[string]int{}}

func register(k string) {
	registry.Lock()
	defer registry.Unlock()
	registry.m[k]++
}

func registerAll(keys []string) {
	for _, k := range keys {
		go register(k)
	}
}

func (s *store) Add(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(k)
}

// add is called by Add alone.
func (s *store) add(k string) {
	go func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.m, k)
	}()
	s.m[k] = 1
}

// expire runs with the lock held.
func (s *store) expire(k string) {
	go s.remove(k)
	s.m[k] = 1
}

func (s *store) remove(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, k)
}

func (s *store) callbackInGoroutine(keys []string) {
	for _, k := range keys {
		go s.locked(func() {
			s.m[k] = 1
		})
	}
}
