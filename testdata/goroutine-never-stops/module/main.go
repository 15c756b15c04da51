// Package main is the command.
package main

import (
	"log"
	"net/http"

	"example.com/module/daemon"
	"example.com/module/serve"
)

func main() {
	if err := run("/"); err != nil {
		log.Fatal(err)
	}
}

func run(path string) error {
	if _, err := daemon.New(path); err != nil {
		return err
	}
	http.HandleFunc("/", serve.Handle)
	return nil
}
