package ownership

import (
	"context"
	"time"
)

type request struct{ ctx context.Context }

// Only a context without a deadline is given one, and the first has one.
func (r *request) limit(wait time.Duration) context.CancelFunc {
	var cancel context.CancelFunc
	if r.ctx == nil && wait > 0 {
		r.ctx, cancel = context.WithTimeout(context.Background(), wait)
	}
	if r.ctx != nil {
		if _, hasDeadline := r.ctx.Deadline(); !hasDeadline {
			r.ctx, cancel = context.WithTimeout(r.ctx, time.Second)
		}
	}
	return cancel
}

func (r *request) shorten(wait time.Duration) context.CancelFunc {
	var cancel context.CancelFunc
	if r.ctx == nil {
		r.ctx, cancel = context.WithTimeout(context.Background(), wait) // want `cancel`
	}
	if _, hasDeadline := r.ctx.Deadline(); hasDeadline {
		r.ctx, cancel = context.WithTimeout(r.ctx, time.Second)
	}
	return cancel
}
