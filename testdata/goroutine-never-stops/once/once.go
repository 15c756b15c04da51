// Package once starts goroutines that run as long as the process.
package once

import (
	"context"
	"sync"
	"time"
)

// Options is a command in the manner of libraries that read tags and call Run.
type Options struct {
	Listen string `help:"Where to listen" default:":8080"`
}

// Run runs the command.
func (o *Options) Run() error {
	go tick()
	return nil
}

func tick() {
	for {
		time.Sleep(time.Second)
	}
}

// A registration is made by init, and its function called by whoever has it.
type registration struct {
	name string
	make func(ctx context.Context) (any, error)
}

var (
	mu            sync.Mutex
	registrations []registration
)

func register(r registration) {
	mu.Lock()
	defer mu.Unlock()
	registrations = append(registrations, r)
}

func init() {
	register(registration{
		name: "ticker",
		make: func(ctx context.Context) (any, error) {
			m := &monitor{}
			go m.run()
			return m, nil
		},
	})
	trace("start", func() {
		go tick()
	})
}

type monitor struct{ turns int }

func (m *monitor) run() {
	for {
		time.Sleep(time.Second)
		m.turns++
	}
}

func trace(name string, step func()) {
	println(name)
	step()
}

type syncer struct{ turns int }

// start starts the syncer. No stop function is needed, because it may
// exit with the process.
func (s *syncer) start() {
	go func() {
		for {
			time.Sleep(time.Second)
			s.turns++
		}
	}()
}

// NewSyncer makes one for each caller.
func NewSyncer() *syncer {
	s := &syncer{}
	s.start()
	return s
}
