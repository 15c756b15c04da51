// Package worker has things that run for long.
package worker

import (
	"context"
	"sync"
	"time"
)

// Pool works.
type Pool struct {
	jobs chan func()
	done chan struct{}
	wg   sync.WaitGroup
	ctx  context.Context
}

// Spin never ends.
func (p *Pool) Spin() {
	for {
		time.Sleep(time.Second)
		p.turn()
	}
}

func (p *Pool) turn() {}

// Run ends when the pool is stopped.
func (p *Pool) Run() {
	for {
		select {
		case job := <-p.jobs:
			job()
		case <-p.done:
			return
		}
	}
}

// Stop stops it.
func (p *Pool) Stop() { close(p.done) }

// Watch knows a context.
func (p *Pool) Watch() {
	for {
		if p.ctx.Err() != nil {
			continue
		}
		p.turn()
	}
}

// Counted is waited for.
func (p *Pool) Counted() {
	defer p.wg.Done()
	for {
		p.turn()
	}
}

// Once ends.
func (p *Pool) Once() { p.turn() }

// Poll never ends.
func Poll() {
	for range time.Tick(time.Second) {
		println("poll")
	}
}
