package waits

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"sync"
)

// Nobody knows the channel but the goroutine.
func never(ctx context.Context, finish func()) {
	ready := make(chan struct{})
	go func() { // want "on `ready`, on which nothing is sent, and does not look at `ctx`"
		<-ready
		finish()
	}()
}

func neverRanged(ctx context.Context, finish func(int)) {
	jobs := make(chan int)
	go func() { // want "on `jobs`, which nothing closes"
		for job := range jobs {
			finish(job)
		}
	}()
}

func handle(w http.ResponseWriter, r *http.Request) {
	done := make(chan struct{})
	go func() { // want "on `done`, on which nothing is sent, and does not look at `r.Context\(\)`"
		defer println("over")
		<-done
	}()
}

func nothing(ctx context.Context) {
	go func() { // want "goroutine waits for nothing: its `select` has no case, and `ctx` is in scope"
		println("up")
		select {}
	}()
}

func called(ctx context.Context) {
	go stand() // want "its `select` has no case"
}

func stand() {
	println("up")
	select {}
}

// Somebody else may send.
func passed(ctx context.Context, keep func(chan int), finish func()) {
	results := make(chan int)
	keep(results)
	go func() {
		<-results
		finish()
	}()
}

func returned(ctx context.Context, finish func()) chan<- int {
	results := make(chan int)
	go func() {
		<-results
		finish()
	}()
	return results
}

func notified(ctx context.Context, finish func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	go func() {
		<-signals
		finish()
	}()
}

// The caller closes it in the end.
func closer(ctx context.Context, finish func()) func() {
	done := make(chan struct{})
	go func() {
		<-done
		finish()
	}()
	return func() { close(done) }
}

// Another way out of the wait.
func chosen(ctx context.Context, stop <-chan struct{}) {
	never := make(chan struct{})
	go func() {
		select {
		case <-never:
		case <-stop:
		}
	}()
}

// What a nil channel is for.
func replaced(ctx context.Context, work func() <-chan int) {
	var results <-chan int
	results = work()
	go func() { <-results }()
}

// Group and channel are somebody else's.
func waited(ctx context.Context, wg *sync.WaitGroup, done chan struct{}) {
	go func() {
		wg.Wait()
		close(done)
	}()
}
