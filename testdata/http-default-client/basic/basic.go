package basic

import (
	"context"
	"fmt"
	"io"
	"net/http"
	h "net/http"
	"net/url"
	"time"
)

const local = "http://localhost:8080/"

func get(url string) (*http.Response, error) {
	return http.Get(url) // want "`http.Get` has no timeout"
}

func others(url string, form url.Values, body io.Reader) {
	_, _ = http.Head(url)                     // want "`http.Head` has no timeout"
	_, _ = http.Post(url, "text/plain", body) // want "`http.Post` has no timeout"
	_, _ = h.PostForm(url, form)              // want "`h.PostForm` has no timeout"
}

func method(url string) (*http.Response, error) {
	return http.DefaultClient.Get(url) // want "`http.DefaultClient.Get` has no timeout"
}

func do(url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodDelete, url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req) // want "`http.DefaultClient.Do` has no timeout"
}

func doBackground(url string) (*http.Response, error) {
	ctx := context.Background()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req) // want "`http.DefaultClient.Do` has no timeout"
}

func doWithDeadline(ctx context.Context, url string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func doWithCallersContext(ctx context.Context, req *http.Request) (*http.Response, error) {
	return http.DefaultClient.Do(req.WithContext(ctx))
}

func doCallersRequest(req *http.Request) (*http.Response, error) {
	return http.DefaultClient.Do(req)
}

func ownMachine(port string) {
	_, _ = http.Get("http://localhost:8080/healthz")
	_, _ = http.Get("http://127.0.0.1:" + port)
	_, _ = http.Get(local)
}

func notLocal() (*http.Response, error) {
	return http.Get("http://localhost.example.com/") // want "`http.Get` has no timeout"
}

type fake struct{}

func (fake) Get(string) (*http.Response, error) { return nil, nil }

func shadowed(url string) (*http.Response, error) {
	http := fake{}
	return http.Get(url)
}

func otherClient(url string) (*http.Response, error) {
	client := &http.Client{Timeout: time.Second}
	return client.Get(url)
}

// Handing it on is no request.
func handedOn(client *http.Client) *http.Client {
	if client == nil {
		client = http.DefaultClient
	}
	return client
}

// The server answers when there is an event.
func longPoll(since int) (*http.Response, error) {
	return http.Get(fmt.Sprintf("http://example.com/events?since=%d", since)) // want "`http.Get` has no timeout" // FIXME false positive: it is a long poll
}

const (
	port    = "8080"
	machine = "http://localhost:" + port
	v1      = machine + "/v1/%s"
)

func constants(name string) (*http.Response, error) {
	url := fmt.Sprintf(v1, name)
	return http.Get(url)
}
