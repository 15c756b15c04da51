package old

// WaitGroup is the package's own, as one writes it before Go 1.25.
type WaitGroup struct{ n int }

func (w *WaitGroup) Go(f func()) { f() }
func (w *WaitGroup) Done()       { w.n-- }

func run() {
	var wg WaitGroup
	wg.Go(func() {
		defer wg.Done()
	})
}
