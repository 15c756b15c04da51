// Package known has requests that are reported although there is nothing to pass on.
package known

import "net/http"

type authorizer struct{ client *http.Client }

// The request is one that this program is about to send.
func (a *authorizer) authorize(req *http.Request) error {
	ask, err := http.NewRequest(http.MethodGet, "https://registry/token", nil) // want "`http.NewRequest` ignores" // FIXME false positive: the request has no context of its own
	if err != nil {
		return err
	}
	resp, err := a.client.Do(ask)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	req.Header.Set("Authorization", resp.Header.Get("Token"))
	return nil
}

func (a *authorizer) list() error {
	req, err := http.NewRequest(http.MethodGet, "https://registry/tags", nil)
	if err != nil {
		return err
	}
	return a.authorize(req)
}
