package ownership

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"log"
	"time"
)

func deferred(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(); err != nil {
			return err
		}
	}
	return rows.Err()
}

func deferredLiteral(db *sql.DB) (err error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	rows.Next()
	return nil
}

// Next has closed the rows once it returns false.
func toTheEnd(db *sql.DB) (n int, err error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func continues(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(); err != nil {
			log.Print(err)
			continue
		}
	}
	return rows.Err()
}

func noRow(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	if !rows.Next() {
		return sql.ErrNoRows
	}
	return rows.Close()
}

func hasRow(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	ok := rows.Next()
	if !ok {
		return rows.Err()
	}
	return rows.Close()
}

func closedOnError(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(); err != nil {
			rows.Close()
			return err
		}
	}
	return nil
}

func returned(db *sql.DB) (*sql.Rows, error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return rows, nil
}

type cursor struct {
	rows *sql.Rows
	tx   *sql.Tx
}

func (c *cursor) Close() error { return c.rows.Close() }

func inStruct(db *sql.DB) (*cursor, error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return nil, err
	}
	return &cursor{rows: rows}, nil
}

func (c *cursor) field(db *sql.DB) (err error) {
	c.rows, err = db.Query("SELECT 1")
	return err
}

func (c *cursor) begin(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	c.tx = tx
	return nil
}

func localStruct(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	c := cursor{rows: rows}
	defer c.Close()
	return nil
}

// The rows of a transaction end with it.
func ofTransaction(tx *sql.Tx) error {
	rows, err := tx.Query("SELECT 1")
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(); err != nil {
			return err
		}
	}
	return nil
}

func ofItsStatement(tx *sql.Tx, stmt *sql.Stmt) (bool, error) {
	rows, err := tx.Stmt(stmt).Query()
	if err != nil {
		return false, err
	}
	own, err := tx.Prepare("SELECT 1")
	if err != nil {
		return false, err
	}
	more, err := own.Query()
	if err != nil {
		return false, err
	}
	return rows.Next() && more.Next(), nil
}

type dbError struct{ code int }

func asDBError(err error) *dbError {
	var known interface{ Code() int }
	if errors.As(err, &known) {
		return &dbError{known.Code()}
	}
	return nil
}

func mappedError(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if known := asDBError(err); known != nil && known.code == 23503 {
		return nil
	}
	if err != nil {
		return err
	}
	return rows.Close()
}

// The rows end with the context.
func withDeadline(ctx context.Context, db *sql.DB) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	rows, err := db.QueryContext(ctx, "SELECT 1")
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

func helperThatIterates(db *sql.DB) (int, error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return 0, err
	}
	return count(rows), nil
}

func count(rows *sql.Rows) (n int) {
	for rows.Next() {
		n++
	}
	return n
}

func helper(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	return drain(rows)
}

func drain(rows *sql.Rows) error {
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

func deferredHelper(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	defer closeQuietly(rows)
	rows.Next()
	return nil
}

func closeQuietly(c io.Closer) { _ = c.Close() }

func helperThatReadsAll(db *sql.DB) ([]int, error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return nil, err
	}
	return scanAll(rows)
}

func scanAll(rows *sql.Rows) (all []int, err error) {
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			_ = rows.Close()
			return nil, err
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

func callback(db *sql.DB, each func(*sql.Rows) error) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	return each(rows)
}

func sent(db *sql.DB, out chan<- *sql.Rows) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	out <- rows
	return nil
}

func sequence(db *sql.DB) iter.Seq[int] {
	return func(yield func(int) bool) {
		rows, err := db.Query("SELECT 1")
		if err != nil {
			return
		}
		defer rows.Close()
		for rows.Next() {
			if !yield(1) {
				return
			}
		}
	}
}

func closure(db *sql.DB) (func() error, error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return nil, err
	}
	return func() error { return rows.Close() }, nil
}

func methodValue(db *sql.DB) (stop func() error, err error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return nil, err
	}
	return rows.Close, nil
}

func oneRow(db *sql.DB) (n int, err error) {
	err = db.QueryRow("SELECT 1").Scan(&n)
	return n, err
}

func committed(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("DELETE FROM t"); err != nil {
		return err
	}
	return tx.Commit()
}

func committedOrNot(db *sql.DB, work func(*sql.Tx) error) (err error) {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tx.Rollback()
			return
		}
		err = tx.Commit()
	}()
	_, err = tx.Exec("DELETE FROM t")
	return err
}

// The statement of a transaction ends with it.
func inTransaction(tx *sql.Tx, names []string) error {
	stmt, err := tx.Prepare("INSERT INTO t VALUES (?)")
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := stmt.Exec(name); err != nil {
			return err
		}
	}
	return nil
}

type statements struct{ get, put *sql.Stmt }

func prepare(db *sql.DB) (s statements, err error) {
	if s.get, err = db.Prepare("SELECT 1"); err != nil {
		return s, err
	}
	put, err := db.Prepare("SELECT 2")
	if err != nil {
		return s, err
	}
	s.put = put
	return s, nil
}

func nilGuard(db *sql.DB) error {
	var rows *sql.Rows
	defer func() {
		if rows != nil {
			rows.Close()
		}
	}()
	var err error
	rows, err = db.Query("SELECT 1")
	if err != nil {
		return err
	}
	rows.Next()
	return nil
}

func retries(db *sql.DB) error {
	var rows *sql.Rows
	var err error
	for range 3 {
		if rows, err = db.Query("SELECT 1"); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	return rows.Close()
}

// Another type of the name.
type DB struct{}

func (DB) Query(string) (*Rows, error) { return &Rows{}, nil }

type Rows struct{}

func (*Rows) Next() bool { return false }

func other(db DB) bool {
	rows, _ := db.Query("SELECT 1")
	return rows.Next()
}

// An error before the first row was found by what has closed them.
func askedFirst(db *sql.DB) error {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	if rows.Err() != nil {
		return rows.Err()
	}
	defer rows.Close()
	return nil
}

// Only rows that are closed do not tell their columns.
func columns(db *sql.DB) ([]string, error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return nil, err
	}
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if _, err := rows.ColumnTypes(); err != nil {
		return nil, err
	}
	return names, rows.Close()
}
