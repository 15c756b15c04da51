package asserted

import (
	"net/http"
	"testing"
)

type require struct{ t *testing.T }

// NotNil ends the test.
func (r require) NotNil(value any) {
	if value == nil {
		r.t.FailNow()
	}
}

func (r require) NoError(err error) {
	if err != nil {
		r.t.FailNow()
	}
}

func TestGet(t *testing.T) {
	require := require{t}
	resp, err := http.Get("http://service/")
	require.NotNil(resp)
	defer resp.Body.Close()
	require.NoError(err)
}
