// Package injected has code for fault injection, which builds leave out.
package injected

import (
	"context"
	"time"

	"github.com/pingcap/failpoint"
)

func start(ctx context.Context) error {
	failpoint.Inject("watch", func(failpoint.Value) {
		go func() {
			for {
				println("turn")
				time.Sleep(time.Second)
			}
		}()
	})
	return ctx.Err()
}
