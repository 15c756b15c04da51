package bugs

import "net/http"

type api struct {
	hits map[string]int
	safe map[string]int
}

func (a *api) routes(mux *http.ServeMux) {
	mux.HandleFunc("/", a.serve)
	mux.HandleFunc("/one", func(w http.ResponseWriter, r *http.Request) {
		a.hits[r.URL.Path]++ // want "map `a.hits` is written in a handler, which runs for many requests at once"
	})
	mux.Handle("/safe", http.HandlerFunc(a.read))
	a.safe["/"] = 0
}

func (a *api) serve(w http.ResponseWriter, r *http.Request) {
	a.hits[r.URL.Path] = 1 // want "map `a.hits` is written in a handler"
	own := map[string]int{}
	own["a"]++
}

func (a *api) read(w http.ResponseWriter, r *http.Request) {
	_ = a.safe[r.URL.Path]
}
