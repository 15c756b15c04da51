// Package main is the command.
package main

import (
	"log"
	"net/http"

	"example.com/module/internal/fetch"
)

func main() {
	if err := fetch.Status("https://example.com"); err != nil {
		log.Fatal(err)
	}
	if err := fetch.Counted("https://example.com"); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", handle)
}

func handle(w http.ResponseWriter, r *http.Request) {
	resp, err := http.Get("https://example.com") // want "http.Get"
	if err != nil {
		return
	}
	resp.Body.Close()
}

// Nothing calls it any more.
func Probe(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
