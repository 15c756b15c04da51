package eventually

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func Eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for range 100 {
		if holds() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("not in time")
}

// The test goes on to `Wait` only when the goroutine has come past its `Add`.
func TestWaitsForTheGoroutine(t *testing.T) {
	var wg sync.WaitGroup
	var isStarted atomic.Bool
	go func() {
		wg.Add(1)
		defer wg.Done()
		isStarted.Store(true)
	}()
	Eventually(t, isStarted.Load)
	wg.Wait()
}

func TestWaitsTooEarly(t *testing.T) {
	var wg sync.WaitGroup
	var isStarted atomic.Bool
	go func() {
		wg.Add(1) // want "`wg.Add` runs in the goroutine it counts"
		defer wg.Done()
		isStarted.Store(true)
	}()
	wg.Wait()
	Eventually(t, isStarted.Load)
}

func TestWaitsForAnother(t *testing.T) {
	var wg sync.WaitGroup
	var isStarted atomic.Bool
	go func() {
		wg.Add(1) // want "`wg.Add` runs in the goroutine it counts"
		defer wg.Done()
	}()
	go func() {
		isStarted.Store(true)
	}()
	Eventually(t, isStarted.Load)
	wg.Wait()
}
