package held

import (
	"context"
	"time"
)

type session struct {
	ctx    context.Context
	cancel context.CancelFunc
	opened time.Time
}

// The goroutine that waits for the end of the session is all that keeps it.
func open(parent context.Context) *session {
	ctx, cancel := context.WithCancel(parent)
	s := &session{ctx: ctx, cancel: cancel}
	s.opened = time.Now()
	go s.await()
	return s
}

func (s *session) await() {
	<-s.ctx.Done()
	println("over after", time.Since(s.opened).String())
}

func (s *session) Close() { s.cancel() }

func drop(ctx context.Context) {
	open(ctx) // want "the result of `open` is dropped, and with it `session.cancel`, which alone cancels its context"
}

func blank(ctx context.Context) {
	_ = open(ctx) // want "the result of `open` is dropped"
}

func keep(ctx context.Context) {
	s := open(ctx)
	defer s.Close()
}

func chained(ctx context.Context) {
	open(ctx).Close()
}

func handed(ctx context.Context) *session { return open(ctx) }

// It cancels itself.
func openFor(parent context.Context, limit time.Duration) *session {
	ctx, cancel := context.WithCancel(parent)
	s := &session{ctx: ctx, cancel: cancel}
	go s.expire(limit)
	return s
}

func (s *session) expire(limit time.Duration) {
	time.Sleep(limit)
	s.Close()
}

func dropExpiring(ctx context.Context) {
	openFor(ctx, time.Second)
}

var all []*session

// Somebody else has it too.
func openListed(parent context.Context) *session {
	ctx, cancel := context.WithCancel(parent)
	s := &session{ctx: ctx, cancel: cancel}
	all = append(all, s)
	return s
}

func dropListed(ctx context.Context) {
	openListed(ctx)
}

func openKept(parent context.Context) *session {
	ctx, cancel := context.WithCancel(parent)
	s := &session{ctx: ctx, cancel: cancel}
	go s.list()
	return s
}

func (s *session) list() { all = append(all, s) }

func dropKept(ctx context.Context) {
	openKept(ctx)
}

// The context is cancelled elsewhere as well.
func openWatched(parent context.Context, stop <-chan struct{}) *session {
	ctx, cancel := context.WithCancel(parent)
	s := &session{ctx: ctx, cancel: cancel}
	go func() {
		<-stop
		cancel()
	}()
	return s
}

func dropWatched(ctx context.Context, stop <-chan struct{}) {
	openWatched(ctx, stop)
}
