package check

import (
	"testing"

	"example.com/module/internal/fetch"
)

func TestReach(t *testing.T) {
	if Reach("x") == nil || fetch.Checked("x") == nil {
		t.Fatal("reached")
	}
}
