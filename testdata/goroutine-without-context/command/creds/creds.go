// Package creds watches files.
package creds

import "time"

// Watcher watches.
type Watcher struct{ turns int }

// Process never ends.
func (w *Watcher) Process() {
	for {
		time.Sleep(time.Second)
		w.turns++
	}
}
