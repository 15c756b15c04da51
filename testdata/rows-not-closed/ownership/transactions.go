package ownership

import (
	"context"
	"database/sql"
)

func names(ctx context.Context, tx *sql.Tx) (*sql.Rows, error) {
	return tx.QueryContext(ctx, "SELECT name FROM users")
}

// Rows of a transaction end with it, here with the function.
func firstName(ctx context.Context, db *sql.DB) (name string, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = tx.Rollback() }()
	rows, err := names(ctx, tx)
	if err != nil {
		return "", err
	}
	if rows.Next() {
		err = rows.Scan(&name)
	}
	return name, err
}

// The caller's transaction goes on.
func firstNameOf(ctx context.Context, tx *sql.Tx) (name string, err error) {
	rows, err := names(ctx, tx) // want "`rows` is not closed on every path"
	if err != nil {
		return "", err
	}
	if rows.Next() {
		err = rows.Scan(&name)
	}
	return name, err
}

// Until the transaction ends, those of each turn stay open.
func lastName(ctx context.Context, db *sql.DB, turns int) (name string, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = tx.Rollback() }()
	for range turns {
		rows, err := names(ctx, tx) // want "`rows` is not closed on every path"
		if err != nil {
			return "", err
		}
		if rows.Next() {
			err = rows.Scan(&name)
		}
		if err != nil {
			return "", err
		}
	}
	return name, nil
}
