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

// Start is called by main too.
func (d *Daemon) Start() {
	go d.report()
}

func (d *Daemon) report() {
	for {
		time.Sleep(time.Minute)
		d.turns = 0
	}
}
