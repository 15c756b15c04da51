// Package fields has clients that live in structs and variables.
package fields

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// API has a client that nobody ever gives a timeout.
type API struct {
	base   string
	client *http.Client
}

// NewAPI returns an API.
func NewAPI(base string) *API {
	return &API{base: base, client: &http.Client{}} // want "`a.client.Get` sends a request without a deadline"
}

func (a *API) fetch(path string, into any) error {
	resp, err := a.client.Get(a.base + path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(into)
}

// Store gets its client from a function.
type Store struct{ client *http.Client }

func newClient() *http.Client {
	c := &http.Client{} // want "`s.client.Do` sends"
	c.CheckRedirect = nil
	return c
}

// NewStore returns a Store.
func NewStore() *Store {
	s := &Store{}
	s.client = newClient()
	return s
}

func (s *Store) put(url string) error {
	req, err := http.NewRequest(http.MethodPut, url, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Timed has a client whose timeout another method sets.
type Timed struct {
	client http.Client
}

// NewTimed returns a Timed.
func NewTimed() *Timed {
	return &Timed{client: http.Client{}}
}

// SetTimeout bounds every request.
func (t *Timed) SetTimeout(d time.Duration) {
	t.client.Timeout = d
}

func (t *Timed) get(url string) (*http.Response, error) {
	return t.client.Get(url)
}

// Asked sends only what its callers make.
type Asked struct{ client *http.Client }

// NewAsked returns an Asked.
func NewAsked() *Asked { return &Asked{client: &http.Client{}} }

// Do sends a request of the caller.
func (a *Asked) Do(ctx context.Context, req *http.Request) (*http.Response, error) {
	return a.client.Do(req.WithContext(ctx))
}

// Given has the client of its maker.
type Given struct{ client *http.Client }

// NewGiven returns a Given.
func NewGiven(client *http.Client) *Given {
	if client == nil {
		client = &http.Client{Timeout: time.Minute}
	}
	return &Given{client: client}
}

func (g *Given) get(url string) (*http.Response, error) {
	return g.client.Get(url)
}
