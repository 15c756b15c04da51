package silent

import "testing"

type sink struct {
	onCreate func(int)
	onUpdate func(int)
}

// Nothing is ever updated here.
func TestFake(t *testing.T) {
	created, updated := make(chan int, 1), make(chan int)
	fake := sink{
		onCreate: func(event int) { created <- event },
		onUpdate: func(event int) { updated <- event },
	}
	fake.onCreate(1)
	if <-created != 1 {
		t.Error("not created")
	}
}

type mockSweeper struct{ updated chan int }

func newMockSweeper() *mockSweeper { return &mockSweeper{updated: make(chan int)} }

func (m *mockSweeper) update(input int) { m.updated <- input }
