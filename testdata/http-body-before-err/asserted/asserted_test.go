package asserted

import (
	"net/http"
	"testing"
)

func requireNotNil(t *testing.T, value any) {
	if value == nil {
		t.FailNow()
	}
}

func requireNoError(t *testing.T, err error) {
	if err != nil {
		t.FailNow()
	}
}

// The response is asked for before it is used.
func TestGet(t *testing.T) {
	resp, err := http.Get("http://service/")
	requireNotNil(t, resp)
	defer resp.Body.Close()
	requireNoError(t, err)
}
