package old

import (
	"io"
	"sync"
	"time"
)

func use(...interface{}) {}

func ranges(items []string, m map[string]int) {
	for i, v := range items {
		go func() {
			use(v) // want "loop variable `v` is read in a goroutine while the loop changes it"
			use(i) // want "loop variable `i`"
			use(v)
		}()
	}
	for k := range m {
		time.AfterFunc(time.Second, func() { use(k) }) // want "loop variable `k`"
	}
}

func threeClauses() {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(i) // want "loop variable `i` is read"
		}()
	}
	for j := 0; j < 3; j++ {
		go func() {
			j++ // want "loop variable `j` is written in a goroutine while the loop uses it"
		}()
	}
	wg.Wait()
}

func notLast(items []string) {
	for _, v := range items {
		go func() {
			use(v) // want "loop variable `v`"
		}()
		println("after")
		time.Sleep(time.Second)
	}
}

func nested(items [][]string) {
	for _, row := range items {
		for _, v := range row {
			go func() {
				func() {
					use(row) // want "loop variable `row`"
					use(v)   // want "loop variable `v`"
				}()
			}()
		}
	}
}

func inVariable(items []string) {
	for _, v := range items {
		run := func() {
			use(v) // want "loop variable `v`"
		}
		go run()
	}
}

func argument(items []string) {
	for _, v := range items {
		go func(v string) { use(v) }(v)
		go use(v)
	}
}

func copied(items []string) {
	for i, v := range items {
		i, v := i, v
		go func() { use(i, v) }()
	}
}

func joined(items []string) {
	done := make(chan bool)
	for _, v := range items {
		go func() {
			use(v)
			done <- true
		}()
		<-done
	}
	for _, v := range items {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(v)
		}()
		wg.Wait()
	}
	for _, v := range items {
		go func() {
			use(v)
			done <- true
		}()
		select {
		case <-done:
		}
	}
}

func leaves(items []string) {
	for _, v := range items {
		if v == "" {
			go func() { use(v) }()
			break
		}
	}
	for _, v := range items {
		go func() { use(v) }()
		return
	}
}

func outside(items []string) {
	var v string
	for _, v = range items {
		use(v)
	}
	go func() { use(v) }()
	for _, v := range items {
		func() { use(v) }()
		defer func() { use(v) }()
	}
}

func loopInGoroutine(items []string) {
	go func() {
		for _, v := range items {
			use(v)
		}
	}()
}

// piped waits for the end of what the goroutine writes.
func piped(items [][]string) {
	for _, chunks := range items {
		r, w := io.Pipe()
		go func() {
			for _, chunk := range chunks {
				io.WriteString(w, chunk)
			}
			w.Close()
		}()
		io.ReadAll(r)
	}
}
