package basic

import (
	"crypto/tls"
	"net/http"
	"time"
)

func perCall(url string) error {
	tr := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}} // want "each call leaks"
	client := &http.Client{Transport: tr, Timeout: time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func perCallInline(url string) error {
	client := http.Client{
		Timeout:   time.Second,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}, // want "each call leaks"
	}
	resp, err := client.Head(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func bounded(url string) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{IdleConnTimeout: time.Minute}}
	return client.Get(url)
}

func withoutKeepAlive(url string) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return client.Get(url)
}

func boundedLater(url string) (*http.Response, error) {
	tr := &http.Transport{}
	tr.IdleConnTimeout = time.Minute
	client := &http.Client{Transport: tr}
	return client.Get(url)
}

func closed(url string) error {
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	client := &http.Client{Transport: tr}
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func closedByClient(url string) error {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// A clone has the default's 90 seconds.
func cloned(url string) (*http.Response, error) {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	client := &http.Client{Transport: tr}
	return client.Get(url)
}

// One transport for the life of the process holds two idle connections a host.
var shared = &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment}}

func useShared(url string) (*http.Response, error) {
	return shared.Get(url)
}

// API keeps its transport.
type API struct{ client *http.Client }

// NewAPI returns an API.
func NewAPI() *API {
	tr := &http.Transport{}
	return &API{client: &http.Client{Transport: tr}}
}

func (a *API) get(url string) (*http.Response, error) { return a.client.Get(url) }

func newClient() *http.Client {
	client := &http.Client{Transport: &http.Transport{}}
	if resp, err := client.Get("https://example.com"); err == nil {
		resp.Body.Close()
	}
	return client
}
