// Package lib has clients that others may set up.
package lib

import "net/http"

// Client gets its timeout from the program.
var Client = &http.Client{}

// Plain is left as it is.
var Plain = &http.Client{} // want "no timeout"

// Fetcher has a client of its own, which the program sets up.
type Fetcher struct{ HTTP *http.Client }

// NewFetcher makes one.
func NewFetcher() *Fetcher { return &Fetcher{HTTP: &http.Client{}} }

// Get gets.
func (f *Fetcher) Get() (*http.Response, error) { return f.HTTP.Get("https://example.com") }

// Get gets.
func Get() (*http.Response, error) { return Client.Get("https://example.com") }

// GetPlain gets.
func GetPlain() (*http.Response, error) { return Plain.Get("https://example.com") }
