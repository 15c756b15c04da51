package layout

import (
	"net/http"
	"sync"
)

func aligned(handler http.Handler) error {
	srv := &http.Server{ // want "this `http.Server` waits"
		Addr:    ":8080", // where
		Handler: handler, // what
	}
	return srv.ListenAndServe()
}

func apart(handler http.Handler) error {
	srv := &http.Server{ // want "this `http.Server` waits"
		Addr: ":8080",
		// What it does.
		Handler: handler,
	}
	return srv.ListenAndServe()
}

func several(handler http.Handler, mu *sync.Mutex) error {
	srv := &http.Server{ // want "this `http.Server` waits"
		Addr: ":8080",
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			handler.ServeHTTP(w, r)
		}),
	}
	return srv.ListenAndServe()
}

func empty() error {
	srv := &http.Server{ // want "this `http.Server` waits"
		// Nothing yet.
	}
	return srv.ListenAndServe()
}
