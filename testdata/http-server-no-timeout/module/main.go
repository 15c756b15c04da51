// Package main sets up what a library serves.
package main

import (
	"flag"
	"log"

	"example.com/module/lib"
)

func main() {
	flag.DurationVar(&lib.Server.ReadHeaderTimeout, "header-timeout", 0, "how long headers may take")
	flag.Parse()
	log.Fatal(lib.Serve())
}
