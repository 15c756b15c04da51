package imports

import (
	"context"
	"database/sql"
	"net/http"
)

var db *sql.DB

// The import is used nowhere else.
func handle(w http.ResponseWriter, r *http.Request) {
	_ = db.PingContext(context.Background())
	// want "ignores `r.Context\(\)`"
}
