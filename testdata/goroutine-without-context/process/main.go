package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	run(ctx)
	http.HandleFunc("/", handle)
}

// Only main calls it: the goroutine ends with the process.
func run(ctx context.Context) {
	go func() {
		for {
			time.Sleep(time.Second)
			fmt.Println("alive")
		}
	}()
	<-ctx.Done()
}

// Every request starts one.
func handle(w http.ResponseWriter, r *http.Request) {
	go func() { // want "nothing in it looks at `r.Context\(\)`"
		for {
			time.Sleep(time.Second)
			fmt.Println("alive")
		}
	}()
}
