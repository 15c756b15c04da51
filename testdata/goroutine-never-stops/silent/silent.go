package silent

import (
	"log"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

type worker struct {
	in   chan int
	quit chan struct{}
	sum  int
}

func (w *worker) returns() {
	go func() {
		for {
			select {
			case v := <-w.in:
				w.sum += v
			case <-w.quit:
				return
			}
		}
	}()
}

func (w *worker) breaks() {
	go func() {
	loop:
		for {
			select {
			case v := <-w.in:
				w.sum += v
			case <-w.quit:
				break loop
			}
		}
	}()
}

func (w *worker) jumps() {
	go func() {
		for {
			select {
			case v := <-w.in:
				w.sum += v
			case <-w.quit:
				goto end
			}
		}
	end:
		w.sum = 0
	}()
}

// Leaves the inner loop for the next turn of the outer one, which has a condition.
func (w *worker) continues() {
	go func() {
	outer:
		for w.sum < 10 {
			for {
				w.sum++
				continue outer
			}
		}
	}()
}

func (w *worker) condition() {
	go func() {
		for w.sum < 10 {
			w.sum++
			time.Sleep(time.Second)
		}
	}()
}

func (w *worker) closable() {
	go func() {
		for v := range w.in {
			w.sum += v
		}
	}()
}

func (w *worker) fatal() {
	go func() {
		for {
			time.Sleep(time.Second)
			if w.sum < 0 {
				log.Fatal("negative")
			}
		}
	}()
	go func() {
		for {
			time.Sleep(time.Second)
			w.check()
		}
	}()
	go func() {
		for {
			time.Sleep(time.Second)
			if w.sum < 0 {
				runtime.Goexit()
			}
		}
	}()
}

func (w *worker) check() {
	if w.sum < 0 {
		w.die()
	}
}

func (w *worker) die() {
	log.Println("negative")
	os.Exit(1)
}

// The function it calls never returns but by ending the process.
func (w *worker) dies() {
	go func() {
		for {
			time.Sleep(time.Second)
			if w.sum < 0 {
				w.die()
			}
		}
	}()
}

// Blocked for ever, but not looping: that is other rules' business.
func (w *worker) accept(l net.Listener) {
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
}

var once sync.Once

// Started once in the life of the process.
func lazy() {
	once.Do(func() {
		go forever()
	})
}

var shared = start()

func start() *worker {
	w := &worker{}
	go forever()
	return w
}

func init() {
	go forever()
	setUp()
}

func setUp() {
	go func() { forever() }()
}

func forever() {
	for {
		time.Sleep(time.Hour)
	}
}

// A value of a function that never stops, which nobody starts here.
func later() func() { return forever }
