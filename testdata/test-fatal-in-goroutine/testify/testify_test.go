package testify

import (
	"testing"

	"github.com/shoenig/test/must"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRequire(t *testing.T) {
	go func() {
		require.NoError(t, nil)      // want "`require.NoError` in a goroutine"
		require.Equalf(t, 1, 2, "x") // want "`require.Equalf`"
		must.NoError(t, nil)         // want "`must.NoError`"
		assert.NoError(t, nil)
	}()
	require.NoError(t, nil)
}

func TestObject(t *testing.T) {
	require := require.New(t)
	assert := assert.New(t)
	go func() {
		require.NoError(nil) // want "`require.NoError` in a goroutine"
		assert.NoError(nil)
	}()
	require.NoError(nil)
}

func TestOwnSubtest(t *testing.T) {
	go func() {
		t.Run("a", func(t *testing.T) {
			require := require.New(t)
			require.NoError(nil)
		})
		assert.EventuallyWithT(t, func(c *assert.CollectT) {
			require.NoError(c, nil)
		}, 1, 1)
	}()
}

func TestDecided(t *testing.T) {
	err := work()
	go func() {
		if err == nil {
			require.NoError(t, err)
		}
		if err != nil {
			require.Error(t, err)
			require.NoError(t, err) // want "`require.NoError`"
		}
	}()
	go func() {
		err := work()
		if err != nil {
			return
		}
		require.NoError(t, err)
		if err = work(); err != nil {
			println("failed")
		} else {
			require.NoError(t, err)
		}
		err = work()
		require.NoError(t, err) // want "`require.NoError`"
	}()
	go func() {
		if err != nil {
			println("failed")
		}
		require.NoError(t, err) // want "`require.NoError`"
	}()
}

func work() error { return nil }

type panicking struct{ *testing.T }

func (panicking) FailNow() { panic("failed") }

func newPanicking(t *testing.T) panicking { return panicking{t} }

// What fails by a panic is made for goroutines, and what is to clean up runs in the test's own.
func TestElsewhere(t *testing.T) {
	pt := newPanicking(t)
	go func() {
		require.NoError(pt, nil)
		t.Cleanup(func() { require.NoError(t, nil) })
	}()
}
