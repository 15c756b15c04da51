package layout

import "net/http"

func single(addr string) error {
	srv := http.Server{Addr: addr} // want "this `http.Server` waits"
	return srv.ListenAndServe()
}
