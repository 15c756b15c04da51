package silent

import (
	"context"
	"errors"
	"log"
	"os"
	"sync"
	"sync/atomic"
	"testing"
)

type store struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	items map[string]int
	n     int
}

// --- deferred ---------------------------------------------------------------------------------------------------------

func (s *store) deferred() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n == 0 {
		return 0
	}
	return s.n
}

func (s *store) deferredClosure() error {
	s.mu.Lock()
	defer func() {
		s.n++
		s.mu.Unlock()
	}()
	if s.n == 0 {
		return errors.New("empty")
	}
	return nil
}

func (s *store) deferredIfStillHeld() error {
	s.mu.Lock()
	held := true
	defer func() {
		if held {
			s.mu.Unlock()
		}
	}()
	if s.n == 0 {
		return errors.New("empty")
	}
	s.mu.Unlock()
	held = false
	return nil
}

func (s *store) deferredInBranch(lock bool) int {
	if lock {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	return s.n
}

func (s *store) deferredInLoop(stores []*store) {
	for _, other := range stores {
		other.mu.Lock()
		defer other.mu.Unlock()
	}
	s.n = len(stores)
}

// --- handed on --------------------------------------------------------------------------------------------------------

func (s *store) methodValue() int {
	s.mu.Lock()
	unlock := s.mu.Unlock
	defer unlock()
	return s.n
}

func (s *store) returnsUnlock() func() {
	s.mu.Lock()
	if s.n == 0 {
		s.mu.Unlock()
		return func() {}
	}
	return s.mu.Unlock
}

func (s *store) returnsClosure() func() {
	s.rw.RLock()
	if s.n == 0 {
		s.rw.RUnlock()
		return func() {}
	}
	return func() { s.rw.RUnlock() }
}

func (s *store) keepsUnlock(t *testing.T) {
	s.mu.Lock()
	t.Cleanup(s.mu.Unlock)
	if s.n == 0 {
		return
	}
	s.n++
}

func (s *store) inGoroutine(ch chan int) {
	s.mu.Lock()
	if s.n == 0 {
		s.mu.Unlock()
		return
	}
	go func() {
		defer s.mu.Unlock()
		ch <- s.n
	}()
}

func (s *store) inNamedGoroutine(ch chan int) {
	s.mu.Lock()
	if s.n == 0 {
		s.mu.Unlock()
		return
	}
	go s.finish(ch)
}

func (s *store) finish(ch chan int) {
	ch <- s.n
	s.mu.Unlock()
}

func (s *store) inCallee(fail bool) error {
	s.mu.Lock()
	if fail {
		return s.failed(errors.New("failed"))
	}
	s.mu.Unlock()
	return nil
}

func (s *store) failed(err error) error {
	defer s.mu.Unlock()
	s.n = 0
	return err
}

func (s *store) inLocalClosure(keys []string) error {
	unlock := func() { s.mu.Unlock() }
	s.mu.Lock()
	for _, key := range keys {
		if s.items[key] == 0 {
			unlock()
			return errors.New("missing")
		}
	}
	unlock()
	return nil
}

func (s *store) inCallback(release func()) error {
	s.mu.Lock()
	if s.n == 0 {
		release()
		return nil
	}
	s.mu.Unlock()
	return nil
}

type unlocker interface{ Unlock() }

func (s *store) throughInterface(fail bool) {
	s.mu.Lock()
	if fail {
		giveBack(&s.mu)
		return
	}
	s.mu.Unlock()
}

func giveBack(u unlocker) { u.Unlock() }

// --- locks for its callers -----------------------------------------------------------------------------------------------

func (s *store) lockIfPresent(key string) bool {
	s.mu.Lock()
	if _, ok := s.items[key]; ok {
		return true
	}
	s.mu.Unlock()
	return false
}

// find returns with the store locked if it finds the key.
func (s *store) find(key string) bool {
	s.mu.Lock()
	if _, ok := s.items[key]; ok {
		return true
	}
	s.mu.Unlock()
	return false
}

func (s *store) prepare(key string) (int, bool) {
	s.rw.Lock()
	if n, ok := s.items[key]; ok {
		return n, true
	}
	s.rw.Unlock()
	return 0, false
}

func (s *store) commit(key string, n int) {
	s.items[key] = n
	s.rw.Unlock()
}

func update(s *store, key string) {
	if n, ok := s.prepare(key); ok {
		s.commit(key, n+1)
	}
}

type txn struct {
	store *store
	mu    sync.Mutex
}

func (s *store) Txn(write bool) *txn {
	t := &txn{store: s}
	t.mu.Lock()
	if !write {
		t.mu.Unlock()
	}
	return t
}

func (t *txn) Commit() { t.mu.Unlock() }

// --- conditions --------------------------------------------------------------------------------------------------------

func (s *store) sameCondition(lock bool) int {
	if lock {
		s.mu.Lock()
	}
	n := s.n
	if lock {
		s.mu.Unlock()
	}
	return n
}

func (s *store) flag(keys []string) int {
	locked := false
	for _, key := range keys {
		if !locked && s.items[key] == 0 {
			s.mu.Lock()
			locked = true
		}
	}
	if locked {
		s.mu.Unlock()
	}
	return s.n
}

func (s *store) either(write bool) int {
	if write {
		s.rw.Lock()
	} else {
		s.rw.RLock()
	}
	n := s.n
	if write {
		s.rw.Unlock()
	} else {
		s.rw.RUnlock()
	}
	return n
}

func (s *store) try() bool {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	return s.n == 0
}

func (s *store) tryElse() bool {
	ok := s.mu.TryLock()
	if !ok {
		return false
	}
	s.mu.Unlock()
	return true
}

func (s *store) tryInLoop() {
	for !s.mu.TryLock() {
		if s.n < 0 {
			return
		}
	}
	s.mu.Unlock()
}

// --- never returns ------------------------------------------------------------------------------------------------------

func (s *store) exits(key string) int {
	s.mu.Lock()
	n, ok := s.items[key]
	if !ok {
		log.Fatalf("no %s", key)
	}
	if n == 0 {
		os.Exit(1)
	}
	if n < 0 {
		panic("negative")
	}
	s.mu.Unlock()
	return n
}

func (s *store) exitsInTest(t *testing.T, key string) {
	s.mu.Lock()
	if s.items[key] == 0 {
		t.Fatalf("no %s", key)
	}
	s.mu.Unlock()
}

func (s *store) exitsInHelper(key string) {
	s.mu.Lock()
	if s.items[key] == 0 {
		die(key)
		return
	}
	s.mu.Unlock()
}

func die(key string) { log.Panicln(key) }

func (s *store) blocks(ctx context.Context) {
	s.mu.Lock()
	if s.n == 0 {
		select {}
	}
	s.mu.Unlock()
}

// --- loops ---------------------------------------------------------------------------------------------------------------

func (s *store) relocks(keys []string) {
	s.mu.Lock()
	for _, key := range keys {
		s.mu.Unlock()
		println(key)
		s.mu.Lock()
	}
	s.mu.Unlock()
}

func (s *store) waits() {
	for {
		s.mu.Lock()
		if s.n > 0 {
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
	}
}

func (s *store) leavesAtOnce(keys []string) error {
	var err error
	s.mu.Lock()
	for _, key := range keys {
		if s.items[key] == 0 {
			err = errors.New("missing")
			break
		}
	}
	s.mu.Unlock()
	return err
}

func chain(s *store, next func(*store) *store) {
	s.mu.Lock()
	for {
		other := next(s)
		if other == nil {
			break
		}
		other.mu.Lock()
		s.mu.Unlock()
		s = other
	}
	s.mu.Unlock()
}

// --- other locks ----------------------------------------------------------------------------------------------------------

func pair(a, b *store) {
	a.mu.Lock()
	b.mu.Lock()
	if a.n == b.n {
		b.mu.Unlock()
		a.mu.Unlock()
		return
	}
	a.mu.Unlock()
	b.mu.Unlock()
}

func alias(s *store) int {
	mu := &s.mu
	mu.Lock()
	if s.n == 0 {
		s.mu.Unlock()
		return 0
	}
	mu.Unlock()
	return s.n
}

type sharded struct{ shards []*store }

func (s *sharded) lockAll() {
	for _, shard := range s.shards {
		shard.mu.Lock()
	}
}

func (s *sharded) sum() (n int) {
	s.lockAll()
	for i := range s.shards {
		n += s.shards[i].n
		s.shards[i].mu.Unlock()
	}
	return n
}

type fileLock struct{ held atomic.Bool }

func (l *fileLock) Lock() error {
	if !l.held.CompareAndSwap(false, true) {
		return errors.New("held")
	}
	return nil
}

func (l *fileLock) Unlock() error { l.held.Store(false); return nil }

func withFile(l *fileLock, fail bool) error {
	if err := l.Lock(); err != nil {
		return err
	}
	if fail {
		return errors.New("failed")
	}
	return l.Unlock()
}

// A mutex that nobody shares any more is not missed.
func local(n int) int {
	var mu sync.Mutex
	mu.Lock()
	if n == 0 {
		return 0
	}
	mu.Unlock()
	return n
}

// --- the lock itself is given to somebody ---------------------------------------------------------------------------

type conn struct {
	rlock sync.Mutex
	owner *sync.Mutex
	id    int
}

// read leaves the reader's turn with its caller, who ends it.
func (c *conn) read(id int) (n int, lock *sync.Mutex, err error) {
	for {
		c.rlock.Lock()
		if c.id == id {
			n, lock = c.id, &c.rlock
			break
		}
		if c.id < 0 {
			err = errors.New("broken")
			c.rlock.Unlock()
			break
		}
		c.rlock.Unlock()
	}
	return
}

func (c *conn) first(id int) (int, error) {
	n, lock, err := c.read(id)
	if err != nil {
		return 0, err
	}
	defer lock.Unlock()
	return n, nil
}

func (c *conn) turn(id int) sync.Locker {
	c.rlock.Lock()
	if c.id != id {
		c.rlock.Unlock()
		return nil
	}
	return &c.rlock
}

func (c *conn) claim() bool {
	c.rlock.Lock()
	if c.owner != nil {
		c.rlock.Unlock()
		return false
	}
	c.owner = &c.rlock
	return true
}

type section struct{ lock sync.Locker }

func (c *conn) section() *section {
	c.rlock.Lock()
	if c.id == 0 {
		c.rlock.Unlock()
		return nil
	}
	return &section{lock: &c.rlock}
}

// find leaves what it has found to its caller as the function's result.
func find(stores []*store) (found *store) {
	for _, found = range stores {
		found.mu.Lock()
		if found.n != 0 {
			return
		}
		found.mu.Unlock()
	}
	return nil
}

// --- through a sync.Locker -------------------------------------------------------------------------------------------

type gate struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	ready *sync.Cond
	open  bool
}

func newGate() *gate {
	g := &gate{}
	g.ready = sync.NewCond(&g.mu)
	return g
}

// The lock of the condition is the gate's own.
func (g *gate) pass(isLate bool) bool {
	g.ready.L.Lock()
	if isLate {
		g.mu.Unlock()
		return false
	}
	for !g.open {
		g.ready.Wait()
	}
	g.ready.L.Unlock()
	return true
}

func (g *gate) read() bool {
	l := g.rw.RLocker()
	l.Lock()
	if !g.open {
		g.rw.RUnlock()
		return false
	}
	l.Unlock()
	return true
}

// Which lock it is depends.
func (g *gate) either(isWriter bool) bool {
	var l sync.Locker = &g.rw
	if !isWriter {
		l = g.rw.RLocker()
	}
	l.Lock()
	defer l.Unlock()
	return g.open
}

type pool struct {
	mu      sync.Mutex
	streams map[int]*stream
}

type stream struct {
	pool *pool
	sent chan int
}

// The stream knows the pool by a name of its own.
func (s *stream) send(id int) {
	s.sent <- id
	s.pool.mu.Unlock()
}

func (p *pool) open(id int) {
	p.mu.Lock()
	s, ok := p.streams[id]
	if !ok {
		s = &stream{pool: p, sent: make(chan int, 1)}
		p.streams[id] = s
	}
	s.send(id)
}

type snapshot struct{ lock sync.Mutex }

type machine struct{ snapshot *snapshot }

func (m *machine) start(s *snapshot) { m.snapshot = s }

// What is released under another name before it was locked under that may be the same lock.
func runs(m *machine, s *snapshot) {
	s.lock.Lock()
	defer s.lock.Unlock()
	m.start(s)
	m.snapshot.lock.Unlock()
	println("free")
	m.snapshot.lock.Lock()
}
