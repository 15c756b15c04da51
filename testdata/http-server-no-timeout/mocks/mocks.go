package mocks

import "net/http"

type issuer struct{ server *http.Server }

func newIssuer(addr string, handler http.Handler) *issuer {
	return &issuer{server: &http.Server{Addr: addr, Handler: handler}}
}

func (i *issuer) start() error { return i.server.ListenAndServe() }
