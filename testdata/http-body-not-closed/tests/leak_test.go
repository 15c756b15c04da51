package server

import (
	"net/http"
	"testing"
)

// Tests end soon.
func TestNotLookedAt(t *testing.T) {
	resp, err := http.Get("http://localhost")
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}
