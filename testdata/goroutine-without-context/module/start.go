// Package start starts what another package runs.
package start

import (
	"context"

	"example.com/module/worker"
)

// Handler handles.
type Handler struct{}

// Serve serves one request.
func (h *Handler) Serve(ctx context.Context, p *worker.Pool) error {
	go p.Spin() // want "runs `worker.Pool.Spin`, which never ends and does not look at `ctx`"
	go func() { // want "runs `worker.Pool.Spin`"
		println("start")
		p.Spin()
	}()
	go p.Run()
	go p.Watch()
	go p.Counted()
	go p.Once()
	go func() {
		p.Spin()
		println("more to do, for all that can be seen")
	}()
	return ctx.Err()
}

var pool worker.Pool

func init() {
	go pool.Spin()
}
