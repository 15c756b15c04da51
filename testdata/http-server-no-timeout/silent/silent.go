// Package silent has servers that are bounded, or that only this machine reaches.
package silent

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"time"
)

const debugAddr = "localhost:6060"

var traceAddr = flag.String("trace", "127.0.0.1:0", "where to serve traces")

func readHeaderTimeout(handler http.Handler) error {
	srv := &http.Server{Addr: ":8080", Handler: handler, ReadHeaderTimeout: time.Second}
	return srv.ListenAndServe()
}

// ReadTimeout stands in for the other.
func readTimeout(handler http.Handler) error {
	srv := http.Server{Addr: ":8080", Handler: handler, ReadTimeout: time.Second}
	return srv.ListenAndServe()
}

func later(handler http.Handler) error {
	srv := new(http.Server)
	srv.Handler = handler
	srv.ReadHeaderTimeout = time.Second
	return srv.ListenAndServe()
}

func configure(srv *http.Server, timeout time.Duration) {
	srv.ReadTimeout = timeout
}

func byHelper(handler http.Handler) error {
	srv := &http.Server{Handler: handler}
	configure(srv, time.Second)
	return srv.ListenAndServe()
}

// Base has what all servers have.
type Base struct {
	http.Server
	name string
}

func newBase(handler http.Handler) *Base {
	b := &Base{name: "base", Server: http.Server{Handler: handler}}
	b.ReadHeaderTimeout = time.Second
	return b
}

func copied(base *http.Server, handler http.Handler) error {
	srv := new(http.Server)
	*srv = *base
	srv.Handler = handler
	return srv.ListenAndServe()
}

func loopback(port string) {
	go http.ListenAndServe("localhost:6060", nil)
	go http.ListenAndServe("[::1]:6060", nil)
	go http.ListenAndServe(debugAddr, nil)
	go http.ListenAndServe("127.0.0.1:"+port, nil)
	go http.ListenAndServe(net.JoinHostPort("localhost", port), nil)
	go http.ListenAndServe(*traceAddr, nil)
	srv := &http.Server{Addr: debugAddr}
	go srv.ListenAndServe()
}

func unix(path string, handler http.Handler) error {
	defer os.Remove(path)
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	return http.Serve(l, handler)
}

func freePort(handler http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: handler}
	go srv.Serve(l)
	return l.Addr().String(), nil
}

// Whoever makes the listener knows who reaches it.
func given(l net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: handler}
	return srv.Serve(l)
}

func testServer(handler http.Handler) *httptest.Server {
	srv := httptest.NewUnstartedServer(handler)
	srv.Config = &http.Server{Handler: handler}
	srv.Start()
	return srv
}

// The connections are ended by hand.
func byHand(handler http.Handler, watch func(net.Conn, http.ConnState)) error {
	srv := &http.Server{Addr: ":8080", Handler: handler, ConnState: watch}
	return srv.ListenAndServe()
}

// The listener of a function that makes one of this machine.
func callback(min int, handler http.Handler) error {
	listener, _, err := listenNear(min)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler}
	return server.Serve(listener)
}

func listenNear(min int) (net.Listener, string, error) {
	for port := min; port < min+10; port++ {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", addr)
		if err == nil {
			return listener, addr, nil
		}
	}
	return nil, "", errors.New("no port is free")
}
