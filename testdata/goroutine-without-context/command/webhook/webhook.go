// Package webhook is a server that a command starts once.
package webhook

import (
	"context"
	"net/http"
	"time"

	"example.com/command/creds"
)

// Launch is what main calls.
func Launch(ctx context.Context, addr string) error {
	server := NewServer(ctx, addr)
	return server.ListenAndServe()
}

// NewServer is called by Launch alone, so the watcher ends with the process.
func NewServer(ctx context.Context, addr string) *http.Server {
	watcher := &creds.Watcher{}
	go watcher.Process()
	return &http.Server{Addr: addr, Handler: http.HandlerFunc(serve), ReadHeaderTimeout: time.Second}
}

func serve(w http.ResponseWriter, r *http.Request) {
	check(r.Context(), &creds.Watcher{})
}

// Each request starts one.
func check(ctx context.Context, watcher *creds.Watcher) {
	go watcher.Process() // want "runs `creds.Watcher.Process`, which never ends"
}

// Wait waits.
func Wait() error {
	time.Sleep(time.Second)
	return nil
}
