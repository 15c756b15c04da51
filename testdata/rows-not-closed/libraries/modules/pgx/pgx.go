package pgx

import "context"

type Rows interface {
	Close()
	Err() error
	Next() bool
	Scan(dest ...any) error
	Values() ([]any, error)
}

type Tx interface {
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}

type Conn struct{}

func (*Conn) Query(ctx context.Context, sql string, args ...any) (Rows, error) { return nil, nil }

func (*Conn) Begin(ctx context.Context) (Tx, error) { return nil, nil }

func CollectRows[T any](rows Rows, fn func(row Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	return nil, rows.Err()
}

func RowTo[T any](row Rows) (value T, err error) { return value, row.Scan(&value) }
