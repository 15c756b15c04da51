package silent

import (
	"context"
	"time"
)

// Lives as long as a call.
type fetchRequest struct {
	ctx context.Context
	url string
}

type Options struct {
	Context context.Context
}

type rowIterator struct {
	ctx context.Context
}

// Owns the life of the context.
type server struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// A context itself.
type detached struct {
	parent context.Context
}

func (d detached) Deadline() (time.Time, bool) { return time.Time{}, false }
func (d detached) Done() <-chan struct{}       { return nil }
func (d detached) Err() error                  { return nil }
func (d detached) Value(key any) any           { return d.parent.Value(key) }

type embedded struct {
	context.Context
}

type factory struct {
	base func() context.Context
}
