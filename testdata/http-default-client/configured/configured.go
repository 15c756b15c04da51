// Package configured gives the default client a timeout for the whole program.
package configured

import (
	"net/http"
	"time"
)

func init() {
	http.DefaultClient.Timeout = 10 * time.Second
}

func get(url string) (*http.Response, error) {
	return http.Get(url)
}

func method(url string) (*http.Response, error) {
	return http.DefaultClient.Get(url)
}
