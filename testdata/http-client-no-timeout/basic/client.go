package basic

import (
	"bytes"
	"context"
	"net/http"
	"time"
)

func literal(url string) (*http.Response, error) {
	client := &http.Client{} // want "`client.Get` sends a request without a deadline"
	return client.Get(url)
}

func value(url string) (*http.Response, error) {
	client := http.Client{Transport: http.DefaultTransport} // want "`client.Head` sends"
	return client.Head(url)
}

func zero(url string) (*http.Response, error) {
	var client http.Client // want "`client.PostForm` sends"
	return client.PostForm(url, nil)
}

func made(url string) (*http.Response, error) {
	client := new(http.Client) // want "`client.Do` sends"
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(nil))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	return client.Do(req)
}

func background(url string) (*http.Response, error) {
	client := &http.Client{CheckRedirect: nil} // want "`client.Do` sends"
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

func slowHeaders(url string) (*http.Response, error) {
	transport := &http.Transport{IdleConnTimeout: time.Minute, TLSHandshakeTimeout: time.Second}
	client := &http.Client{Transport: transport} // want "`client.Get` sends"
	return client.Get(url)
}

// The first request has a deadline, the second has none.
func mixed(ctx context.Context, url string) error {
	client := &http.Client{} // want "`client.Get` sends"
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
	resp.Body.Close()
	resp, err = client.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

var global http.Client // want "`global.Get` sends"

func useGlobal(url string) (*http.Response, error) {
	return global.Get(url)
}

var pointer = &http.Client{} // want "`pointer.Post` sends"

func usePointer(url string) (*http.Response, error) {
	return pointer.Post(url, "text/plain", nil)
}

// The request is made by a caller.
func send(req *http.Request) (*http.Response, error) {
	client := &http.Client{} // want "`client.Do` sends"
	return client.Do(req)
}

func caller(url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return send(req)
}
