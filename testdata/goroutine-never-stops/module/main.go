// Package main is the command.
package main

import (
	"log"
	"net/http"
	"time"

	"example.com/module/daemon"
	"example.com/module/serve"
)

func main() {
	if err := run("/"); err != nil {
		log.Fatal(err)
	}
}

func run(path string) error {
	d, err := daemon.New(path)
	if err != nil {
		return err
	}
	d.Start()
	steps := []func(string){simulate, explain}
	for _, step := range steps {
		step(path)
	}
	http.HandleFunc("/", serve.Handle)
	return nil
}

func simulate(path string) {
	go func() {
		for {
			time.Sleep(time.Second)
			log.Print(path)
		}
	}()
}

func explain(path string) { log.Print(path) }
