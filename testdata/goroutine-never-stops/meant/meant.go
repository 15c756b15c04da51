package meant

import (
	"net"
	"net/http"
	"time"
)

type meter struct{ count, rate int }

// Runs forever: there is one meter in the process.
func (m *meter) start() {
	// Runs forever: there is one meter in the process.
	go m.tick()
}

func (m *meter) tick() {
	for {
		time.Sleep(time.Second)
		m.rate, m.count = m.count, 0
	}
}

func (m *meter) watch() {
	go func() {
		// Never ends, as the process needs it until the last moment.
		for {
			time.Sleep(time.Second)
			m.count++
		}
	}()
}

// Listen sets up a service: main calls it once, or so we must assume.
func Listen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go serve(l)
	return nil
}

func serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			continue
		}
		conn.Close()
	}
}

// Open makes an object, so that there may be many.
func Open() (*meter, error) {
	m := &meter{}
	go m.tick() // want "the loop in `meter.tick` has no way out"
	return m, nil
}

// Close is all that ends a meter.
func (m *meter) Close() {}

type registry struct{ names []string }

// A registry has no end, and nobody is seen to make it again and again.
func newRegistry() *registry {
	r := &registry{}
	go func() {
		for {
			time.Sleep(time.Second)
			r.names = nil
		}
	}()
	return r
}

// Registries are made by whoever calls this.
func Registries() []*registry { return []*registry{newRegistry()} }

// Handle serves a request, of which there are many.
func Handle(w http.ResponseWriter, r *http.Request) {
	pulse(&meter{})
}

func pulse(m *meter) {
	go m.tick() // want "has no way out"
}
