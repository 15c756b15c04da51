package sqlx

import (
	"database/sql"
	"io"
)

type DB struct{ *sql.DB }

type Tx struct{ *sql.Tx }

type Rows struct{ *sql.Rows }

func (*DB) Queryx(query string, args ...any) (*Rows, error) { return nil, nil }

func (*Tx) Queryx(query string, args ...any) (*Rows, error) { return nil, nil }

func StructScan(rows any, dest any) error {
	if closer, ok := rows.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
