package waited

import (
	"context"
	"io"
	"log"
	"net/http"
	"sync"
	"time"
)

type mailer interface {
	Send(ctx context.Context, to string) error
	Stream(ctx context.Context, w io.Writer) error
}

type server struct {
	mailer mailer
}

func (s *server) group(w http.ResponseWriter, r *http.Request) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		s.mailer.Send(r.Context(), "somebody")
	}()
	wg.Wait()
}

func (s *server) result(w http.ResponseWriter, r *http.Request) {
	failed := make(chan error, 1)
	go func() { failed <- s.mailer.Send(r.Context(), "somebody") }()
	select {
	case err := <-failed:
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	case <-time.After(time.Second):
		w.WriteHeader(http.StatusGatewayTimeout)
	}
}

// The end of the request is what it waits for.
func (s *server) watcher(w http.ResponseWriter, r *http.Request, body io.ReadCloser) {
	go func() {
		<-r.Context().Done()
		body.Close()
	}()
	io.Copy(w, body)
}

func (s *server) detached(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	go s.mailer.Send(ctx, "somebody")
	go s.mailer.Send(context.WithoutCancel(r.Context()), "somebody")
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), time.Second)
		defer cancel()
		s.mailer.Send(ctx, "somebody")
	}()
	w.WriteHeader(http.StatusAccepted)
}

// A stream beside the handler, which reads until the client is gone.
func (s *server) stream(w http.ResponseWriter, r *http.Request) {
	go s.mailer.Stream(r.Context(), w)
	io.Copy(io.Discard, r.Body)
}

// The header is all that it needs.
func (s *server) header(w http.ResponseWriter, r *http.Request) {
	go log.Println(r.Method, r.URL)
	go func(agent string) { s.mailer.Send(context.Background(), agent) }(r.UserAgent())
	w.WriteHeader(http.StatusNoContent)
}

type key struct{}

// A value lives on.
func (s *server) value(w http.ResponseWriter, r *http.Request) {
	go func() {
		if user, ok := r.Context().Value(key{}).(string); ok {
			s.mailer.Send(context.Background(), user)
		}
	}()
	w.WriteHeader(http.StatusAccepted)
}

// Not a handler: the caller may wait.
func (s *server) notify(r *http.Request) {
	go s.mailer.Send(r.Context(), "somebody")
}

// A warning when the work takes too long.
func (s *server) slow(w http.ResponseWriter, r *http.Request) {
	warn := time.AfterFunc(time.Minute, func() { s.mailer.Send(r.Context(), "operator") })
	defer warn.Stop()
	io.Copy(w, r.Body)
}
