// Command fetch has a person in front of it, or runs on and on.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) == 2 {
		fetchOnce(os.Args[1])
		return
	}
	dump()
}

// Who has started the command waits, and can interrupt it.
func fetchOnce(url string) {
	resp, err := http.Get(url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer resp.Body.Close()
	io.Copy(os.Stdout, resp.Body)
}

// The first turn is come to once, the others are not.
func dump() {
	collect("http://node:6060/debug/pprof/goroutine")
	for range time.Tick(10 * time.Second) {
		collect("http://node:6060/debug/pprof/goroutine")
	}
}

func collect(url string) {
	resp, err := http.Get(url) // want "`http.Get` has no timeout"
	if err != nil {
		return
	}
	resp.Body.Close()
}

// Only tests send this without a context.
func send(req *http.Request) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func notify(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	if err != nil {
		return err
	}
	return send(req)
}

var _ = notify
