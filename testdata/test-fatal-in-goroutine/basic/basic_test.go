package basic

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func work() error { return errors.New("no") }

func TestGo(t *testing.T) {
	go func() {
		t.Fatal("no") // want "`t.Fatal` in a goroutine ends that goroutine, not the test"
	}()
	go func() {
		if err := work(); err != nil {
			t.Fatalf("%v", err) // want "`t.Fatalf` in a goroutine"
		}
		defer t.FailNow() // want "`t.FailNow`"
		t.Skip()          // want "`t.Skip`"
	}()
}

func TestArgument(t *testing.T) {
	go func(t *testing.T) {
		t.SkipNow() // want "`t.SkipNow`"
	}(t)
	run := func() {
		t.Fatal() // want "`t.Fatal`"
	}
	go run()
	go named(t)
}

func named(t testing.TB) {
	t.Fatal("named") // want "`t.Fatal`"
}

func TestOtherWays(t *testing.T) {
	var wg sync.WaitGroup
	wg.Go(func() {
		t.Fatal() // want "`t.Fatal`"
	})
	time.AfterFunc(time.Second, func() {
		t.Fatal("timeout") // want "`t.Fatal`"
	})
	wg.Wait()
}

func TestDeferred(t *testing.T) {
	go func() {
		defer func() {
			if recover() != nil {
				t.Fatal("panic") // want "`t.Fatal`"
			}
		}()
		func() {
			t.Fatal("inner") // want "`t.Fatal`"
		}()
	}()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustTwice(t *testing.T) {
	must(t, nil)
}

type harness struct {
	t *testing.T
}

func (h *harness) check(err error) {
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestHelpers(t *testing.T) {
	h := &harness{t: t}
	go func() {
		must(t, work()) // want "`must` calls `t.Fatal`, which in a goroutine"
		mustTwice(t)    // want "`mustTwice` calls `t.Fatal`"
		h.check(nil)    // want "`h.check` calls `h.t.Fatal`"
		h.t.Fatal()     // want "`h.t.Fatal` in a goroutine"
	}()
	must(t, work())
}

func BenchmarkGo(b *testing.B) {
	for i := 0; i < b.N; i++ {
		go func() {
			b.Fatal() // want "`b.Fatal`"
		}()
	}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if work() == nil {
				b.Error()
			}
		}
	})
}

func TestSilent(t *testing.T) {
	done := make(chan error)
	go func() {
		if err := work(); err != nil {
			t.Error(err)
			t.Errorf("%v", err)
			t.Log()
			t.Fail()
			return
		}
		done <- work()
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestSubtestInGoroutine(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		t.Run("sub", func(t *testing.T) {
			t.Fatal("its own")
			must(t, nil)
		})
		t.Run("other", func(st *testing.T) {
			go func() {
				st.Fatal() // want "`st.Fatal`"
			}()
		})
	}()
	wg.Wait()
}

type fake struct{}

func (fake) Fatal(...any) {}

func TestOtherType(*testing.T) {
	t := fake{}
	go func() {
		t.Fatal()
	}()
}

func TestNotCalled(t *testing.T) {
	go func() {
		report := func() { t.Error() }
		report()
	}()
	func() {
		t.Fatal("same goroutine")
	}()
}
