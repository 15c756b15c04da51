package basic

import "sync"

type server struct {
	wg  sync.WaitGroup
	two sync.WaitGroup
}

func work() {}

func deferred() {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer wg.Done() // want "`wg.Done` is called twice"
		work()
	})
	wg.Wait()
}

func last(wg *sync.WaitGroup) {
	wg.Go(func() {
		work()
		wg.Done() // want "`wg.Done` is called twice"
	})
}

func inDeferredLiteral() {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() {
			recover()
			wg.Done() // want "`wg.Done` is called twice"
		}()
		work()
	})
	wg.Wait()
}

func (s *server) start() {
	s.wg.Go(s.run)
	s.wg.Go(s.runTwo)
	s.two.Go(func() {
		s.two.Done() // want "`s.two.Done` is called twice"
	})
}

func (s *server) run() {
	defer s.wg.Done() // want "`s.wg.Done` is called twice"
}

func (s *server) runTwo() {
	defer s.two.Done()
}

func otherGroup() {
	var wg, ready sync.WaitGroup
	ready.Add(1)
	wg.Go(func() {
		ready.Done()
		work()
	})
	ready.Wait()
	wg.Wait()
}

func shadowed() {
	var wg sync.WaitGroup
	wg.Go(func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
		}()
		wg.Wait()
	})
	wg.Wait()
}

func addsItself() {
	var wg sync.WaitGroup
	wg.Go(func() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	})
	wg.Go(func() {
		wg.Add(1)
		work()
		wg.Done()
	})
	wg.Wait()
}

type group struct{}

func (group) Go(f func()) {}
func (group) Done()       {}

func sameNames() {
	var wg group
	wg.Go(func() {
		defer wg.Done()
	})
}

func byGo() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
	}()
	wg.Wait()
}
