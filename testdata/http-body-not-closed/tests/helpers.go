// Package server holds helpers that tests of several packages share, outside of test files.
package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRecorder(t *testing.T) {
	rec := httptest.NewRecorder()
	rec.WriteString("hello")
	resp := rec.Result()
	if resp.StatusCode != 200 {
		t.Fatal(resp.Status)
	}
}

func TestRequire(t *testing.T) {
	resp, err := http.Get("http://localhost")
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	assert.Equal(t, 200, resp.StatusCode)
}

func TestCleanup(t *testing.T) {
	resp, err := http.Get("http://localhost")
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
}

func TestFails(t *testing.T) {
	_, err := http.Get("http://localhost:1")
	require.Error(t, err)
	if _, err := http.Get("http://localhost:2"); err == nil {
		t.Fatal("no error")
	}
}

func TestAssert(t *testing.T) {
	resp, err := http.Get("http://localhost")
	if !assert.NoError(t, err) {
		return
	}
	resp.Body.Close()
}

func TestFatalPath(t *testing.T) {
	resp, err := http.Get("http://localhost")
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 {
		t.Fatalf("status %d", resp.StatusCode)
	}
	resp.Body.Close()
}

func TestErrorText(t *testing.T) {
	_, err := http.Get("http://localhost:1")
	assert.Contains(t, err.Error(), "refused")
}

func requireError(t *testing.T, err error) {
	if err == nil {
		t.Fatal("no error")
	}
}

func TestOwnAssertion(t *testing.T) {
	_, err := http.Get("http://localhost:1")
	requireError(t, err)
	_, err = http.Get("http://localhost:2")
	require.True(t, err != nil)
}

func TestLeak(t *testing.T) {
	resp, err := http.Get("http://localhost")
	require.NoError(t, err)
	assert.Equal(t, 200, resp.StatusCode)
}
