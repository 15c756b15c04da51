package fields

import "time"

// Limit is in a file that does not import net/http.
func (l *Limited) Limit(d time.Duration) {
	l.client.Timeout = d
}
