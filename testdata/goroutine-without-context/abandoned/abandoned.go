package abandoned

import (
	"context"
	"net/http"
	"time"
)

func query(ctx context.Context, slow func() int) (int, error) {
	results := make(chan int)
	go func() { // want "goroutine blocks for ever on its send to `results` when `ctx.Done\(\)` is ready first"
		results <- slow()
	}()
	select {
	case result := <-results:
		return result, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func handle(w http.ResponseWriter, r *http.Request) {
	failed := make(chan error)
	go func() { // want "on its send to `failed` when `r.Context\(\).Done\(\)` is ready first"
		failed <- r.ParseForm()
	}()
	select {
	case <-r.Context().Done():
	case err := <-failed:
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}
}

func pulse(ctx context.Context, slow func() int) int {
	results := make(chan int)
	go func() { // want "on its send to `results`"
		results <- slow()
	}()
	for {
		select {
		case result := <-results:
			return result
		case <-time.After(time.Second):
			println("waiting")
		case <-ctx.Done():
			return 0
		}
	}
}

// Each request leaves one behind.
func answer(w http.ResponseWriter, r *http.Request) {
	if _, err := query(r.Context(), slowly); err != nil {
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
	}
}

func follow(ctx context.Context) {
	for ctx.Err() == nil {
		println(pulse(ctx, slowly))
	}
}

func slowly() int {
	time.Sleep(time.Second)
	return 1
}
