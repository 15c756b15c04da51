// Package alias gives the default client a timeout by another name.
package alias

import (
	"net/http"
	"time"
)

func client() *http.Client {
	client := http.DefaultClient
	client.Timeout = 10 * time.Second
	return client
}

func get(url string) (*http.Response, error) {
	return http.Get(url)
}

var _ = client
var _ = get
