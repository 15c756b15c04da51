package main

import (
	"context"
	"net/http"
)

type store struct{}

func (store) Put(ctx context.Context, key string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://localhost/"+key, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// The process ends with it.
func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go store{}.Put(ctx, "up")
	if err := prepare(ctx); err != nil {
		println(err)
	}
}

func prepare(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go store{}.Put(ctx, "prepared") // want "`ctx` is cancelled while the goroutine"
	return nil
}
