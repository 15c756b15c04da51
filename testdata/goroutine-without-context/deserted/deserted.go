package deserted

import (
	"context"
	"errors"
	"net/http"
	"time"
)

type conn struct{}

func (c *conn) serve() error { return nil }

func dial() (*conn, error) { return nil, errors.New("refused") }

// When dialling fails, nobody tells the goroutine.
func start(ctx context.Context, report func()) error {
	ready := make(chan struct{})
	go func() { // want "goroutine waits for ever on `ready` when its starter returns first, whatever becomes of `ctx`"
		<-ready
		report()
	}()
	c, err := dial()
	if err != nil {
		return err
	}
	close(ready)
	return c.serve()
}

func handle(w http.ResponseWriter, r *http.Request) {
	work := make(chan string)
	go func() { // want "goroutine waits for ever on `work` when its starter returns first, whatever becomes of `r.Context\(\)`"
		for item := range work {
			println(item)
		}
	}()
	for _, item := range r.URL.Query()["item"] {
		if item == "" {
			http.Error(w, "empty item", http.StatusBadRequest)
			return
		}
		work <- item
	}
	close(work)
}

// Nothing is sent when the context ends first.
func offer(ctx context.Context, next func() int) {
	values := make(chan int)
	go func() { // want "on `values` when its starter returns first"
		println(<-values)
	}()
	select {
	case values <- next():
	case <-ctx.Done():
	}
}

// Both run for each connection.
func accept(ctx context.Context, conns <-chan func()) {
	for report := range conns {
		_ = start(ctx, report)
		offer(ctx, func() int { return 1 })
	}
}

func deferred(ctx context.Context, report func()) error {
	ready := make(chan struct{})
	go func() {
		<-ready
		report()
	}()
	defer close(ready)
	c, err := dial()
	if err != nil {
		return err
	}
	return c.serve()
}

func inLiteral(ctx context.Context, report func()) error {
	ready := make(chan struct{})
	defer func() { close(ready) }()
	go func() {
		<-ready
		report()
	}()
	c, err := dial()
	if err != nil {
		return err
	}
	return c.serve()
}

func everyWay(ctx context.Context, report func()) error {
	ready := make(chan struct{})
	go func() {
		<-ready
		report()
	}()
	c, err := dial()
	if err != nil {
		close(ready)
		return err
	}
	close(ready)
	return c.serve()
}

// The starter leaves because the goroutine has failed, which is gone by then.
func heard(ctx context.Context, open func() error) error {
	failed := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		if err := open(); err != nil {
			failed <- err
			return
		}
		failed <- nil
		<-ready
	}()
	if err := <-failed; err != nil {
		return err
	}
	close(ready)
	return nil
}

// The value is there before the goroutine starts.
func before(ctx context.Context, fail bool) error {
	values := make(chan int, 2)
	values <- 1
	go func() { println(<-values) }()
	if fail {
		return errors.New("failed")
	}
	values <- 2
	return nil
}

// Somebody else sends as well.
func twoSenders(ctx context.Context, fail bool) error {
	values := make(chan int, 2)
	go func() { println(<-values) }()
	go func() { values <- 1 }()
	if fail {
		return errors.New("failed")
	}
	values <- 2
	return nil
}

// It waits for the context too.
func both(ctx context.Context, fail bool) error {
	ready := make(chan struct{})
	go func() {
		select {
		case <-ready:
		case <-ctx.Done():
		}
	}()
	if fail {
		return errors.New("failed")
	}
	close(ready)
	return nil
}

// The condition is the same in both places.
func sameCondition(ctx context.Context, wants bool) error {
	ready := make(chan struct{})
	if wants {
		go func() { <-ready }()
	}
	time.Sleep(time.Millisecond)
	if wants {
		close(ready)
	}
	return nil
}

// Without a context in scope it is another rule's.
func noContext(fail bool) error {
	ready := make(chan struct{})
	go func() { <-ready }()
	if fail {
		return errors.New("failed")
	}
	close(ready)
	return nil
}

// The loop runs.
func counted(ctx context.Context, add func(int)) {
	started := make(chan struct{})
	go func() {
		<-started
		add(1)
	}()
	for i := range 100 {
		add(i)
		if i == 0 {
			close(started)
		}
	}
}

// The second event comes after the first.
func ordered(ctx context.Context, accepted, closed <-chan bool) {
	die := make(chan bool)
	go func() {
		<-die
		println("over")
	}()
	for {
		select {
		case <-accepted:
			die <- true
		case <-closed:
			return
		}
	}
}

// It waits only if the starter has taken a value.
func answered(ctx context.Context, limit time.Duration) {
	lines, next := make(chan string, 1), make(chan int)
	go func() {
		lines <- "first"
		<-next
	}()
	select {
	case line := <-lines:
		println(line)
		next <- 1
	case <-time.After(limit):
	}
}
