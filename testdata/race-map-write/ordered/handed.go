package ordered

import "sync"

type tracker struct {
	mu    sync.Mutex
	conns map[int]bool
}

func (t *tracker) track(conn int) {
	t.mu.Lock()
	t.conns[conn] = true
	t.mu.Unlock()
}

// Who takes the map away has it alone.
func (t *tracker) closeAll() {
	t.mu.Lock()
	conns := t.conns
	t.conns = map[int]bool{}
	t.mu.Unlock()
	for conn := range conns {
		println(conn)
	}
}

func tracked() {
	t := &tracker{conns: map[int]bool{}}
	go t.closeAll()
	go t.track(1)
}

// The channel is closed by the goroutine that the call has started.
func collected(ids chan int) int {
	hits := map[int]int{}
	go func() {
		ids <- 1
		close(ids)
	}()
	done := func() <-chan struct{} {
		ch := make(chan struct{})
		go func() {
			defer close(ch)
			for id := range ids {
				hits[id]++
			}
		}()
		return ch
	}()
	<-done
	return len(hits)
}
