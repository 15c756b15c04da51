package retries

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

type service struct{ running bool }

func (s *service) IsRunning() bool { return s.running }

type client struct {
	*service
	listener net.Listener
	dial     func() (net.Conn, error)
}

func (c *client) handle(conn net.Conn) { _ = conn.Close() }

// Closing the listener ends it, though the loop also waits when there are too many connections.
func (c *client) accepts(ctx context.Context) {
	go func() {
		for {
			conn, err := c.listener.Accept()
			if err != nil {
				text := err.Error()
				if strings.Contains(text, "use of closed network") {
					break
				}
				if strings.Contains(text, "too many") {
					time.Sleep(time.Second)
				}
				continue
			}
			c.handle(conn)
		}
	}()
}

func (c *client) accepting(ctx context.Context) {
	go func() {
		for {
			conn, err := c.listener.Accept()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				time.Sleep(time.Second)
			default:
				c.handle(conn)
			}
		}
	}()
}

// A write fails once the other side has gone.
func (c *client) pads(ctx context.Context, w io.Writer) {
	go func() {
		for {
			if _, err := w.Write(bytes.Repeat([]byte{'x'}, 8)); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
	}()
}

// The owner says when it does not run any more.
func (c *client) subscribes(ctx context.Context) {
	go c.resubscribe()
}

func (c *client) resubscribe() net.Conn {
	for {
		if !c.IsRunning() {
			return nil
		}
		conn, err := c.dial()
		if err == nil {
			return conn
		}
		time.Sleep(time.Second)
	}
}

// It gives up in the end.
func (c *client) counts(ctx context.Context) {
	go func() {
		attempts := 0
		for {
			conn, err := c.dial()
			if err == nil {
				c.handle(conn)
				return
			}
			attempts++
			if 10 < attempts {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

type watcher interface {
	Watch(ctx context.Context) receiver
}

type receiver interface {
	Recv() (string, error)
}

// What it receives from was made with the context, whose end is the stream's too.
func streams(ctx context.Context, w watcher) {
	stream := w.Watch(ctx)
	go func() {
		for {
			if _, err := stream.Recv(); err == nil {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

// Only success ends it.
func (c *client) connects(ctx context.Context) {
	go func() { // want "goroutine tries again until it succeeds, whatever becomes of `ctx`"
		for {
			conn, err := c.dial()
			if err == nil {
				c.handle(conn)
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

func (c *client) reconnects(ctx context.Context) {
	go func() { // want "goroutine tries again until it succeeds"
		for {
			conn, err := c.dial()
			if err != nil {
				time.Sleep(time.Second)
				continue
			}
			c.handle(conn)
			break
		}
	}()
}

type store struct{ paid map[int]bool }

func (s *store) get(id int) (bool, bool) {
	paid, ok := s.paid[id]
	return paid, ok
}

// Nobody hears that it waits for what may never come.
func (s *store) waits(ctx context.Context, id int, ship func()) {
	go func() { // want "goroutine tries again until it succeeds"
		for {
			if paid, ok := s.get(id); ok && paid {
				ship()
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

// Taking it out of the store ends it.
func (s *store) waitsWhileKnown(ctx context.Context, id int, ship func()) {
	go func() {
		for {
			paid, ok := s.get(id)
			if !ok {
				return
			}
			if paid {
				ship()
				return
			}
			time.Sleep(time.Second)
		}
	}()
}
