package bug

import (
	"context"
	"time"
)

func done(ctx context.Context, jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			println("leaving")
			break // want "`break` leaves only the `select`: the loop goes on although `ctx.Done\(\)` asks for its end"
		}
	}
}

type worker struct {
	quit chan struct{}
	jobs chan int
}

func (w *worker) run() {
	for {
		select {
		case job := <-w.jobs:
			println(job)
		case <-w.quit:
			break // want "`w.quit` asks for its end"
		}
	}
}

func closed(jobs chan int) {
	for {
		select {
		case job, ok := <-jobs:
			if !ok {
				break // want "`jobs` is closed"
			}
			println(job)
		case <-time.After(time.Second):
			println("idle")
		}
	}
}

func ticks(ctx context.Context) {
	t := time.NewTicker(time.Second)
	for range t.C {
		select {
		case <-ctx.Done():
			break // want "asks for its end"
		default:
			println("tick")
		}
	}
}

// With a way out, the loop would no longer be the end that the result needs.
func result(ctx context.Context, jobs chan int) int {
	for {
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			break // want "asks for its end"
		}
	}
}
