package ownership

import (
	"context"
	"errors"
	"time"
)

type leader struct {
	isRunning bool
	turns     chan bool
}

// The field tells whether there is something to cancel.
func (l *leader) follow(ctx context.Context) {
	var stop context.CancelFunc
	for leads := range l.turns {
		if leads {
			if !l.isRunning {
				var running context.Context
				running, stop = context.WithCancel(ctx)
				go func() { _ = serve(running) }()
				l.isRunning = true
			}
		} else if l.isRunning {
			stop()
			l.isRunning = false
		}
	}
	if l.isRunning {
		stop()
	}
}

// What cancels the parent ends the child too.
func child(done <-chan struct{}) {
	var cancel context.CancelFunc
	for {
		select {
		case <-time.After(time.Second):
			var ctx context.Context
			ctx, cancel = context.WithCancel(context.Background())
			ctx, _ = context.WithTimeout(ctx, time.Minute)
			_ = serve(ctx)
		case <-done:
			if cancel != nil {
				cancel()
			}
			return
		}
	}
}

func serveUntilClosed(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	if err := serve(ctx); errors.Is(err, errBusy) {
		// The connection was closed since the parent was cancelled.
		return err
	}
	cancel()
	return nil
}

func derived(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc, bool) {
	if limit < 0 {
		return nil, nil, false
	}
	child, cancel := context.WithTimeout(ctx, limit)
	return child, cancel, true
}

// Without the third result there is no second.
func asked(ctx context.Context, limit time.Duration) error {
	child, cancel, ok := derived(ctx, limit)
	if !ok {
		return errBusy
	}
	defer cancel()
	return serve(child)
}
