package wrappers

import (
	"context"
	"io"
	"net/http"
)

type api struct {
	client *http.Client
	do     func(*http.Request) (*http.Response, error)
}

func (a *api) send(req *http.Request) (*http.Response, error) {
	return a.client.Do(req)
}

func (a *api) get(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := a.send(req)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// status closes the body itself; what it returns has nothing left to close.
func (a *api) status(req *http.Request) (*http.Response, error) {
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	return resp, nil
}

func twoLevels(ctx context.Context, a *api) (int, error) {
	resp, err := a.get(ctx, "http://localhost") // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func closedInside(a *api, req *http.Request) (int, error) {
	resp, err := a.status(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func functionField(a *api, req *http.Request) error {
	resp, err := a.do(req) // want "not closed"
	if err != nil {
		return err
	}
	_, err = io.ReadAll(resp.Body)
	return err
}

// made returns a response that nobody received.
func made() *http.Response {
	return &http.Response{StatusCode: 200, Body: http.NoBody}
}

func usesMade() int {
	resp := made()
	return resp.StatusCode
}

type transport struct{ base http.RoundTripper }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Header.Set("X-Seen", "1")
	return resp, nil
}

func dial(req *http.Request) (io.ReadWriteCloser, *http.Response, error) { return nil, nil, nil }

// A successful handshake hands the connection over; its response must not be closed.
func websocket(req *http.Request) (io.ReadWriteCloser, error) {
	conn, resp, err := dial(req)
	if err != nil {
		if resp != nil {
			resp.Body.Close()
		}
		return nil, err
	}
	return conn, nil
}

type roundTripper struct{ http.RoundTripper }

func embeddedInterface(rt roundTripper, req *http.Request) (int, error) {
	resp, err := rt.RoundTrip(req) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

type embedding struct{ *http.Client }

func embeddedClient(c embedding, url string) (int, error) {
	resp, err := c.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func functionParameter(send func(*http.Request) (*http.Response, error), req *http.Request) (int, error) {
	resp, err := send(req) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func localFunction(client *http.Client, req *http.Request) (int, error) {
	send := func() (*http.Response, error) { return client.Do(req) }
	resp, err := send() // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func borrowed(url string) (int, error) {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return size(resp), nil
}

func size(resp *http.Response) int { return int(resp.ContentLength) }

// closedUnless closes the body on one of its ways out, as its caller has asked for.
func closedUnless(client *http.Client, req *http.Request, keep bool) (*http.Response, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if keep {
		return resp, nil
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp, err
}

func asksForItClosed(client *http.Client, req *http.Request) (int, error) {
	resp, err := closedUnless(client, req, false)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}
