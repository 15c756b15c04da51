package go122

import (
	"context"
	"time"
)

func events(in <-chan int, done <-chan struct{}) {
	for {
		select {
		case <-in:
		case <-time.After(time.Minute): // want "each turn of the loop leaves a timer behind that lives for `time.Minute`"
			return
		case <-done:
			return
		}
	}
}

func ranged(in []chan int, timeout time.Duration) (sum int) {
	for _, c := range in {
		select {
		case v := <-c:
			sum += v
		case <-time.After(timeout): // want "lives for `timeout`"
		}
	}
	return sum
}

func variable(in <-chan int) {
	for {
		idle := time.After(30 * time.Second) // want "each turn"
		select {
		case v := <-in:
			if v == 0 {
				return
			}
		case <-idle:
			return
		}
	}
}

func withDefault(in <-chan int) {
	for {
		select {
		case <-time.After(time.Hour): // want "each turn"
			return
		default:
		}
		if <-in == 0 {
			return
		}
	}
}

// The wait is over before the next turn.
func sleeping(done func() bool) {
	for !done() {
		<-time.After(time.Second)
	}
}

func single(done func() bool) {
	for !done() {
		select {
		case <-time.After(time.Second):
		}
	}
}

// Every other case ends the loop.
func polling(ctx context.Context, poll func() bool) error {
	for !poll() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return nil
}

func labelled(done <-chan struct{}, poll func()) {
loop:
	for {
		select {
		case <-done:
			break loop
		case <-time.After(time.Second):
			poll()
		}
	}
}

// One timer for all turns.
func before(in <-chan int) {
	timeout := time.After(time.Minute)
	for {
		select {
		case <-in:
		case <-timeout:
			return
		}
	}
}

// Each goroutine has its own, once.
func inGoroutines(in []chan int) {
	for _, c := range in {
		go func(c chan int) {
			select {
			case <-c:
			case <-time.After(time.Minute):
			}
		}(c)
	}
}

// What is gone in a moment does not pile up.
func short(in <-chan int) {
	for {
		select {
		case <-in:
		case <-time.After(10 * time.Millisecond):
			return
		}
	}
}

func noLoop(in <-chan int) {
	select {
	case <-in:
	case <-time.After(time.Minute):
	}
}

type clock struct{}

func (clock) After(time.Duration) <-chan time.Time { return nil }

func otherClock(in <-chan int, time clock) {
	for {
		select {
		case <-in:
		case <-time.After(1):
			return
		}
	}
}

// The next turn ends the loop.
func retry(ctx context.Context, send func() error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if send() == nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
	}
}
