// Package lib has servers that others may set up.
package lib

import "net/http"

// Server gets its timeouts from the program.
var Server = &http.Server{Addr: ":8080"}

// Plain is left as it is.
var Plain = &http.Server{Addr: ":8081"} // want "waits for a request's headers for ever"

// Serve serves both.
func Serve() error {
	go Plain.ListenAndServe()
	return Server.ListenAndServe()
}
