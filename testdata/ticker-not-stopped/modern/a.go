package modern

import "time"

// Since Go 1.23 a ticker that nobody can reach is collected.
func poll(done chan struct{}) {
	ticker := time.NewTicker(time.Second)
	for {
		select {
		case <-ticker.C:
		case <-done:
			return
		}
	}
}
