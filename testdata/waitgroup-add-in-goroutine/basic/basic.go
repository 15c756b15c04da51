package basic

import "sync"

func work() {}

func first(n int) {
	var wg sync.WaitGroup
	for range n {
		go func() {
			wg.Add(1) // want "`wg.Add` runs in the goroutine it counts, so `wg.Wait` may return before"
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

func notFirst() {
	var wg sync.WaitGroup
	go func() {
		work()
		wg.Add(1) // want "`wg.Add` runs in the goroutine"
		work()
		wg.Done()
	}()
	wg.Wait()
}

func worker(id int, wg *sync.WaitGroup) {
	wg.Add(1) // want "`group.Add` runs in the goroutine"
	defer wg.Done()
	work()
}

func passed() {
	var group sync.WaitGroup
	go worker(1, &group)
	group.Wait()
}

func asArgument() {
	wg := &sync.WaitGroup{}
	go func(wg *sync.WaitGroup) {
		wg.Add(1) // want "`wg.Add` runs in the goroutine"
		defer wg.Done()
	}(wg)
	wg.Wait()
}

type server struct {
	wg sync.WaitGroup
}

func (s *server) loop() {
	s.wg.Add(1) // want "`s.wg.Add` runs in the goroutine"
	defer s.wg.Done()
}

func (s *server) run() {
	go s.loop()
	s.wg.Wait()
}

// An uncounted goroutine that counts others.
func fanOut(items []int) {
	var wg sync.WaitGroup
	go func() {
		for range items {
			wg.Add(1) // want "`wg.Add` runs in the goroutine"
			go func() {
				defer wg.Done()
				work()
			}()
		}
	}()
	wg.Wait()
}

func before(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

// The counter is not zero while a counted goroutine adds.
func grandchildren(items []int) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range items {
			wg.Add(1)
			go func() {
				defer wg.Done()
				work()
			}()
		}
	}()
	wg.Wait()
}

func countedByGo(items []int) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for range items {
			wg.Add(1)
			go func() {
				defer wg.Done()
			}()
		}
	})
	wg.Wait()
}

func ownGroup(outer *sync.WaitGroup) {
	outer.Add(1)
	go func() {
		defer outer.Done()
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
		}()
		wg.Wait()
	}()
	outer.Wait()
}

func waitsItself() {
	var wg sync.WaitGroup
	done := make(chan struct{})
	go func() {
		defer close(done)
		wg.Add(1)
		go func() {
			defer wg.Done()
		}()
		wg.Wait()
	}()
	<-done
	wg.Wait()
}

func started() {
	var wg sync.WaitGroup
	ready := make(chan struct{})
	go func() {
		wg.Add(1)
		defer wg.Done()
		close(ready)
		work()
	}()
	<-ready
	wg.Wait()
}

func otherGroup(a, b *sync.WaitGroup) {
	a.Add(1)
	go func() {
		defer a.Done()
		b.Add(1)
		defer b.Done()
	}()
	a.Wait()
}

func noWait(wg *sync.WaitGroup) {
	go func() {
		wg.Add(1)
		defer wg.Done()
	}()
}
