package new

func use(...any) {}

func writes(n int) {
	for i := 0; i < n; i++ {
		go func() {
			use(i)
			i *= 2 // want "loop variable `i` is written in a goroutine while the loop copies it for the next turn"
		}()
	}
	for i := 0; i < n; i++ {
		go func() {
			i++ // want "loop variable `i` is written"
		}()
	}
}

func reads(n int, items []string) {
	for i := 0; i < n; i++ {
		go func() { use(i) }()
	}
	for i, v := range items {
		go func() { use(i, v) }()
	}
}

// The variable of a range loop is set anew, never copied from the last turn's.
func writesRange(items []string) {
	for i, v := range items {
		go func() {
			i++
			v = "x"
			use(i, v)
		}()
	}
	for i := range 3 {
		go func() {
			i++
			use(i)
		}()
	}
}

func writesCopy(n int) {
	for i := 0; i < n; i++ {
		i := i
		go func() {
			i++
			use(i)
		}()
	}
	for i := 0; i < n; i++ {
		go func(i int) {
			i++
			use(i)
		}(i)
	}
}

func joined(n int) {
	done := make(chan bool)
	for i := 0; i < n; i++ {
		go func() {
			i++
			done <- true
		}()
		<-done
	}
}
