// Package main sets up what a library uses.
package main

import (
	"time"

	"example.com/module/lib"
)

func main() {
	lib.Client.Timeout = 10 * time.Second
	fetcher := lib.NewFetcher()
	fetcher.HTTP.Timeout = time.Second
	for _, get := range []any{lib.Get, lib.GetPlain, fetcher.Get} {
		println(get)
	}
}
