package left

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"time"
)

type store interface {
	Put(ctx context.Context, key string) error
	Get(ctx context.Context, key string) (string, error)
}

type service struct {
	store  store
	client *http.Client
	last   time.Time
}

func (s *service) remember(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	go func() { // want "`ctx` is cancelled while the goroutine still works with it: nobody waits for it"
		if err := s.store.Put(ctx, key); err != nil {
			fmt.Println(err)
		}
	}()
}

// The loop ends before its first turn.
func (s *service) start() {
	background, stop := context.WithCancel(context.Background())
	defer stop()
	go s.loop(background) // want "`background` is cancelled while the goroutine"
}

func (s *service) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
			s.refresh(ctx)
		}
	}
}

func (s *service) refresh(ctx context.Context) {
	if err := s.store.Put(ctx, "refreshed"); err != nil {
		fmt.Println(err)
	}
}

// The lookup may take longer than the refresh, or not.
func (s *service) lookup(ctx context.Context, key string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if s.last.IsZero() {
		go s.refresh(ctx) // want "`ctx` is cancelled while the goroutine"
	}
	return s.store.Get(ctx, key)
}

func (s *service) early(key string) error {
	ctx, cancel := context.WithCancel(context.Background())
	go s.store.Put(ctx, key) // want "`ctx` is cancelled while the goroutine"
	cancel()
	if key == "" {
		return errors.New("empty key")
	}
	return nil
}

// Other contexts and requests end with what they are made from.
func (s *service) derived(url string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer func() { cancel() }()
	named := context.WithValue(ctx, store(nil), "name")
	go s.refresh(named) // want "`ctx` is cancelled while the goroutine"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return
	}
	go s.client.Do(req) // want "`ctx` is cancelled while the goroutine"
}

func (s *service) argument(key string) {
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(time.Second))
	defer cancel()
	go func(own context.Context) { // want "`ctx` is cancelled while the goroutine"
		s.store.Put(own, key)
	}(ctx)
}

// What is returned never gets a second value.
func (s *service) values() <-chan string {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	out := make(chan string)
	go func() { // want "`ctx` is cancelled while the goroutine"
		defer close(out)
		for {
			value, err := s.store.Get(ctx, "next")
			if err != nil {
				return
			}
			out <- value
		}
	}()
	return out
}

func (s *service) each(keys []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, key := range keys {
		go s.store.Put(ctx, key) // want "`ctx` is cancelled while the goroutine"
	}
}
