package left

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

type mailer interface {
	Send(ctx context.Context, to string) error
}

type server struct {
	mailer mailer
	next   http.Handler
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to := r.FormValue("to")
	go func() { // want "goroutine works with the context of request `r`, which ends when the handler returns"
		if err := s.mailer.Send(r.Context(), to); err != nil {
			fmt.Println(err)
		}
	}()
	w.WriteHeader(http.StatusAccepted)
}

func (s *server) variable(w http.ResponseWriter, req *http.Request) {
	ctx := req.Context()
	go s.mailer.Send(ctx, "somebody") // want "context of request `req`"
	if err := json.NewEncoder(w).Encode("accepted"); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// The middleware goes on with the next handler.
func (s *server) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		go s.record(r) // want "context of request `r`"
		next.ServeHTTP(w, r)
	})
}

func (s *server) record(r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	s.mailer.Send(ctx, "statistics")
}

func (s *server) loops(w http.ResponseWriter, r *http.Request) {
	go s.remind(r.Context()) // want "context of request `r`"
	fmt.Fprintln(w, "you will be reminded")
}

func (s *server) remind(ctx context.Context) {
	for {
		if s.mailer.Send(ctx, "you") != nil {
			return
		}
		time.Sleep(time.Hour)
	}
}

func (s *server) later(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	time.AfterFunc(time.Minute, func() { // want "context of request `r`"
		s.mailer.Send(ctx, "somebody")
	})
	w.WriteHeader(http.StatusAccepted)
}
