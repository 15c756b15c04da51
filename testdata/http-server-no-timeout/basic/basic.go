package basic

import (
	"context"
	"net"
	"net/http"
	"time"
)

func literal(handler http.Handler) error {
	srv := &http.Server{Addr: ":8080", Handler: handler} // want "this `http.Server` waits for a request's headers for ever"
	return srv.ListenAndServe()
}

// WriteTimeout and IdleTimeout begin when the headers are there.
func otherTimeouts(handler http.Handler) error {
	srv := &http.Server{ // want "this `http.Server` waits"
		Addr:         ":8080",
		Handler:      handler,
		WriteTimeout: time.Minute,
		IdleTimeout:  time.Minute,
	}
	return srv.ListenAndServe()
}

func zero(handler http.Handler) error {
	var srv http.Server // want "this `http.Server` waits"
	srv.Addr = ":8443"
	srv.Handler = handler
	return srv.ListenAndServeTLS("cert.pem", "key.pem")
}

func helpers(addr string, handler http.Handler) {
	go http.ListenAndServe(":8080", nil)                 // want "`http.ListenAndServe` waits"
	go http.ListenAndServe(addr, handler)                // want "`http.ListenAndServe` waits"
	go http.ListenAndServeTLS(":443", "c", "k", handler) // want "`http.ListenAndServeTLS` waits"
	go http.ListenAndServe("localhost.example:80", nil)  // want "`http.ListenAndServe` waits"
	go http.ListenAndServe(addr+"?for=127.0.0.1", nil)   // want "`http.ListenAndServe` waits"
}

func listener(handler http.Handler) error {
	l, err := net.Listen("tcp", ":8080")
	if err != nil {
		return err
	}
	return http.Serve(l, handler) // want "`http.Serve` waits"
}

// App keeps its server in order to stop it.
type App struct {
	srv *http.Server
}

// NewApp returns an App.
func NewApp(handler http.Handler) *App {
	return &App{srv: &http.Server{Addr: ":8080", Handler: handler}} // want "this `http.Server` waits"
}

// Run serves until the context ends.
func (a *App) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { a.srv.Close() })
	defer stop()
	return a.srv.ListenAndServe()
}
