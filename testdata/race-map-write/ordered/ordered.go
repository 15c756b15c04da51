package ordered

import (
	"context"
	"sync"
	"sync/atomic"
)

func work(string) int { return 1 }

func before() {
	m := map[string]int{}
	m["a"] = 1
	go func() {
		m["b"] = 2
	}()
}

func joinedByWaitGroup() int {
	m := map[string]int{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		m["a"] = 1
	}()
	wg.Wait()
	m["b"] = 2
	return len(m)
}

func joinedByGroupGo() int {
	m := map[string]int{}
	var wg sync.WaitGroup
	wg.Go(func() { m["a"] = 1 })
	wg.Wait()
	return m["a"]
}

func joinedByClose() int {
	m := map[string]int{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		m["a"] = 1
	}()
	<-done
	return m["a"]
}

func joinedBySelect(ctx context.Context) int {
	m := map[string]int{}
	done := make(chan error, 1)
	go func() {
		m["a"] = 1
		done <- nil
	}()
	select {
	case <-ctx.Done():
		return 0
	case err := <-done:
		if err != nil {
			return 1
		}
	}
	return m["a"]
}

func joinedByRange(keys []string) int {
	m := map[string]int{}
	results := make(chan string)
	go func() {
		for _, k := range keys {
			m[k] = 1
		}
		close(results)
	}()
	for range results {
	}
	return len(m)
}

func joinedInTheTurn(keys []string) {
	m := map[string]int{}
	for _, k := range keys {
		done := make(chan bool)
		go func() {
			m[k] = 1
			done <- true
		}()
		<-done
	}
}

func waitInTheTurn(keys []string) {
	m := map[string]int{}
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			m[k] = 1
		}()
		wg.Wait()
	}
}

// oneWriter has workers that send and one goroutine that collects.
func oneWriter(keys []string) map[string]int {
	type result struct {
		key string
		n   int
	}
	m := map[string]int{}
	results := make(chan result)
	done := make(chan struct{})
	go func() {
		for r := range results {
			m[r.key] = r.n
		}
		close(done)
	}()
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- result{k, work(k)}
		}()
	}
	wg.Wait()
	close(results)
	<-done
	return m
}

// collector reads results in the function itself.
func collector(keys []string) map[string]int {
	ch := make(chan string)
	for _, k := range keys {
		go func() { ch <- k }()
	}
	m := map[string]int{}
	for range keys {
		m[<-ch] = 1
	}
	return m
}

// afterStart writes before it lets the goroutine go on.
func afterStart() {
	m := map[string]int{}
	ready := make(chan struct{})
	go func() {
		<-ready
		m["b"] = 2
	}()
	m["a"] = 1
	close(ready)
}

func chain() {
	m := map[string]int{}
	first := make(chan struct{})
	go func() {
		m["a"] = 1
		close(first)
	}()
	go func() {
		<-first
		m["b"] = 2
	}()
}

func waiter() {
	m := map[string]int{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		m["a"] = 1
	}()
	go func() {
		wg.Wait()
		m["b"] = 2
	}()
}

func doneInHelper() int {
	m := map[string]int{}
	var wg sync.WaitGroup
	wg.Add(1)
	go fill(&wg, m)
	wg.Wait()
	return len(m)
}

func fill(wg *sync.WaitGroup, m map[string]int) {
	defer wg.Done()
	m["a"] = 1
}

type server struct {
	wg   sync.WaitGroup
	done chan struct{}
	m    map[string]int
}

func (s *server) wait() { s.wg.Wait() }

func (s *server) run() int {
	s.wg.Add(1)
	go s.loop()
	s.wait()
	return s.m["a"]
}

func (s *server) loop() {
	defer s.wg.Done()
	s.m["a"]++
}

func (s *server) stopped() int {
	go func() {
		defer s.finish()
		s.m["a"] = 1
	}()
	<-s.done
	return s.m["a"]
}

func (s *server) finish() { close(s.done) }

func flag() int {
	m := map[string]int{}
	var ready atomic.Bool
	go func() {
		m["a"] = 1
		ready.Store(true)
	}()
	for !ready.Load() {
	}
	return m["a"]
}

func condition() int {
	m := map[string]int{}
	cond := sync.NewCond(&sync.Mutex{})
	ok := false
	go func() {
		m["a"] = 1
		cond.L.Lock()
		ok = true
		cond.L.Unlock()
		cond.Signal()
	}()
	cond.L.Lock()
	for !ok {
		cond.Wait()
	}
	cond.L.Unlock()
	return m["a"]
}

func cancelled() int {
	m := map[string]int{}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		m["a"] = 1
	}()
	<-ctx.Done()
	return m["a"]
}

// exclusive returns on one of the paths.
func exclusive(async bool) {
	m := map[string]int{}
	if async {
		go func() { m["a"] = 1 }()
		return
	}
	m["a"] = 2
}

func onlyReads(keys []string) {
	m := map[string]int{"a": 1}
	for range keys {
		go func() {
			for k, v := range m {
				_, _ = k, v
			}
		}()
	}
	_ = m["a"]
}
