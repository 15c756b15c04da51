// Command orders takes orders over HTTP, prices them and ships them in the background.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/orders/cache"
	"example.com/orders/orders"
	"example.com/orders/pricing"
	"example.com/orders/worker"
)

func main() {
	addr := flag.String("addr", ":8080", "where to listen")
	prices := flag.String("prices", "http://prices.internal", "base URL of the price service")
	workers := flag.Int("workers", 4, "how many orders are shipped at once")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *prices, *workers); err != nil {
		slog.Error("orders stopped", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, prices string, workers int) error {
	known := cache.New(10 * time.Minute)
	go known.Expire(ctx, time.Minute)

	pool := worker.New(workers)
	pool.Start(ctx)
	defer pool.Stop()

	client := pricing.New(prices, known)
	if err := client.Ping(); err != nil {
		return err
	}
	server := &http.Server{
		Addr:              addr,
		Handler:           orders.NewHandler(client, pool).Routes(),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
	}

	failed := make(chan error, 1)
	go func() {
		failed <- server.ListenAndServe()
	}()
	select {
	case err := <-failed:
		if !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	case <-ctx.Done():
	}

	// The context is over already; open requests get a little time of their own.
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return server.Shutdown(grace)
}
