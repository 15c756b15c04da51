// Package embedded has clients that are values in structs.
package embedded

import (
	"net/http"
	"time"
)

// Zero embeds a client that stays as it is.
type Zero struct {
	http.Client
	base string
}

func (z *Zero) index() (*http.Response, error) {
	return z.Get(z.base) // want "`z.Get` sends a request without a deadline"
}

// Plain has a client that stays as it is.
type Plain struct {
	client http.Client
}

func (p *Plain) index(url string) (*http.Response, error) {
	return p.client.Get(url) // want "`p.client.Get` sends"
}

// Literal embeds a client that is made without timeout.
type Literal struct{ *http.Client }

// NewLiteral returns a Literal.
func NewLiteral() *Literal {
	return &Literal{Client: &http.Client{}} // want "`l.Post` sends"
}

func (l *Literal) send(url string) (*http.Response, error) {
	return l.Post(url, "text/plain", nil)
}

// Timed embeds a client and bounds it through the promoted field.
type Timed struct{ http.Client }

// NewTimed returns a Timed.
func NewTimed() *Timed {
	t := &Timed{}
	t.Timeout = time.Second
	return t
}

func (t *Timed) index(url string) (*http.Response, error) {
	return t.Get(url)
}

// Deep embeds what embeds a client.
type Deep struct{ Timed }

func (d *Deep) index(url string) (*http.Response, error) {
	return d.Get(url)
}

// Pointer has a client that somebody else makes.
type Pointer struct{ *http.Client }

func (p *Pointer) index(url string) (*http.Response, error) {
	return p.Get(url)
}
