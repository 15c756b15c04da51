// Package main calls into packages of its module.
package main

import (
	"errors"
	"net/http"

	"example.com/module/internal/cli"
)

var failure cli.Failure

func ended() {
	resp, err := http.Get("http://localhost")
	if err != nil {
		return
	}
	if resp.StatusCode != http.StatusOK {
		cli.Die(errors.New(resp.Status))
	}
	if resp.StatusCode == 0 {
		failure.Exit()
	}
	resp.Body.Close()
}

func endedAndNotClosed() {
	resp, err := http.Get("http://localhost") // want "not closed on every path"
	if err != nil {
		return
	}
	if resp.StatusCode != http.StatusOK {
		cli.FailLater(errors.New(resp.Status))
		return
	}
	resp.Body.Close()
}

func main() {
	ended()
	endedAndNotClosed()
}
