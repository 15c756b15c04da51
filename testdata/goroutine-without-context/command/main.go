// Package main is the command.
package main

import (
	"context"
	"log"

	"example.com/command/scale"
	"example.com/command/webhook"
)

func main() {
	ctx := context.Background()
	if err := webhook.Launch(ctx, ":8443"); err != nil {
		log.Fatal(err)
	}
	if err := show(ctx); err != nil {
		log.Fatal(err)
	}
	scale.Poll(ctx, scale.NewQueue())
}

// The process ends when its context does, and the goroutine with it.
func show(ctx context.Context) error {
	results := make(chan error)
	go func() {
		results <- webhook.Wait()
	}()
	select {
	case err := <-results:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
