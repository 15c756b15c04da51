// Package check is for everybody, so others may use what the module does not.
package check

import "net/http"

// Reach is not called in the module.
func Reach(url string) error {
	resp, err := http.Get(url) // want "http.Get"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
