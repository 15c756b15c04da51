package basic

import (
	"context"
	"net/http"
	"net/http/httptest"
)

func lost(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil) // want "`http.NewRequest` ignores `ctx`"
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/plain")
	return client.Do(req)
}

func handler(w http.ResponseWriter, r *http.Request) {
	req, err := http.NewRequest(http.MethodGet, "https://example.com", nil) // want "ignores `r.Context\(\)`"
	if err != nil {
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	resp.Body.Close()
}

func assigned(ctx context.Context, rt http.RoundTripper, url string) (*http.Response, error) {
	var req *http.Request
	var err error
	req, err = http.NewRequest(http.MethodGet, url, nil) // want "ignores `ctx`"
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req)
}

func withContext(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req.WithContext(ctx))
}

func withContextLater(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req = req.WithContext(context.WithValue(ctx, key{}, 1))
	return client.Do(req)
}

func cloned(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req.Clone(ctx))
}

type key struct{}

func noContext(client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

func blankContext(_ context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

// The context comes too late.
func contextLater(client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	_ = ctx
	return client.Do(req)
}

// A helper may well add it.
func helped(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	prepare(ctx, req)
	return client.Do(req)
}

func prepare(ctx context.Context, req *http.Request) {
	*req = *req.WithContext(ctx)
}

// It is never sent.
func served(ctx context.Context, h http.Handler) int {
	req, _ := http.NewRequest(http.MethodGet, "/", nil)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec.Code
}

func returned(ctx context.Context, url string) (*http.Request, error) {
	return http.NewRequest(http.MethodGet, url, nil)
}

func returnedLater(ctx context.Context, url string) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return req, nil
}

// It goes on when the request that caused it is answered.
func detached(ctx context.Context, client *http.Client, url string) {
	go func() {
		req, err := http.NewRequest(http.MethodPost, url, nil)
		if err != nil {
			return
		}
		if resp, err := client.Do(req); err == nil {
			resp.Body.Close()
		}
	}()
}
