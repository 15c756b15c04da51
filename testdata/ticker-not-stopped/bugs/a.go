package bugs

import (
	"context"
	"time"
)

func poll(ctx context.Context, ask func() error) error {
	ticker := time.NewTicker(time.Second) // want "`ticker` is not stopped on every path"
	for {
		select {
		case <-ticker.C:
			if err := ask(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func onePath(ctx context.Context, ask func() error) error {
	ticker := time.NewTicker(time.Second) // want "`ticker` is not stopped on every path"
	for range ticker.C {
		if err := ask(); err != nil {
			return err
		}
		if ctx.Err() != nil {
			ticker.Stop()
			return nil
		}
	}
	return nil
}

func inGoroutine(done chan struct{}, tick func()) {
	go func() {
		t := time.NewTicker(time.Minute) // want "`t` is not stopped on every path"
		for {
			select {
			case <-t.C:
				tick()
			case <-done:
				return
			}
		}
	}()
}

func replaced(periods []time.Duration, tick func()) {
	t := time.NewTicker(time.Second) // want "`t` is overwritten before it is stopped"
	for _, period := range periods {
		t = time.NewTicker(period) // want "`t` is overwritten before it is stopped"
		<-t.C
		tick()
	}
	t.Stop()
}

func lost(wait bool) {
	if wait {
		<-time.NewTicker(time.Second).C // FIXME false negative: the value is no statement's
	}
}

func goroutineEnds(ctx context.Context, tick func()) {
	t := time.NewTicker(time.Second) // want "`t` is not stopped on every path"
	go func() {
		for {
			select {
			case <-t.C:
				tick()
			case <-ctx.Done():
				return
			}
		}
	}()
}
