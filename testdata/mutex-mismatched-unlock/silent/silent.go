package silent

import (
	"os"
	"sync"
	"testing"
)

type node struct {
	mu     sync.RWMutex
	next   *node
	parent *node
	m      map[string]int
	done   bool
}

func (n *node) either(write bool) {
	if write {
		n.mu.Lock()
	} else {
		n.mu.RLock()
	}
	n.m["a"] = 1
	if write {
		n.mu.Unlock()
	} else {
		n.mu.RUnlock()
	}
}

func (n *node) eitherDeferred(write bool) {
	if !write {
		n.mu.RLock()
		defer n.mu.RUnlock()
	} else {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	n.m["a"] = 1
}

func (n *node) flag() {
	locked := false
	if n.done {
		n.mu.Lock()
		locked = true
	}
	n.m["a"] = 1
	if locked {
		n.mu.Unlock()
	}
}

func (n *node) upgrade(k string) int {
	n.mu.RLock()
	if v, ok := n.m[k]; ok {
		n.mu.RUnlock()
		return v
	}
	n.mu.RUnlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.m[k] = 1
	return 1
}

func (n *node) unlocksForCaller() {
	n.mu.Unlock()
	n.done = true
	n.mu.Lock()
}

func (n *node) givesUpForATime() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mu.Unlock()
	n.next.work()
	n.mu.Lock()
}

func (n *node) work() {}

func (n *node) deferRelock() {
	n.mu.Unlock()
	defer n.mu.Lock()
	n.work()
}

func handOverHand(n *node) {
	n.mu.Lock()
	for n.next != nil {
		next := n.next
		next.mu.Lock()
		n.mu.Unlock()
		n = next
	}
	n.mu.Unlock()
}

func firstDone(n *node) *node {
	for parent := n.parent; parent != nil; parent = parent.parent {
		parent.mu.Lock()
		defer parent.mu.Unlock()
		if !parent.done {
			return parent
		}
	}
	return nil
}

func all(nodes []*node) {
	for _, n := range nodes {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	for i := range nodes {
		nodes[i].mu.RLock()
	}
	for i := range nodes {
		nodes[i].mu.RUnlock()
	}
}

func (n *node) lock()   { n.mu.Lock() }
func (n *node) unlock() { n.mu.Unlock() }

func (n *node) helpers() {
	n.mu.Lock()
	n.mu.Unlock()
	n.lock()
	n.mu.Unlock()
}

func (n *node) helperReleases() {
	n.mu.Lock()
	n.unlock()
	n.lock()
	n.mu.Unlock()
}

func (n *node) literal() {
	unlock := func() { n.mu.Unlock() }
	n.mu.Lock()
	n.mu.Unlock()
	n.mu.RLock()
	n.mu.RUnlock()
	n.mu.Lock()
	unlock()
}

func (n *node) try() {
	n.mu.Lock()
	n.mu.Unlock()
	if n.mu.TryLock() {
		n.mu.Unlock()
	}
}

func (n *node) byGoroutine(done chan bool) {
	n.mu.Lock()
	n.mu.Unlock()
	go func() {
		n.mu.Lock()
		close(done)
	}()
	<-done
	n.mu.Unlock()
}

func (n *node) exits(err error) {
	n.mu.Lock()
	if err != nil {
		n.mu.Unlock()
		os.Exit(1)
	}
	n.mu.Unlock()
}

func requireNoError(t *testing.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (n *node) asserted(t *testing.T, err error) {
	n.mu.Lock()
	if err != nil {
		n.mu.Unlock()
		requireNoError(t, err)
	}
	n.mu.Unlock()
}

func readers(n *node, again func() bool) {
	i := 0
	for ; again(); i++ {
		n.mu.RLock()
	}
	for ; i > 0; i-- {
		n.mu.RUnlock()
	}
}

func twoLocks(a, b *node) {
	a.mu.RLock()
	b.mu.Lock()
	a.mu.RUnlock()
	b.mu.Unlock()
}

func replaced(n *node) {
	n.mu.Lock()
	n.mu.Unlock()
	n = n.next
	n.mu.Unlock()
}

func reset(n *node) {
	n.next.mu.RLock()
	n.next.mu.RUnlock()
	n.next = &node{}
	n.next.mu.Lock()
	n.next.mu.Unlock()
}

type readOptions struct {
	isSlow   bool
	revision int
}

// Another field of the options changes, not the one that is asked for.
func (n *node) read(options *readOptions, revision int) int {
	if !options.isSlow {
		n.mu.RLock()
		defer n.mu.RUnlock()
	}
	sum := 0
	for i := range 3 {
		if options.isSlow {
			n.mu.RLock()
		}
		if options.revision != revision {
			options.revision = revision
		}
		sum += n.m["a"] * i
		if options.isSlow {
			n.mu.RUnlock()
		}
	}
	return sum
}

type tried struct{ sync.Mutex }

// The second lock is tried, wherever the answer goes.
func (t *tried) show() {
	t.Lock()
	t.Unlock()
	println("again", t.TryLock())
	t.Unlock()
}

// Each deferred call is on the node that stood there.
func each(first, second *node) {
	n := first
	n.mu.Lock()
	defer n.mu.Unlock()
	n = second
	n.mu.Lock()
	defer n.mu.Unlock()
}
