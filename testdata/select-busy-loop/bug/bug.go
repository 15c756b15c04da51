package bug

import (
	"context"
	"sync/atomic"
)

func empty(jobs chan int, quit chan struct{}) {
	for {
		select {
		case job := <-jobs:
			println(job)
		case <-quit:
			return
		default: // want "the loop spins"
		}
	}
}

func continues(jobs chan int) {
	for {
		select {
		case job, ok := <-jobs:
			if !ok {
				return
			}
			println(job)
		default: // want "the loop spins"
			continue
		}
	}
}

func condition(ctx context.Context, jobs chan int) {
	for ctx.Err() == nil {
		select {
		case job := <-jobs:
			println(job)
		default: // want "the loop spins"
		}
	}
}

func flag(stopped *atomic.Bool, jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		default: // want "the loop spins"
		}
		if stopped.Load() {
			return
		}
	}
}

// The elements of one channel do not make the other one ready.
func otherChannel(pending, done chan int) {
	for len(pending) > 0 {
		select {
		case id := <-done:
			println(id)
		default: // want "the loop spins"
		}
	}
}
