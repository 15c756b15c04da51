package go122

import (
	"context"
	"time"
)

func watch(ctx context.Context, poll func()) {
	ticks := time.Tick(time.Second) // want "the ticker of `time.Tick` goes on for ever"
	for {
		select {
		case <-ticks:
			poll()
		case <-ctx.Done():
			return
		}
	}
}

func inline(done <-chan struct{}, poll func()) {
	for {
		select {
		case <-time.Tick(time.Second): // want "goes on for ever"
			poll()
		case <-done:
			return
		}
	}
}

func ranged(poll func() bool) {
	for range time.Tick(time.Second) { // want "goes on for ever"
		if poll() {
			break
		}
	}
}

func once() {
	<-time.Tick(time.Second) // want "goes on for ever"
}

func inGoroutine(done <-chan struct{}, poll func()) {
	go func() {
		for {
			select {
			case <-time.Tick(time.Second): // want "goes on for ever"
				poll()
			case <-done:
				return
			}
		}
	}()
}

// It runs as long as the process.
func endless(poll func()) {
	for range time.Tick(time.Second) {
		poll()
	}
}

func endlessSelect(in <-chan int, poll func()) {
	ticks := time.Tick(time.Second)
	for {
		select {
		case <-in:
		case <-ticks:
			poll()
		}
	}
}

func endlessGoroutine(poll func()) {
	go func() {
		for range time.Tick(time.Minute) {
			poll()
		}
	}()
}

func init() {
	ticks := time.Tick(time.Second)
	go func() {
		<-ticks
	}()
}

var clock = time.Tick(time.Second)

// Whoever has the channel may need it for ever.
func returned() <-chan time.Time {
	return time.Tick(time.Second)
}

type poller struct{ ticks <-chan time.Time }

func newPoller() *poller {
	return &poller{ticks: time.Tick(time.Second)}
}

func (p *poller) start() {
	p.ticks = time.Tick(time.Second)
}

func stopped(ctx context.Context, poll func()) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			poll()
		case <-ctx.Done():
			return
		}
	}
}

// The goroutine stays as long as the process.
func captured(poll func()) {
	ticks := time.Tick(time.Hour)
	go func() {
		for ; ; <-ticks {
			poll()
		}
	}()
}
