package bug

import (
	"context"
	"database/sql"
	"net/http"
	"time"
)

type store struct{ db *sql.DB }

func (s *store) count(ctx context.Context) (n int, err error) {
	err = s.db.QueryRowContext(context.Background(), "SELECT 1").Scan(&n)
	// want "`context.Background\(\)` ignores `ctx`"
	return n, err
}

func (s *store) later(ctx context.Context) error {
	return s.db.PingContext(context.TODO())
	// want "`context.TODO\(\)` ignores `ctx`"
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = s.db.PingContext(context.Background())
	// want "ignores `r.Context\(\)`"
}

func (s *store) timeout(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	// want "ignores `r.Context\(\)`"
	defer cancel()
	_ = s.db.PingContext(ctx)
}

// The innermost context is the one to pass.
func (s *store) derived(parent context.Context) error {
	ctx, cancel := context.WithTimeout(parent, time.Second)
	defer cancel()
	_ = ctx
	return s.db.PingContext(context.Background())
	// want "ignores `ctx`"
}

func (s *store) fromRequest(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	_ = s.db.PingContext(context.Background())
	// want "ignores `ctx`"
	_ = ctx
}

func literal(s *store) func(context.Context) error {
	return func(ctx context.Context) error {
		return s.db.PingContext(context.Background())
		// want "ignores `ctx`"
	}
}

type informers struct{}

func (informers) InformerFor(ctx context.Context) {}
func (informers) Login(ctx context.Context)       {}

// Neither is a logger.
func similar(ctx context.Context, i informers) {
	i.InformerFor(context.Background())
	// want "ignores `ctx`"

	i.Login(context.Background())
	// want "ignores `ctx`"
}
