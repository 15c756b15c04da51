package basic

import "sync"

type queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
	done  bool
}

func (q *queue) ifOnly() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.cond.Wait() // want "`q.cond.Wait` is not in a loop"
	}
}

func (q *queue) bare() {
	q.cond.L.Lock()
	q.cond.Wait() // want "`q.cond.Wait` is not in a loop"
	q.cond.L.Unlock()
}

func inGoroutines(cond *sync.Cond, n int) {
	for range n {
		go func() {
			cond.L.Lock()
			defer cond.L.Unlock()
			cond.Wait() // want "`cond.Wait` is not in a loop"
		}()
	}
}

func (q *queue) loop() {
	q.mu.Lock()
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	q.mu.Unlock()
}

func (q *queue) endless() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.done {
			return
		}
		q.cond.Wait()
	}
}

func (q *queue) again() {
	q.mu.Lock()
	defer q.mu.Unlock()
retry:
	if len(q.items) == 0 {
		q.cond.Wait()
		goto retry
	}
}

// block is called in loops only.
func (q *queue) block() {
	q.cond.Wait()
}

func (q *queue) pop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.block()
	}
}

func (q *queue) literal() {
	wait := func() { q.cond.Wait() }
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		wait()
	}
}

func waitGroups(wg *sync.WaitGroup, other *queue) {
	wg.Wait()
}

type embedded struct {
	*sync.Cond
	n int
}

func (e *embedded) wait() {
	e.L.Lock()
	defer e.L.Unlock()
	if e.n == 0 {
		e.Wait() // want "`e.Wait` is not in a loop"
	}
	for e.n == 0 {
		e.Wait()
	}
}

// A wait that can be called off: whoever calls it looks again.
func (q *queue) wait(cancelled <-chan struct{}) {
	woken := make(chan struct{})
	go func() {
		q.cond.Wait()
		close(woken)
	}()
	select {
	case <-woken:
	case <-cancelled:
		q.cond.Broadcast()
		<-woken
	}
}

func (q *queue) take(cancelled <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.done {
		q.wait(cancelled)
	}
}
