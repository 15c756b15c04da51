package main

import (
	"fmt"
	"net/http"
	"time"
)

type daemon struct{ beats int }

func main() {
	d := &daemon{}
	d.start()
	go beat()
	http.ListenAndServe(":8080", d)
}

// Only main calls it.
func (d *daemon) start() {
	go func() {
		for {
			d.beats++
			time.Sleep(time.Second)
		}
	}()
}

func beat() {
	for {
		fmt.Println("alive")
		time.Sleep(time.Second)
	}
}

// Every connection starts one.
func (d *daemon) ServeHTTP(http.ResponseWriter, *http.Request) {
	d.follow()
}

func (d *daemon) follow() {
	go beat() // want "the loop in `beat` has no way out"
}
