package ownership

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"testing"
	"time"
)

var errBusy = errors.New("busy")

func serve(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func deferred(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return serve(ctx)
}

func deferredLiteral(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		if err != nil {
			cancel()
		}
	}()
	return serve(ctx)
}

func bothBranches(ctx context.Context, x bool) {
	ctx, cancel := context.WithCancel(ctx)
	if x {
		cancel()
		return
	}
	_ = serve(ctx)
	cancel()
}

func sameCondition(ctx context.Context, x bool) {
	var cancel context.CancelFunc
	if x {
		ctx, cancel = context.WithCancel(ctx)
	}
	_ = serve(ctx)
	if x {
		cancel()
	}
}

func nilGuard(ctx context.Context, limit time.Duration) error {
	var cancel context.CancelFunc
	if 0 < limit {
		ctx, cancel = context.WithTimeout(ctx, limit)
	}
	err := serve(ctx)
	if cancel != nil {
		cancel()
	}
	return err
}

func promisedBefore(ctx context.Context, limits []time.Duration) {
	cancel := func() {}
	defer func() { cancel() }()
	for _, limit := range limits {
		cancel()
		ctx, cancel = context.WithTimeout(ctx, limit)
		_ = serve(ctx)
	}
}

func returned(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, cancel
}

func returnedNaked(parent context.Context) (ctx context.Context, cancel context.CancelFunc) {
	ctx, cancel = context.WithCancel(parent)
	return
}

func returnedAsFunc(ctx context.Context) func() {
	ctx, cancel := context.WithCancel(ctx)
	go serve(ctx)
	return func() { cancel() }
}

func returnedInStruct(ctx context.Context) *worker {
	ctx, cancel := context.WithCancel(ctx)
	return &worker{ctx: ctx, cancel: cancel}
}

type worker struct {
	ctx     context.Context
	cancel  context.CancelFunc
	cancels []context.CancelFunc
	byName  map[string]context.CancelFunc
}

func (w *worker) close() { w.cancel() }

func (w *worker) run() { _ = serve(w.ctx) }

func (w *worker) field(ctx context.Context) {
	w.ctx, w.cancel = context.WithCancel(ctx)
}

func (w *worker) fieldByVariable(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	w.ctx = ctx
	w.cancel = cancel
}

func (w *worker) slice(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	w.cancels = append(w.cancels, cancel)
	go serve(ctx)
}

func (w *worker) mapped(ctx context.Context, name string) {
	ctx, cancel := context.WithCancel(ctx)
	w.byName[name] = cancel
	go serve(ctx)
}

func localSlice(ctx context.Context, n int) {
	var cancels []context.CancelFunc
	for range n {
		sub, cancel := context.WithCancel(ctx)
		cancels = append(cancels, cancel)
		go serve(sub)
	}
	for _, cancel := range cancels {
		cancel()
	}
}

func localStruct(ctx context.Context) {
	sub, cancel := context.WithCancel(ctx)
	w := &worker{ctx: sub, cancel: cancel}
	defer w.close()
	w.run()
}

func localStructField(ctx context.Context) {
	sub, cancel := context.WithCancel(ctx)
	w := worker{ctx: sub, cancel: cancel}
	w.run()
	w.cancel()
}

func registered(ctx context.Context, all *sync.Map) {
	sub, cancel := context.WithCancel(ctx)
	w := &worker{ctx: sub, cancel: cancel}
	all.Store(sub, w)
}

var stopAll context.CancelFunc

func global(ctx context.Context) {
	ctx, stopAll = context.WithCancel(ctx)
	go serve(ctx)
}

func globalByVariable(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	stopAll = cancel
	go serve(ctx)
}

func inGoroutine(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		<-done
		cancel()
	}()
	go serve(ctx)
}

func goItself(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	go cancel()
}

func passedToGoroutine(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	go cancelAfter(done, cancel)
	go serve(ctx)
}

func cancelAfter(done chan struct{}, cancel func()) {
	<-done
	cancel()
}

func afterFunc(ctx, other context.Context) {
	sub, cancel := context.WithCancel(ctx)
	context.AfterFunc(other, cancel)
	go serve(sub)
}

func timer(ctx context.Context) {
	sub, cancel := context.WithCancel(ctx)
	time.AfterFunc(time.Second, cancel)
	go serve(sub)
}

func once(ctx context.Context) func() {
	_, cancel := context.WithCancel(ctx)
	return sync.OnceFunc(cancel)
}

func cleanup(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return ctx
}

func sent(ctx context.Context, out chan<- context.CancelFunc) {
	_, cancel := context.WithCancel(ctx)
	out <- cancel
}

func passedToValue(ctx context.Context, keep func(context.CancelFunc)) {
	_, cancel := context.WithCancel(ctx)
	keep(cancel)
}

func outer(ctx context.Context) error {
	var cancel context.CancelFunc
	start := func() {
		ctx, cancel = context.WithCancel(ctx)
	}
	start()
	defer cancel()
	return serve(ctx)
}

func fatal(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	if err := serve(ctx); err != nil {
		log.Fatal(err)
	}
	cancel()
}

func neverReturns(ctx context.Context, x bool) {
	ctx, cancel := context.WithCancel(ctx)
	if x {
		die()
	}
	_ = serve(ctx)
	cancel()
}

func die() { os.Exit(1) }

func forEver(ctx context.Context) {
	ctx, _ = signal.NotifyContext(ctx, os.Interrupt)
	for {
		_ = serve(ctx)
	}
}

func terminatingDefault(ctx context.Context, n int) {
	_, cancel := context.WithCancel(ctx)
	switch n {
	case 0:
		cancel()
	default:
		panic("unknown")
	}
}

func meant(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	_ = cancel
	return ctx
}

func doneByThen(ctx context.Context, results chan int) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case n := <-results:
		cancel()
		return n, nil
	}
}

func hasErr(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	if err := ctx.Err(); err != nil {
		return err
	}
	err := serve(ctx)
	cancel()
	return err
}

func guardedByContext(parent context.Context, commands chan string) {
	var ctx context.Context
	var cancel context.CancelFunc
	for command := range commands {
		switch command {
		case "start":
			if ctx != nil {
				continue
			}
			ctx, cancel = context.WithCancel(parent)
			go serve(ctx)
		case "stop":
			if ctx != nil {
				cancel()
				ctx = nil
			}
		}
	}
	if ctx != nil {
		cancel()
	}
}

func gotos(ctx context.Context, x bool) {
	_, cancel := context.WithCancel(ctx)
	if x {
		goto done
	}
	println()
done:
	cancel()
}

func callback(ctx context.Context, server *http.Server) {
	_, cancel := context.WithCancel(ctx)
	server.RegisterOnShutdown(cancel)
}

func nobodyWaits(fail bool) (*worker, error) {
	ctx, cancel := context.WithCancel(context.Background())
	if fail {
		return nil, errBusy
	}
	return &worker{ctx: ctx, cancel: cancel}, nil
}

type holder interface{ hold(func()) }

func throughInterface(ctx context.Context, h holder) {
	_, cancel := context.WithCancel(ctx)
	h.hold(cancel)
}

func calledThroughCopy(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	stop := cancel
	defer stop()
}

func calledThroughCondition(ctx context.Context, limit time.Duration) error {
	stop := func() {}
	if 0 < limit {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		stop = cancel
	}
	defer stop()
	return serve(ctx)
}

func droppedAndDone(ctx context.Context) {
	ctx, _ = context.WithTimeout(ctx, time.Second)
	<-ctx.Done()
}

// The parent ends with the function, and the child with it.
func childOfOwn(ctx context.Context, x bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	child, cancelChild := context.WithCancel(ctx)
	if x {
		return errBusy
	}
	err := serve(child)
	cancelChild()
	return err
}
