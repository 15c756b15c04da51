package silent

import (
	"os"
	"os/signal"
	"reflect"
	"sync"
)

func passed(use func(chan int)) {
	ch := make(chan int)
	use(ch)
	ch <- 1
}

func returned() <-chan int {
	ch := make(chan int)
	go func() { ch <- 1 }()
	return ch
}

func stored(to map[string]chan int) {
	ch := make(chan int)
	to["a"] = ch
	ch <- 1
}

func aliased() {
	ch := make(chan int)
	other := ch
	go func() { <-other }()
	ch <- 1
}

func sent(to chan chan int) {
	ch := make(chan int)
	to <- ch
	ch <- 1
}

func addressed() {
	ch := make(chan int)
	p := &ch
	go func() { <-*p }()
	ch <- 1
}

func reflected() {
	ch := make(chan int)
	go reflect.ValueOf(ch).Recv()
	ch <- 1
}

func signals() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	ch <- os.Interrupt
}

func compared() {
	ch := make(chan int)
	go func() { println(<-ch) }()
	if ch != nil {
		ch <- 1
	}
}

// The receiver is there before the send.
func early() {
	ch := make(chan int)
	go func() { println(<-ch) }()
	ch <- 1
}

func literal() {
	ch := make(chan int)
	receive := func() { println(<-ch) }
	go receive()
	ch <- 1
}

func buffered() int {
	ch := make(chan int, 2)
	ch <- 1
	ch <- 2
	return <-ch
}

func sized(n int) {
	ch := make(chan int, n)
	for i := range n {
		ch <- i
	}
}

// Only one of the branches runs.
func branches(ok bool) {
	ch := make(chan int, 1)
	if ok {
		ch <- 1
	} else {
		ch <- 2
	}
}

// The next turn receives what this one sent.
func pingPong() {
	ch := make(chan int, 1)
	for {
		ch <- 1
		<-ch
	}
}

func turnAbout(n int) {
	ch := make(chan int)
	for i := range n {
		if i%2 == 1 {
			ch <- i
		} else {
			go func() { println(<-ch) }()
		}
	}
}

func tries() {
	ch := make(chan int)
	select {
	case ch <- 1:
	default:
	}
}

// A send on a closed channel panics.
func closed() {
	ch := make(chan int)
	close(ch)
	ch <- 1
}

// A nil channel, or one that is made elsewhere.
func declared(open func() chan int) {
	var ch chan int
	ch = open()
	ch <- 1
}

func remade() {
	ch := make(chan int)
	ch = make(chan int, 1)
	ch <- 1
}

type hub struct {
	// Handed out below.
	Out     chan int
	out     chan int
	wake    chan struct{}
	pending chan int
	raw     chan int
}

func newHub(raw chan int) *hub {
	h := &hub{Out: make(chan int), out: make(chan int), wake: make(chan struct{}, 1), pending: make(chan int, 8)}
	h.raw = raw
	return h
}

func (h *hub) C() <-chan int { return h.out }

func (h *hub) send() {
	h.Out <- 1
	h.out <- 1
	h.raw <- 1
}

// Never blocks.
func (h *hub) signal() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Nobody sends more than fits.
func (h *hub) push(v int) {
	if len(h.pending) < cap(h.pending) {
		h.pending <- v
	}
}

type generic[T any] struct{ ch chan T }

func newGeneric[T any]() *generic[T] { return &generic[T]{ch: make(chan T)} }

func (g *generic[T]) put(v T) { g.ch <- v }

func takeInt(g *generic[int]) int { return <-g.ch }

var tokens = make(chan struct{}, 4)

func limited(f func()) {
	tokens <- struct{}{}
	defer func() { <-tokens }()
	f()
}

func drained() {
	ch := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range ch {
		}
	}()
	ch <- 1
	close(ch)
	wg.Wait()
}
