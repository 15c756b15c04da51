package layout

import "net/http"

// The name that the edit needs is taken.
func taken(time string) error {
	srv := http.Server{Addr: time} // want "this `http.Server` waits"
	return srv.ListenAndServe()
}
