package fields

import "net/http"

// Limited is bounded elsewhere.
type Limited struct{ client *http.Client }

// NewLimited returns a Limited.
func NewLimited() *Limited { return &Limited{client: new(http.Client)} }

func (l *Limited) get(url string) (*http.Response, error) { return l.client.Get(url) }
