package silent

import (
	"fmt"
	"os"
	"sync"
	"time"
)

type node struct {
	mu       sync.Mutex
	rw       sync.RWMutex
	n        int
	parent   *node
	next     *node
	children []*node
	byName   map[string]*node
	peer     node2
}

type node2 struct {
	mu sync.Mutex
	n  int
}

// --- other objects ----------------------------------------------------------------------------------------------------------

func pair(a, b *node) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	a.n = b.n
}

func (n *node) up() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.parent.count()
}

func (n *node) down() (sum int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, child := range n.children {
		sum += child.down()
	}
	return sum
}

func (n *node) byIndex() {
	n.children[0].mu.Lock()
	n.children[1].mu.Lock()
	n.children[1].mu.Unlock()
	n.children[0].mu.Unlock()
}

func (n *node) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.n
}

func (n *node) otherField() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peer.mu.Lock()
	defer n.peer.mu.Unlock()
	n.rw.RLock()
	defer n.rw.RUnlock()
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

func reassigned(n *node) {
	n.mu.Lock()
	n = n.next
	n.mu.Lock()
	n.mu.Unlock()
}

func (n *node) replaced(other *node) {
	n.parent.mu.Lock()
	defer other.mu.Unlock()
	n.parent = other
	n.parent.mu.Lock()
}

func each(nodes []*node) {
	for _, n := range nodes {
		n.mu.Lock()
	}
	for _, n := range nodes {
		n.mu.Unlock()
	}
}

func (n *node) lookup(name string) int {
	n.mu.Lock()
	found := n.byName[name]
	if found == nil {
		found = &node{}
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	n.mu.Unlock()
	return found.n
}

// --- released in between ---------------------------------------------------------------------------------------------------

func (n *node) between() {
	n.mu.Lock()
	n.n++
	n.mu.Unlock()
	n.count()
	n.mu.Lock()
	n.n--
	n.mu.Unlock()
}

func (n *node) byHelper() {
	n.lock()
	n.n++
	n.unlock()
	n.lock()
	n.n--
	n.unlock()
}

func (n *node) lock()   { n.mu.Lock() }
func (n *node) unlock() { n.mu.Unlock() }

func (n *node) calleeReleases() {
	n.mu.Lock()
	n.wait()
	n.mu.Unlock()
}

// wait gives the lock up for a while.
func (n *node) wait() {
	n.mu.Unlock()
	time.Sleep(time.Millisecond)
	n.mu.Lock()
}

func (n *node) calleeReleasesFirst() {
	n.mu.Lock()
	n.flush()
}

func (n *node) flush() {
	n.n = 0
	n.mu.Unlock()
	n.count()
}

func (n *node) readThenWrite() int {
	n.rw.RLock()
	v := n.n
	n.rw.RUnlock()
	if v == 0 {
		n.rw.Lock()
		defer n.rw.Unlock()
		n.n = 1
	}
	return v
}

func (n *node) deferredFirst() {
	defer n.count()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.n++
}

// --- in another goroutine ----------------------------------------------------------------------------------------------------

func (n *node) spawns() {
	n.mu.Lock()
	defer n.mu.Unlock()
	go n.count()
	go func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.n++
	}()
	time.AfterFunc(time.Second, func() { n.count() })
	var wg sync.WaitGroup
	wg.Go(func() { n.count() })
}

func (n *node) later(register func(func())) func() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	register(func() { n.count() })
	return n.count
}

func (n *node) later2() func() {
	n.mu.Lock()
	defer n.mu.Unlock()
	f := func() { n.count() }
	return f
}

func signal() {
	var mu sync.Mutex
	go func() {
		mu.Lock()
		mu.Lock()
	}()
	time.Sleep(time.Second)
	mu.Unlock()
}

// --- conditions ---------------------------------------------------------------------------------------------------------------

func (n *node) flag(lock bool) {
	if lock {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	n.n++
}

func (n *node) flagOff() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flag(false)
}

func (n *node) flagHandedOn(lock bool) {
	if lock {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	n.flag(!lock)
}

func (n *node) flagOfOther(other *node) {
	held := other != n
	if held {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	n.flag(!held)
}

func (n *node) locked(mu *sync.Mutex) {
	if mu != nil {
		mu.Lock()
		defer mu.Unlock()
	}
	n.n++
}

func (n *node) noLock() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.locked(nil)
}

func (n *node) sameCondition(lock bool) {
	if lock {
		n.mu.Lock()
	}
	n.n++
	if !lock {
		n.mu.Lock()
	}
	n.mu.Unlock()
}

func (n *node) tries() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.mu.TryLock() {
		panic("not exclusive")
	}
}

// --- formatting ------------------------------------------------------------------------------------------------------------------

func (n *node) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return fmt.Sprint(n.n)
}

func (n *node) print() {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Printf("%p %T %#v %d\n", n, n, n, n.n)
	fmt.Println(n.n, n.peer.n)
}

// --- interfaces --------------------------------------------------------------------------------------------------------------------

type shape interface{ area() int }

type square struct{ mu sync.Mutex }

func (s *square) area() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 1
}

type circle struct{ inner shape }

func (c *circle) area() int { return c.inner.area() }

func (s *square) compare(other shape) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return other.area()
}

// --- read twice is another rule -----------------------------------------------------------------------------------------------------

func (n *node) readTwice() int {
	n.rw.RLock()
	defer n.rw.RUnlock()
	return n.read()
}

func (n *node) read() int {
	n.rw.RLock()
	defer n.rw.RUnlock()
	return n.n
}

// --- which object, which function -----------------------------------------------------------------------------------------------------

type tree struct {
	mu   sync.Mutex
	link *link
	back *link
	hook func()
}

type link struct{ owner *tree }

func (t *tree) init(other *tree) {
	t.link = &link{owner: other}
	t.back = &link{owner: t}
}

func (t *tree) swap(l *link) { t.back = l }

func (t *tree) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return 1
}

func (t *tree) overLink() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.link.owner.size()
}

// The link may be another tree's by now.
func (t *tree) overBack() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.back.owner.size()
}

func (t *tree) hooks(other *tree) {
	t.hook = func() { other.size() }
}

func (t *tree) runHook() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hook()
}

// --- interfaces that values of other packages satisfy as well --------------------------------------------------------------------

var sinkMu sync.Mutex

// Sink is what anybody may write to.
type Sink interface {
	Put(line string)
	Flush() error
}

type sharedSink struct{ inner Sink }

var output = &sharedSink{}

func SetSink(s Sink) {
	sinkMu.Lock()
	defer sinkMu.Unlock()
	output.inner = s
}

// A sink that shares the lock is not what it wraps.
func (s *sharedSink) Put(line string) {
	sinkMu.Lock()
	defer sinkMu.Unlock()
	s.inner.Put(line)
}

func (s *sharedSink) Flush() error {
	sinkMu.Lock()
	defer sinkMu.Unlock()
	return s.inner.Flush()
}

var registryMu sync.Mutex

// Source is given by whoever uses the package; the one here is for those who have none.
type Source interface{ Next() int }

type defaultSource struct{ n int }

func (d *defaultSource) Next() int {
	registryMu.Lock()
	defer registryMu.Unlock()
	d.n++
	return d.n
}

type Reader struct{ source Source }

func NewReader(source Source) *Reader { return &Reader{source: source} }

func (r *Reader) Read() int {
	registryMu.Lock()
	defer registryMu.Unlock()
	return r.source.Next()
}

var fileMu sync.Mutex

type lineWriter interface{ WriteString(line string) (int, error) }

type countingWriter struct{ n int }

func (c *countingWriter) WriteString(line string) (int, error) {
	fileMu.Lock()
	defer fileMu.Unlock()
	c.n += len(line)
	return len(line), nil
}

// What is stored is a file.
type journal struct{ out lineWriter }

func openJournal(f *os.File) *journal { return &journal{out: f} }

func (j *journal) add(line string) {
	fileMu.Lock()
	defer fileMu.Unlock()
	j.out.WriteString(line)
}
