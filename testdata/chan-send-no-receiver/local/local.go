package local

import "errors"

func never() {
	done := make(chan struct{})
	go func() {
		done <- struct{}{} // want "send on `done` blocks for ever: nothing receives from it"
	}()
}

// The receiver would come after the send.
func late() int {
	results := make(chan int)
	results <- 1 // want "send on `results` blocks for ever: what receives from it comes after the send"
	return <-results
}

func lateGoroutine() {
	results := make(chan int)
	results <- 1 // want "what receives from it comes after the send"
	go func() { println(<-results) }()
}

// The second one finds the buffer full.
func full() error {
	errs := make(chan error, 1)
	errs <- errors.New("first")
	errs <- errors.New("second") // want "what receives from it comes after the send"
	return <-errs
}

func loop(values []int) (sum int) {
	in := make(chan int)
	for _, v := range values {
		in <- v // want "what receives from it comes after the send"
	}
	close(in)
	for v := range in {
		sum += v
	}
	return sum
}

// Made anew in each turn.
func turns(values []int) {
	for _, v := range values {
		in := make(chan int)
		in <- v // want "what receives from it comes after the send"
		println(<-in)
	}
}

func conditional(ok bool) {
	in := make(chan int)
	if ok {
		in <- 1 // want "what receives from it comes after the send"
	}
	println(<-in)
}
