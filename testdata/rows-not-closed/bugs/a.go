package bugs

import (
	"context"
	"database/sql"
	"errors"
)

func returnsInLoop(db *sql.DB) ([]string, error) {
	rows, err := db.Query("SELECT name FROM users") // want "`rows` is not closed on every path"
	if err != nil {
		return nil, err
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func breaksOut(ctx context.Context, conn *sql.Conn) (int, error) {
	rows, err := conn.QueryContext(ctx, "SELECT n FROM t") // want "`rows` is not closed on every path"
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		if 10 < n {
			break
		}
		n++
	}
	return n, rows.Err()
}

func onlyOne(stmt *sql.Stmt) (bool, error) {
	rows, err := stmt.Query(1) // want "`rows` is not closed on every path"
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

func first(db *sql.DB) (n int, err error) {
	rows, err := db.Query("SELECT n FROM t") // want "`rows` is not closed on every path"
	if err != nil {
		return 0, err
	}
	if rows.Next() {
		err = rows.Scan(&n)
	}
	return n, err
}

func dropped(db *sql.DB) error {
	_, err := db.Query("DELETE FROM t") // want "the rows of `db.Query` are dropped, so they are never closed"
	return err
}

func overwritten(db *sql.DB) error {
	rows, err := db.Query("SELECT 1") // want "`rows` is overwritten before it is closed"
	if err != nil {
		return err
	}
	rows, err = db.Query("SELECT 2")
	if err != nil {
		return err
	}
	return rows.Close()
}

func perTable(db *sql.DB, tables []string) error {
	for _, table := range tables {
		rows, err := db.Query("SELECT * FROM " + table) // want "`rows` is not closed on every path"
		if err != nil {
			return err
		}
		if columns, err := rows.Columns(); err != nil || len(columns) == 0 {
			continue
		}
		rows.Close()
	}
	return nil
}

func noRollback(db *sql.DB) error {
	tx, err := db.Begin() // want "`tx` is not committed or rolled back on every path"
	if err != nil {
		return err
	}
	if _, err := tx.Exec("DELETE FROM t"); err != nil {
		return err
	}
	return tx.Commit()
}

func statement(db *sql.DB, names []string) error {
	stmt, err := db.Prepare("INSERT INTO t VALUES (?)") // want "`stmt` is not closed on every path"
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := stmt.Exec(name); err != nil {
			return err
		}
	}
	return stmt.Close()
}

func connection(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx) // want "`conn` is not closed on every path"
	if err != nil {
		return err
	}
	return conn.PingContext(ctx)
}

type store struct{ db *sql.DB }

func (s *store) query(table string) (*sql.Rows, error) {
	if table == "" {
		return nil, errors.New("no table")
	}
	return s.db.Query("SELECT * FROM " + table)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func throughInterface(ctx context.Context, q querier) (bool, error) {
	rows, err := q.QueryContext(ctx, "SELECT 1") // want "`rows` is not closed on every path"
	if err != nil {
		return false, err
	}
	return rows.Next(), rows.Err()
}

func check(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	_, err = rows.Columns()
	return err
}

func checked(db *sql.DB) error {
	rows, err := db.Query("SELECT 1") // want "`rows` is not closed on every path"
	if bad := check(rows, err); bad != nil {
		return bad
	}
	return rows.Close()
}
