// Package options lets its callers set up the server.
package options

import "net/http"

// Option changes a server before it runs.
type Option func(*http.Server)

// Run serves with what its callers have set.
func Run(addr string, handler http.Handler, opts ...Option) error {
	server := &http.Server{Addr: addr, Handler: handler}
	for _, opt := range opts {
		opt(server)
	}
	return server.ListenAndServe()
}

// RunAnd is told what to do with the server.
func RunAnd(addr string, setUp func(*http.Server)) error {
	server := &http.Server{Addr: addr}
	setUp(server)
	return server.ListenAndServe()
}

// A function of the package sets nothing.
func RunNamed(addr string) error {
	server := &http.Server{Addr: addr} // want "waits for a request's headers for ever"
	name(server)
	return server.ListenAndServe()
}

func name(server *http.Server) {
	server.DisableGeneralOptionsHandler = true
}
