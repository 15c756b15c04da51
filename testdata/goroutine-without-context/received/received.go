package received

import (
	"context"
	"time"
)

// There is room for the result that nobody takes.
func buffered(ctx context.Context, slow func() int) int {
	results := make(chan int, 1)
	go func() { results <- slow() }()
	select {
	case result := <-results:
		return result
	case <-ctx.Done():
		return 0
	}
}

// The send gives up as well.
func selected(ctx context.Context, slow func() int) int {
	results := make(chan int)
	go func() {
		select {
		case results <- slow():
		case <-ctx.Done():
		}
	}()
	select {
	case result := <-results:
		return result
	case <-ctx.Done():
		return 0
	}
}

// The result is taken in the end.
func drained(ctx context.Context, slow func() int, stop func()) int {
	results := make(chan int)
	go func() { results <- slow() }()
	select {
	case result := <-results:
		return result
	case <-ctx.Done():
		stop()
		return <-results
	}
}

func deferred(ctx context.Context, slow func() int) int {
	results := make(chan int)
	go func() { results <- slow() }()
	defer func() { <-results }()
	select {
	case <-ctx.Done():
		return 0
	case <-time.After(time.Second):
		return 1
	}
}

// The end of the context only changes how the result is waited for.
func later(ctx context.Context, slow func() int) int {
	results := make(chan int)
	go func() { results <- slow() }()
	select {
	case result := <-results:
		return result
	case <-ctx.Done():
		println("ended")
	}
	select {
	case result := <-results:
		return result
	case <-time.After(time.Minute):
		return 0
	}
}

// Going on waiting.
func patient(ctx context.Context, slow func() int) int {
	results := make(chan int)
	go func() { results <- slow() }()
	for {
		select {
		case result := <-results:
			return result
		case <-ctx.Done():
			println("ended, but the result counts")
			time.Sleep(time.Second)
		}
	}
}

// The goroutine sends to one of them only.
func either(slow func() (int, error)) (int, error) {
	results, failed := make(chan int), make(chan error)
	go func() {
		result, err := slow()
		if err != nil {
			failed <- err
			return
		}
		results <- result
	}()
	select {
	case result := <-results:
		return result, nil
	case err := <-failed:
		return 0, err
	}
}

// Somebody else may receive.
func passed(ctx context.Context, slow func() int, keep func(chan int)) int {
	results := make(chan int)
	keep(results)
	go func() { results <- slow() }()
	select {
	case result := <-results:
		return result
	case <-ctx.Done():
		return 0
	}
}
