package bug

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

type server struct {
	count atomic.Int64
	jobs  chan int
}

func (s *server) progress(ctx context.Context) {
	go func() { // want "nothing in it looks at `ctx`, which is in scope"
		for {
			time.Sleep(time.Second)
			fmt.Println(s.count.Load())
		}
	}()
}

// The loop is in a method that the goroutine's function calls.
func (s *server) start(ctx context.Context) {
	go s.run() // want "nothing in it looks at `ctx`"
}

func (s *server) run() {
	s.count.Add(1)
	s.loop()
}

func (s *server) loop() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.count.Add(1)
		}
	}
}

// Stopping a ticker does not close its channel.
func (s *server) tick(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	go func() { // want "nothing in it looks at `ctx`"
		for range t.C {
			s.count.Add(1)
		}
	}()
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	go func() { // want "nothing in it looks at `r.Context\(\)`"
		for {
			time.Sleep(time.Minute)
			s.count.Store(0)
		}
	}()
}

// A context that the goroutine makes itself ties it to nobody.
func (s *server) detached(ctx context.Context) {
	go func() { // want "nothing in it looks at `ctx`"
		own := context.Background()
		for {
			s.flush(own)
			time.Sleep(time.Second)
		}
	}()
}

func (s *server) flush(ctx context.Context) { _ = ctx.Err() }

// Nothing closes the jobs.
func (s *server) work(ctx context.Context) {
	s.jobs = make(chan int)
	go func() { // want "on `s.jobs`, which nothing closes, and does not look at `ctx`"
		for job := range s.jobs {
			s.count.Add(int64(job))
		}
	}()
	s.jobs <- 1
}

func (s *server) connect(ctx context.Context, dial func() error) {
	go func() { // want "goroutine tries again until it succeeds, whatever becomes of `ctx`"
		for {
			if dial() == nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

// `break` ends the switch, not the loop.
func (s *server) confused(ctx context.Context) {
	go func() { // want "nothing in it looks at `ctx`"
		for {
			switch s.count.Load() {
			case 0:
				break
			default:
				time.Sleep(time.Second)
			}
		}
	}()
}
