package grows

import (
	"context"
	"net/http/httptrace"
	"time"
)

type key struct{}

type worker struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func retry(ctx context.Context, do func(context.Context) error) error {
	var err error
	var cancel context.CancelFunc
	for range 3 {
		ctx, cancel = context.WithTimeout(ctx, time.Second) // want "`ctx` is made from the `ctx` of the loop.s last turn, and ends with it"
		err = do(ctx)
		cancel()
		if err == nil {
			return nil
		}
	}
	return err
}

func serve(ctx context.Context, messages <-chan string, do func(context.Context)) {
	for message := range messages {
		ctx = context.WithValue(ctx, key{}, message) // want "`ctx` is made from the `ctx` of the loop.s last turn, and keeps all before it"
		do(ctx)
	}
}

// The key is the same for all of them.
func each(ctx context.Context, items []string, do func(context.Context, string)) {
	for _, item := range items {
		ctx = context.WithValue(ctx, key{}, "item") // want "and keeps all before it"
		do(ctx, item)
	}
}

func (w *worker) restart(do func(context.Context)) {
	for {
		w.ctx, w.cancel = context.WithCancel(w.ctx) // want "`w.ctx` is made from the `w.ctx`"
		do(w.ctx)
		w.cancel()
	}
}

// Only one of the cases starts anew, and that leaves.
func selects(ctx context.Context, again, over <-chan bool, do func(context.Context)) {
	for {
		select {
		case <-again:
			ctx, _ = context.WithDeadline(ctx, time.Now()) // want "ends with it"
			do(ctx)
		case <-over:
			return
		}
	}
}

func traced(ctx context.Context, urls []string, get func(context.Context, string)) {
	for _, url := range urls {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{}) // want "keeps all before it"
		get(ctx, url)
	}
}

func both(ctx context.Context, do func(context.Context) error) {
	var cancel context.CancelFunc
	for {
		if do(ctx) != nil {
			ctx, cancel = context.WithTimeout(ctx, time.Second) // want "ends with it"
		} else {
			ctx, cancel = context.WithTimeout(ctx, time.Minute) // want "ends with it"
		}
		cancel()
	}
}

// The outer loop comes round, the inner one does not.
func inner(ctx context.Context, do func(context.Context)) {
	for {
		for {
			ctx = context.WithValue(ctx, key{}, "inner") // want "keeps all before it"
			do(ctx)
			break
		}
	}
}
