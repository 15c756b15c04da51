package silent

import (
	"reflect"
	"testing"
)

// A table of cases is copied to be compared, and nobody locks what is in it.
func TestTable(t *testing.T) {
	tests := []struct {
		name string
		want guarded
	}{
		{name: "none"},
	}
	for _, tt := range tests {
		var got guarded
		if !reflect.DeepEqual(tt.want, got) {
			t.Error(tt.name)
		}
	}
}
