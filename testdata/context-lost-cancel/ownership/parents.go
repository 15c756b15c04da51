package ownership

import (
	"context"
	"time"
)

type logger struct{ name string }

type loggerKey struct{}

func withLogger(ctx context.Context, l *logger) context.Context {
	return context.WithValue(ctx, loggerKey{}, l)
}

// The root ends with the function, and with it what is derived from it.
func rebalances(ticks <-chan time.Time, failed <-chan error) error {
	root, cancelAll := context.WithCancel(withLogger(context.Background(), &logger{"all"}))
	defer cancelAll()
	ctx, cancel := context.WithCancel(withLogger(root, &logger{"one"}))
	go serve(ctx)
	select {
	case <-ticks:
		cancel()
		return nil
	case err := <-failed:
		return err
	}
}

// Nobody waits for it.
func droppedWithoutParent(ctx context.Context, isFree bool) error {
	if isFree {
		ctx, _ = context.WithCancel(context.Background())
	}
	return check(ctx)
}

func check(ctx context.Context) error { return ctx.Err() }

// Only the context that takes its place waits for the first one.
func replaced(limit time.Duration) error {
	ctx, cancel := context.WithCancel(context.Background())
	if 0 < limit {
		ctx, cancel = context.WithTimeout(ctx, limit)
	}
	defer cancel()
	go serve(ctx)
	return check(ctx)
}

func droppedInGoroutine() {
	ctx, _ := context.WithCancel(context.Background()) // want "the cancel function of `context.WithCancel` is dropped"
	go serve(ctx)
}

// The first goroutine goes on.
func replacedInGoroutine(limit time.Duration) error {
	ctx, cancel := context.WithCancel(context.Background()) // want "`cancel` is overwritten before it is called"
	go serve(ctx)
	if 0 < limit {
		ctx, cancel = context.WithTimeout(ctx, limit)
	}
	defer cancel()
	return check(ctx)
}

// The root goes on where it is not cancelled.
func endsEarly(ctx context.Context, busy bool) error {
	root, cancelAll := context.WithCancel(ctx)                            // want "`cancelAll` is not called on every path"
	child, cancel := context.WithCancel(withLogger(root, &logger{"one"})) // want "`cancel` is not called on every path"
	if busy {
		return errBusy
	}
	defer cancelAll()
	defer cancel()
	return serve(child)
}
