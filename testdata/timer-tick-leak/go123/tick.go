// Package go123 has tickers that are collected once nobody can receive from them.
package go123

import (
	"context"
	"time"
)

func watch(ctx context.Context, poll func()) {
	ticks := time.Tick(time.Second)
	for {
		select {
		case <-ticks:
			poll()
		case <-ctx.Done():
			return
		}
	}
}
