package ownership

import (
	"context"
	"testing"
	"time"
)

// What ends with the test is not worth a word.
func TestShort(t *testing.T) {
	ctx, _ := context.WithTimeout(context.Background(), time.Millisecond)
	_ = serve(ctx)
	other, cancel := context.WithCancel(context.Background())
	if other.Err() != nil {
		t.Fatal("already")
	}
	if testing.Short() {
		return
	}
	cancel()
}
