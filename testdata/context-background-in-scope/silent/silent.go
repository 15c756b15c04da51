package silent

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"time"
)

type key struct{}

type server struct {
	http   *http.Server
	db     *sql.DB
	ctx    context.Context
	cancel context.CancelFunc
}

func use(context.Context) {}

func (s *server) deferred(ctx context.Context) {
	defer s.http.Shutdown(context.Background())
	defer func() {
		c, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		use(c)
	}()
}

func (s *server) goroutine(ctx context.Context) {
	go use(context.Background())
	go func() { use(context.Background()) }()
}

func (s *server) stop(ctx context.Context, tx *sql.Tx) error {
	rollback(context.Background(), tx)
	return s.http.Shutdown(context.Background())
}

func rollback(ctx context.Context, tx *sql.Tx) { _ = tx.Rollback() }

func (s *server) returned(ctx context.Context) func() {
	return func() { use(context.Background()) }
}

func (s *server) fallback(ctx context.Context) {
	if ctx == nil {
		ctx = context.Background()
		use(context.Background())
	}
	use(ctx)
}

func (s *server) after(ctx context.Context) {
	<-ctx.Done()
	use(context.Background())
}

func (s *server) selected(ctx context.Context, jobs chan int) {
	select {
	case <-jobs:
	case <-ctx.Done():
		use(context.Background())
	}
}

func (s *server) ended(ctx context.Context) {
	if ctx.Err() != nil {
		use(context.Background())
	}
}

func (s *server) logged(ctx context.Context, logger *slog.Logger) {
	logger.InfoContext(context.Background(), "here")
	slog.LogAttrs(context.Background(), slog.LevelInfo, "here")
}

// Values go along, cancellation does not: as WithoutCancel does.
func (s *server) values(ctx context.Context) {
	use(context.WithValue(context.Background(), key{}, ctx.Value(key{})))
}

func (s *server) commented(ctx context.Context) {
	// The audit entry must be written even if the client is gone.
	use(context.Background())
	use(context.Background()) // on purpose
}

func (s *server) unnamed(_ context.Context) {
	use(context.Background())
}

func (s *server) start(ctx context.Context) {
	s.ctx, s.cancel = context.WithCancel(context.Background())
}

func newServer(ctx context.Context) *server {
	own, cancel := context.WithCancel(context.Background())
	return &server{ctx: own, cancel: cancel}
}

func (s *server) spawned(ctx context.Context) {
	own, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		use(own)
	}()
}

func (s *server) without() {
	use(context.Background())
	ctx := context.Background()
	use(context.Background())
	use(ctx)
}

func detach(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Second)
}

func (s *server) stored(ctx context.Context) {
	s.ctx = context.Background()
	base := context.Background()
	use(base)
}

type client struct{ conn *connection }

type connection struct{}

func dial(ctx context.Context) (*connection, error) { return &connection{}, ctx.Err() }

// What is stored outlives the call.
func (c *client) connect(ctx context.Context) (err error) {
	c.conn, err = dial(context.Background())
	return err
}

func (s *server) global(ctx context.Context, isSet bool) {
	// Set the global values, whatever the caller has
	// put in the place of them.
	if isSet {
		use(context.Background())
	}
}
