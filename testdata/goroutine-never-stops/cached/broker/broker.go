// Package broker has what is kept for the process, though requests ask for it.
package broker

import (
	"time"

	"example.com/cached/once"
)

// Broker hands events on.
type Broker struct {
	events chan string
	turns  int
}

// Get makes the broker for the first who asks.
func Get() *Broker {
	return once.Get(func() *Broker {
		b := &Broker{events: make(chan string, 1)}
		go b.listen()
		return b
	})
}

// Publish publishes.
func (b *Broker) Publish(event string) { b.events <- event }

func (b *Broker) listen() {
	for {
		println(<-b.events)
	}
}

var clients = once.NewManager()

// Client makes a client for each host.
func Client(host string) (any, error) {
	return clients.Resource(host, func() (any, error) {
		return connect(host)
	})
}

func connect(host string) (*Broker, error) {
	b := &Broker{events: make(chan string, 1)}
	go b.watch()
	return b, nil
}

func (b *Broker) watch() {
	for {
		time.Sleep(time.Second)
		b.turns++
	}
}

// New is called for each request, and no cache is between.
func New() *Broker {
	b := &Broker{events: make(chan string, 1)}
	run(func() {
		go b.watch() // want "never stops"
	})
	return b
}

func run(step func()) {
	println("run")
	step()
}

// Reload is called by main, but in a loop.
func Reload() *Broker {
	b := &Broker{events: make(chan string, 1)}
	go b.watch() // want "never stops"
	return b
}
