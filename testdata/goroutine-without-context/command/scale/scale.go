// Package scale looks at queues again and again.
package scale

import (
	"context"
	"errors"
	"time"
)

// Scaler tells how long a queue is.
type Scaler interface {
	Length(ctx context.Context) (int, error)
	Close() error
}

// Queue is one.
type Queue struct{ stats func() (int, error) }

// NewQueue makes one.
func NewQueue() *Queue {
	return &Queue{stats: func() (int, error) { return 0, errors.New("not connected") }}
}

// Length asks for the length.
func (q *Queue) Length(ctx context.Context) (int, error) { return q.ask(ctx) }

// Close closes it.
func (q *Queue) Close() error { return nil }

// The loop in Poll comes here through the interface.
func (q *Queue) ask(ctx context.Context) (int, error) {
	lengths := make(chan int)
	go func() { // want "blocks for ever on its send to `lengths` when `ctx.Done\(\)` is ready first"
		length, err := q.stats()
		if err != nil {
			length = -1
		}
		lengths <- length
	}()
	select {
	case length := <-lengths:
		return length, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Poll asks every second.
func Poll(ctx context.Context, scaler Scaler) {
	for {
		limited, cancel := context.WithTimeout(ctx, time.Second)
		length, err := scaler.Length(limited)
		cancel()
		if err != nil {
			return
		}
		println(length)
	}
}

// Runner is started once by whoever manages it.
type Runner struct{ serve func() error }

// NewRunner makes one.
func NewRunner(serve func() error) *Runner { return &Runner{serve: serve} }

// Start serves until the context ends; nothing here says that it is called again.
func (r *Runner) Start(ctx context.Context) error {
	failed := make(chan error)
	go func() {
		failed <- r.serve()
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}
