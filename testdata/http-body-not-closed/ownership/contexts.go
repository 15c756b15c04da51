package ownership

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// The transport drops the connection when the request's context ends, here with the function.
func limited(ctx context.Context, client *http.Client, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return resp.Body.Close()
}

type traced struct{}

func withTrace(ctx context.Context) context.Context { return context.WithValue(ctx, traced{}, true) }

// So does one that is derived from it.
func limitedLater(client *http.Client, req *http.Request, isTraced bool) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer func() {
		cancel()
	}()
	child := withTrace(ctx)
	if isTraced {
		child = context.WithValue(ctx, traced{}, false)
	}
	again := req.Clone(child)
	resp, err := client.Do(again)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return resp.Body.Close()
}

type api struct{ client *http.Client }

func (a api) get(ctx context.Context, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.example/"+path, nil)
	if err != nil {
		return nil, err
	}
	return a.client.Do(req)
}

func (a api) isUp(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	resp, err := a.get(ctx, "health")
	return err == nil && resp.StatusCode == http.StatusOK
}

// The server cancels the request's context when it has been served.
func (a api) proxy(w http.ResponseWriter, r *http.Request) {
	resp, err := a.client.Do(r.WithContext(withTrace(r.Context())))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if resp.StatusCode != http.StatusOK {
		http.Error(w, resp.Status, http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(w, resp.Body)
}

func forwards(t http.RoundTripper) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(withTrace(r.Context()))
		resp, err := t.RoundTrip(r)
		if err != nil || resp.StatusCode != http.StatusOK {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		resp.Body.Close()
	})
}

// The handler goes on to the next.
func (a api) fanOut(w http.ResponseWriter, r *http.Request, paths []string) {
	for _, path := range paths {
		resp, err := a.get(r.Context(), path) // want "`resp.Body` is not closed on every path"
		if err != nil || resp.StatusCode != http.StatusOK {
			continue
		}
		resp.Body.Close()
	}
	w.WriteHeader(http.StatusNoContent)
}

// Such a request is not one that is served.
func (a api) send(req *http.Request) error {
	resp, err := a.client.Do(req.WithContext(req.Context())) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return resp.Body.Close()
}

// The context is another request's.
func (a api) notify(w http.ResponseWriter, r *http.Request, url string) {
	req, err := http.NewRequest(http.MethodPost, url, r.Body)
	if err != nil {
		return
	}
	resp, err := a.client.Do(req) // want "`resp.Body` is not closed on every path"
	if err != nil || resp.StatusCode != http.StatusOK {
		return
	}
	resp.Body.Close()
}

// On the path that leaks, the context goes on.
func cancelledTooLate(ctx context.Context, a api) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	resp, err := a.get(ctx, "health") // want "`resp.Body` is not closed on every path"
	if err != nil || resp.StatusCode != http.StatusOK {
		return err
	}
	defer cancel()
	return resp.Body.Close()
}

func detached(ctx context.Context, a api) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	resp, err := a.get(context.WithoutCancel(ctx), "health") // want "`resp.Body` is not closed on every path"
	if err != nil || resp.StatusCode != http.StatusOK {
		return err
	}
	return resp.Body.Close()
}

func sometimesLimited(ctx context.Context, client *http.Client, url string, isLimited bool) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if isLimited {
		req = req.WithContext(ctx)
	}
	resp, err := client.Do(req) // want "`resp.Body` is not closed on every path"
	if err != nil || resp.StatusCode != http.StatusOK {
		return err
	}
	return resp.Body.Close()
}
