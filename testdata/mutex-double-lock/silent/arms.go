package silent

import "sync"

type pods struct {
	mu     sync.Mutex
	shared bool
	items  map[string]int
}

// Locks only where the caller does not.
func (p *pods) register(name string) {
	if !p.shared {
		p.mu.Lock()
		defer p.mu.Unlock()
	}
	p.items[name]++
}

func (p *pods) registerAll(names []string) {
	p.mu.Lock()
	for _, name := range names {
		p.register(name)
	}
	p.mu.Unlock()
}

type handle struct {
	mu  sync.Mutex
	off int
}

// Lets go of the lock while it reads, and takes it again.
func (h *handle) readAt(release bool) int {
	if release {
		h.mu.Unlock()
	}
	n := len("read")
	if release {
		h.mu.Lock()
	}
	return n
}

func (h *handle) ReadAt() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.readAt(true)
}

func (h *handle) Read() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.off += h.readAt(false)
	return h.off
}

type remote struct {
	mu    sync.Mutex
	token string
}

func (r *remote) getToken() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.token == "" {
		r.token = r.call(map[string]string{"token": "*"})
	}
	return r.token
}

func (r *remote) call(params map[string]string) string {
	token, ok := params["token"]
	if !ok {
		token = r.getToken()
	}
	return "called with " + token
}
