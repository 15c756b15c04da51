package main

import (
	"context"
	"log"
	"net/http"
)

type mailer interface {
	Send(ctx context.Context, to string) error
}

var mails mailer

var handlers = map[string]http.HandlerFunc{
	"/mail": func(w http.ResponseWriter, r *http.Request) {
		go mails.Send(r.Context(), "somebody") // want "goroutine works with the context of request `r`"
		w.WriteHeader(http.StatusAccepted)
	},
}

func main() {
	for path, handler := range handlers {
		http.HandleFunc(path, handler)
	}
	http.HandleFunc("/remind", func(w http.ResponseWriter, r *http.Request) {
		go mails.Send(r.Context(), "you") // want "goroutine works with the context of request `r`"
		w.WriteHeader(http.StatusAccepted)
	})
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
