package guarded

import (
	"sync"
	"sync/atomic"
	"time"
)

var (
	started atomic.Bool
	mu      sync.Mutex
	clock   *time.Ticker
	debug   bool
)

func ensure() {
	if started.CompareAndSwap(false, true) {
		go loop()
	}
}

func lazily() {
	mu.Lock()
	defer mu.Unlock()
	if clock == nil {
		clock = time.NewTicker(time.Second)
		go loop()
	}
}

type Tracer struct{}

// Stop ends the tracer.
func (*Tracer) Stop() {}

// The condition does not keep the next call from starting another.
func (*Tracer) Trace() {
	if debug {
		go loop() // want "has no way out"
	}
}

func loop() {
	for {
		time.Sleep(time.Second)
	}
}
