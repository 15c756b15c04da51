// Package silent has clients that wait no longer than somebody meant them to.
package silent

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"time"
)

func inLiteral(url string) (*http.Response, error) {
	client := &http.Client{Timeout: 10 * time.Second}
	return client.Get(url)
}

func unkeyed(url string) (*http.Response, error) {
	client := http.Client{nil, nil, nil, time.Second}
	return client.Get(url)
}

func later(url string) (*http.Response, error) {
	var client http.Client
	client.Timeout = time.Second
	return client.Get(url)
}

func inBranch(url string, timeout time.Duration) (*http.Response, error) {
	client := new(http.Client)
	if timeout > 0 {
		client.Timeout = timeout
	}
	return client.Get(url)
}

func configure(c *http.Client) {
	c.Timeout = time.Second
}

func byHelper(url string) (*http.Response, error) {
	client := &http.Client{}
	configure(client)
	return client.Get(url)
}

func newClient() *http.Client {
	return &http.Client{}
}

func byCaller(url string) (*http.Response, error) {
	client := newClient()
	client.Timeout = time.Second
	return client.Get(url)
}

func newPair() (*http.Client, error) {
	client := &http.Client{}
	return client, nil
}

func byCallerOfPair(url string) (*http.Response, error) {
	client, err := newPair()
	if err != nil {
		return nil, err
	}
	client.Timeout = time.Second
	return client.Get(url)
}

func copied(base *http.Client, url string) (*http.Response, error) {
	client := new(http.Client)
	*client = *base
	return client.Get(url)
}

func otherValue(url string) (*http.Response, error) {
	client := *http.DefaultClient
	client.Timeout = time.Second
	return client.Get(url)
}

func deadline(ctx context.Context, url string) (*http.Response, error) {
	client := &http.Client{}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

// What the caller's context allows is the caller's business.
func callersContext(ctx context.Context, url string) (*http.Response, error) {
	client := &http.Client{}
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req = req.WithContext(ctx)
	return client.Do(req)
}

func requestContext(r *http.Request, url string) (*http.Response, error) {
	client := http.Client{}
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

func headersInTime(url string) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: time.Second}}
	return client.Get(url)
}

func headersInTimeLater(url string) (*http.Response, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = time.Second
	client := &http.Client{Transport: transport}
	return client.Get(url)
}

// deadlines gives every request its own.
type deadlines struct{ next http.RoundTripper }

func (d deadlines) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), time.Second)
	defer cancel()
	return d.next.RoundTrip(req.WithContext(ctx))
}

func ownTransport(url string) (*http.Response, error) {
	client := &http.Client{Transport: deadlines{http.DefaultTransport}}
	return client.Get(url)
}

// A transport that is handed in may do the same.
func unknownTransport(transport http.RoundTripper, url string) (*http.Response, error) {
	client := &http.Client{}
	client.Transport = transport
	return client.Get(url)
}

// Events come for as long as the connection lives.
func events(url string, each func(string)) error {
	client := &http.Client{}
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		each(lines.Text())
	}
	return lines.Err()
}

func ownMachine() (*http.Response, error) {
	client := &http.Client{}
	return client.Get("http://127.0.0.1:9090/healthz")
}

// The client of a test server never waits long.
func testServer(handler http.Handler) (string, error) {
	srv := httptest.NewServer(handler)
	defer srv.Close()
	client := srv.Client()
	resp, err := client.Get(srv.URL)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// Nothing is asked for: others do what they like with it.
func handedOut(take func(*http.Client)) {
	take(&http.Client{})
}

// The connection itself has a deadline.
func dialled(socket string) (*http.Response, error) {
	client := http.Client{
		Transport: &http.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				conn, err := net.Dial("unix", socket)
				if err != nil {
					return nil, err
				}
				return conn, conn.SetDeadline(time.Now().Add(time.Minute))
			},
		},
	}
	return client.Get("http://host/_ping")
}
