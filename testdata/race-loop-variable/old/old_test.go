package old

import "testing"

func TestParallel(t *testing.T) {
	for _, tc := range []string{"a", "b"} {
		t.Run(tc, func(t *testing.T) {
			use(tc)
			t.Parallel()
			use(tc) // want "loop variable `tc`"
		})
		t.Run(tc, func(t *testing.T) {
			use(tc)
		})
	}
	for _, tc := range []string{"a", "b"} {
		tc := tc
		t.Run(tc, func(t *testing.T) {
			t.Parallel()
			use(tc)
		})
	}
}
