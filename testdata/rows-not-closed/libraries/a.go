package libraries

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jmoiron/sqlx"
)

func sqlxRows(db *sqlx.DB) (bool, error) {
	rows, err := db.Queryx("SELECT 1") // want "`rows` is not closed on every path"
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

func plainRows(db *sqlx.DB) (bool, error) {
	rows, err := db.Query("SELECT 1") // want "`rows` is not closed on every path"
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

func ofTransaction(tx *sqlx.Tx) (bool, error) {
	rows, err := tx.Queryx("SELECT 1")
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

func structScan(db *sqlx.DB, into any) error {
	rows, err := db.Queryx("SELECT 1")
	if err != nil {
		return err
	}
	return sqlx.StructScan(rows, into)
}

func pgxRows(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	rows, err := pool.Query(ctx, "SELECT 1") // want "`rows` is not closed on every path"
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

// Scan closes the rows when it fails.
func failed(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT 1")
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(); err != nil {
			return err
		}
		if _, err = rows.Values(); err != nil {
			return err
		}
	}
	return rows.Err()
}

func collected(ctx context.Context, conn *pgx.Conn) ([]int, error) {
	rows, err := conn.Query(ctx, "SELECT 1")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int])
}
