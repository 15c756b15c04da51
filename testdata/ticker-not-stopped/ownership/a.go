package ownership

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"
)

func deferred(done chan struct{}) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-done:
			return
		}
	}
}

// It runs as long as the process.
func forEver(tick func()) {
	t := time.NewTicker(time.Second)
	for range t.C {
		tick()
	}
}

func forEverSelect(tick func(), work chan func()) {
	t := time.NewTicker(time.Second)
	for {
		select {
		case <-t.C:
			tick()
		case f := <-work:
			f()
		}
	}
}

type server struct {
	ticker *time.Ticker
	ticks  <-chan time.Time
	all    []*time.Ticker
	once   sync.Once
}

func newServer() *server { return &server{ticker: time.NewTicker(time.Second)} }

func newServerByVariable() *server {
	t := time.NewTicker(time.Second)
	s := &server{ticker: t}
	return s
}

func (s *server) start() {
	t := time.NewTicker(time.Second)
	s.ticker = t
	s.all = append(s.all, t)
}

func (s *server) startChannel() {
	t := time.NewTicker(time.Second)
	s.ticks = t.C
}

func (s *server) Close() { s.ticker.Stop() }

func returned() *time.Ticker {
	t := time.NewTicker(time.Second)
	t.Reset(time.Minute)
	return t
}

func channel() <-chan time.Time {
	t := time.NewTicker(time.Second)
	return t.C
}

func withStop() (<-chan time.Time, func()) {
	t := time.NewTicker(time.Second)
	return t.C, t.Stop
}

func inLiteral(done chan struct{}) {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
		for {
			select {
			case <-t.C:
			case <-done:
				return
			}
		}
	}()
}

func passed(ctx context.Context) {
	t := time.NewTicker(time.Second)
	go run(ctx, t)
}

func run(ctx context.Context, t *time.Ticker) {
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func helper(done chan struct{}) {
	t := time.NewTicker(time.Second)
	defer stop(t)
	<-done
}

func stop(t interface{ Stop() }) { t.Stop() }

func passedChannel(serve func(<-chan time.Time)) {
	t := time.NewTicker(time.Second)
	go serve(t.C)
}

func optional(period time.Duration, done chan struct{}) {
	var t *time.Ticker
	var ticks <-chan time.Time
	if 0 < period {
		t = time.NewTicker(period)
		ticks = t.C
	}
	select {
	case <-ticks:
	case <-done:
	}
	if t != nil {
		t.Stop()
	}
}

func cleanup(t *testing.T) *server {
	ticker := time.NewTicker(time.Second)
	t.Cleanup(ticker.Stop)
	return &server{}
}

type stopper struct{ *time.Ticker }

func (s stopper) Close() error { s.Stop(); return nil }

func embedded(use func(io.Closer)) {
	t := stopper{time.NewTicker(time.Second)}
	defer t.Close()
	use(t)
}

func replacedWithStop(periods []time.Duration) {
	t := time.NewTicker(time.Second)
	for _, period := range periods {
		t.Stop()
		t = time.NewTicker(period)
		<-t.C
	}
	t.Stop()
}

func goroutineForEver(tick func()) {
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			tick()
		}
	}()
}

func goroutineForEverReceives(tick func()) {
	t := time.NewTicker(time.Second)
	go func() {
		for {
			tick()
			<-t.C
		}
	}()
}

func goroutineForEverByName(tick func()) {
	t := time.NewTicker(time.Second)
	go every(t, tick)
}

func every(t *time.Ticker, tick func()) {
	for {
		<-t.C
		tick()
	}
}
