// Package main is the command.
package main

import (
	"net/http"
	"time"

	"example.com/cached/broker"
	"example.com/cached/once"
	"example.com/cached/router"
)

func main() {
	once.RunAll([]interface{ Run() }{router.New()})
	http.HandleFunc("/", serve)
	for range time.Tick(time.Hour) {
		broker.Reload().Publish("reload")
	}
}

func serve(w http.ResponseWriter, r *http.Request) {
	broker.Get().Publish(r.URL.Path)
	if _, err := broker.Client(r.URL.Path); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
	broker.New().Publish(r.Method)
}
