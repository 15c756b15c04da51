package main

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// What main leaves behind ends with the process.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	if len(os.Args) < 2 {
		return
	}
	for range 3 {
		sub, _ := context.WithCancel(ctx) // want "the cancel function of `context.WithCancel` is dropped"
		println(sub.Err() == nil)
	}
	limited, _ := context.WithTimeout(ctx, time.Second)
	<-limited.Done()
	stop()
}
