package elsewhere

import "net/http"

type client struct {
	*http.Client
	base string
}

func (c *client) fetch(path string) (*http.Response, error) {
	return c.Get(c.base + path)
}

func (c *client) request(path string) (*http.Request, error) {
	return http.NewRequest(http.MethodGet, c.base+path, nil)
}

type fetcher interface {
	fetch(path string) (*http.Response, error)
}
