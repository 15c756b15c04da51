// Package options lets its callers set up the client.
package options

import "net/http"

// Option changes a client before it is used.
type Option func(*http.Client)

// Fetch asks with what its callers have set.
func Fetch(url string, opts ...Option) (*http.Response, error) {
	client := &http.Client{}
	for _, opt := range opts {
		opt(client)
	}
	return client.Get(url)
}

// A value is copied, so that nobody sets anything.
func FetchShown(url string, show func(http.Client)) (*http.Response, error) {
	client := http.Client{} // want "has no timeout"
	show(client)
	return client.Get(url)
}
