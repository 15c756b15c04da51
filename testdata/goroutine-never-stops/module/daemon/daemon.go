// Package daemon has a service that its command makes once.
package daemon

import "time"

// Daemon is the service.
type Daemon struct{ turns int }

// New is called by main alone.
func New(path string) (*Daemon, error) {
	d := &Daemon{}
	go d.collect()
	return d, nil
}

func (d *Daemon) collect() {
	for {
		time.Sleep(time.Second)
		d.turns++
	}
}
