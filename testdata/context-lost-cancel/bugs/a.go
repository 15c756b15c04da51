package bugs

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"
)

var errBusy = errors.New("busy")

func serve(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func returnsEarly(ctx context.Context, busy bool) error {
	ctx, cancel := context.WithCancel(ctx) // want "`cancel` is not called on every path"
	if busy {
		return errBusy
	}
	defer cancel()
	return serve(ctx)
}

func dropped(ctx context.Context) error {
	ctx, _ = context.WithTimeout(ctx, time.Second) // want "the cancel function of `context.WithTimeout` is dropped, so it is never called"
	return serve(ctx)
}

func droppedCause(ctx context.Context) error {
	ctx, _ = context.WithTimeoutCause(ctx, time.Second, errBusy) // want "the cancel function of `context.WithTimeoutCause` is dropped"
	return serve(ctx)
}

func oneCase(ctx context.Context, n int) error {
	ctx, cancel := context.WithDeadline(ctx, time.Now()) // want "`cancel` is not called on every path"
	switch n {
	case 0:
		cancel()
	case 1:
		return serve(ctx)
	default:
		panic("unknown")
	}
	return nil
}

func overwritten(ctx context.Context, hosts []string) {
	var cancel context.CancelFunc
	for range hosts {
		ctx, cancel = context.WithCancel(ctx) // want "`cancel` is overwritten before it is called"
		_ = serve(ctx)
	}
	cancel()
}

func nextTurn(ctx context.Context, hosts []string) {
	for _, host := range hosts {
		sub, cancel := context.WithCancel(ctx) // want "`cancel` is not called on every path"
		if host == "" {
			continue
		}
		_ = serve(sub)
		cancel()
	}
}

func stop(ctx context.Context, fail bool) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt) // want "`stop` is not called on every path"
	if fail {
		return errBusy
	}
	err := serve(ctx)
	stop()
	return err
}

func withCause(ctx context.Context, fail bool) error {
	ctx, cancel := context.WithCancelCause(ctx) // want "`cancel` is not called on every path"
	if fail {
		return errBusy
	}
	err := serve(ctx)
	cancel(err)
	return err
}

func inLiteral(ctx context.Context) {
	go func() {
		sub, cancel := context.WithCancel(ctx) // want "`cancel` is not called on every path"
		if serve(sub) != nil {
			return
		}
		cancel()
	}()
}

func withDefaults(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Minute)
}

func byWrapper(ctx context.Context) error {
	ctx, cancel := withDefaults(ctx) // want "`cancel` is not called on every path"
	if err := serve(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

func goroutineWaits(fail bool) error {
	ctx, cancel := context.WithCancel(context.Background()) // want "`cancel` is not called on every path"
	go serve(ctx)
	if fail {
		return errBusy
	}
	defer cancel()
	return nil
}

func afterItsEnd(ctx context.Context, done chan int) error {
	ctx, cancel := context.WithCancel(ctx) // want "`cancel` is not called on every path"
	select {
	case <-ctx.Done():
		return ctx.Err()
	case n := <-done:
		if n < 0 {
			return errBusy
		}
		cancel()
		return nil
	}
}

func droppedAtFirst(ctx context.Context, wait chan int) error {
	limited, _ := context.WithTimeout(ctx, time.Second) // want "the cancel function of `context.WithTimeout` is dropped"
	select {
	case <-limited.Done():
		return limited.Err()
	case <-wait:
		return nil
	}
}

func droppedWithCause(ctx context.Context) error {
	ctx2, _ := context.WithCancelCause(ctx) // want "the cancel function of `context.WithCancelCause` is dropped"
	return serve(ctx2)
}

func droppedInLiterals(ctx context.Context) (func() error, func() error) {
	first := func() error {
		ctx, _ := context.WithTimeout(ctx, time.Second) // want "the cancel function of `context.WithTimeout` is dropped"
		return serve(ctx)
	}
	second := func() error {
		ctx, _ := context.WithTimeout(ctx, time.Minute) // want "the cancel function of `context.WithTimeout` is dropped"
		return serve(ctx)
	}
	return first, second
}
