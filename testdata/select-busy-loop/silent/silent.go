package silent

import (
	"net"
	"runtime"
	"time"
)

func reads(conn net.Conn, quit chan struct{}) {
	buf := make([]byte, 1)
	for {
		select {
		case <-quit:
			return
		default:
		}
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

func sleeps(jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		default:
			time.Sleep(time.Millisecond)
		}
	}
}

func sleepsBehind(jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		default:
		}
		time.Sleep(time.Millisecond)
	}
}

func yields(jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		default:
			runtime.Gosched()
		}
	}
}

func drains(jobs chan int) {
	for {
		select {
		case <-jobs:
		default:
			return
		}
	}
}

func drainsAndBreaks(jobs chan int) {
loop:
	for {
		select {
		case <-jobs:
		default:
			break loop
		}
	}
}

func counts(jobs chan int) {
	for i := 0; i < 10; i++ {
		select {
		case <-jobs:
		default:
		}
	}
}

func ranges(values []int, quit chan struct{}) {
	for range values {
		select {
		case <-quit:
			return
		default:
		}
	}
}

func works(quit chan struct{}, step func() bool) {
	for {
		select {
		case <-quit:
			return
		default:
		}
		if !step() {
			return
		}
	}
}

func waitsElsewhere(jobs, more chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		default:
		}
		println(<-more)
	}
}

func once(jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		default:
		}
		return
	}
}

func outer(jobs chan int) {
loop:
	for job := range jobs {
		for {
			select {
			case <-jobs:
			default:
				println(job)
				continue loop
			}
		}
	}
}

func blocks(jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		}
	}
}

// While there is an element, the case that takes it is ready; when there is none, the loop ends.
func empties(conns chan net.Conn) {
	for len(conns) > 0 {
		select {
		case conn := <-conns:
			conn.Close()
		default:
		}
	}
}

func emptiesSome(conns chan net.Conn, max int) (closed int) {
	for closed < max && 0 < len(conns) {
		select {
		case <-conns:
			closed++
		default:
		}
	}
	return closed
}

func emptiesAndLeaves(conns chan net.Conn) {
	for {
		if len(conns) == 0 {
			break
		}
		select {
		case conn := <-conns:
			conn.Close()
		default:
		}
	}
}
