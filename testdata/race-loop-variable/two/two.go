package two

func use(...any) {}

func both(items []string) {
	for i, v := range items { // all of them
		go func() {
			use(i, v) // want "loop variable `i`" "loop variable `v`"
		}()
	}
}

// What the turn changes belongs to the loop.
func changed(n int) {
	for i := 0; i < n; i++ {
		if n == 3 {
			i++
		}
		go func() {
			use(i) // want "loop variable `i`"
		}()
	}
}
