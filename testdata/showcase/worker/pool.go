// Package worker ships orders in the background.
package worker

import (
	"context"
	"log/slog"
	"sync"
)

// Job is an order to ship.
type Job struct {
	Order int
	Items []string
}

// Pool ships orders with a fixed number of goroutines.
type Pool struct {
	size    int
	jobs    chan Job
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	drained chan struct{}
}

// New returns a pool of that size.
func New(size int) *Pool {
	return &Pool{size: size, jobs: make(chan Job, 64), drained: make(chan struct{})}
}

// Start begins to take jobs, until the context ends or the pool is stopped.
func (p *Pool) Start(ctx context.Context) {
	ctx, p.cancel = context.WithCancel(ctx)
	for range p.size {
		p.wg.Add(1)
		go func() {
			defer p.wg.Done()
			p.run(ctx)
		}()
	}
	go func() {
		p.wg.Wait()
		p.drained <- struct{}{}
	}()
}

func (p *Pool) run(ctx context.Context) {
	for {
		select {
		case job := <-p.jobs:
			ship(job)
		case <-ctx.Done():
			return
		}
	}
}

// Submit hands a job to the pool, and drops it when the pool has too much to do.
func (p *Pool) Submit(job Job) bool {
	select {
	case p.jobs <- job:
		return true
	default:
		slog.Warn("no room for a job", "order", job.Order)
		return false
	}
}

// Stop takes no more jobs and waits for the ones at work.
func (p *Pool) Stop() {
	p.cancel()
	p.wg.Wait()
}

func ship(job Job) {
	for _, item := range job.Items {
		slog.Info("packed", "order", job.Order, "item", item)
	}
	slog.Info("shipped", "order", job.Order)
}
