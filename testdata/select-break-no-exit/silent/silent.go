package silent

import (
	"context"
	"time"
)

func labelled(ctx context.Context, jobs chan int) {
loop:
	for {
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			break loop
		}
	}
}

func returns(ctx context.Context, jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			return
		}
	}
}

// What follows the select sees the end as well.
func checkedBehind(ctx context.Context, jobs chan int) {
	for {
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			break
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func checkedBefore(ctx context.Context, jobs chan int) {
	for {
		if ctx.Err() != nil {
			return
		}
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			break
		}
	}
}

func condition(ctx context.Context, jobs chan int) {
	for ctx.Err() == nil {
		select {
		case job := <-jobs:
			println(job)
		case <-ctx.Done():
			break
		}
	}
}

// The closed channel is taken out of the select.
func disarms(jobs, more chan int) {
	for jobs != nil || more != nil {
		select {
		case job, ok := <-jobs:
			if !ok {
				jobs = nil
				break
			}
			println(job)
		case job, ok := <-more:
			if !ok {
				more = nil
				break
			}
			println(job)
		}
	}
}

func disarmsForEver(jobs, more chan int) {
	for {
		select {
		case job, ok := <-jobs:
			if !ok {
				jobs = nil
				break
			}
			println(job)
		case job := <-more:
			println(job)
		}
	}
}

// Skips the rest of the case.
func skips(jobs chan int, done chan struct{}) {
	for {
		select {
		case job := <-jobs:
			if job == 0 {
				break
			}
			println(job)
		case <-time.After(time.Second):
			break
		case <-done:
			return
		}
	}
}

// One end of several leaves.
func partly(done chan int) {
	for {
		select {
		case code := <-done:
			if code == 0 {
				return
			}
			break
		}
	}
}

func alone(ctx context.Context, jobs chan int) {
	select {
	case job := <-jobs:
		println(job)
	case <-ctx.Done():
		break
	}
}

func bounded(ctx context.Context, values []int) {
	for range values {
		select {
		case <-ctx.Done():
			break
		default:
		}
	}
}

// The error is received once and means no end.
func errs(failed chan error, quit chan struct{}) {
	for {
		select {
		case err := <-failed:
			println(err.Error())
			break
		case <-quit:
			return
		}
	}
}

// The end of a worker, not of the loop.
func counts(done chan int, jobs chan int, start func(int)) {
	running := 0
	for {
		select {
		case <-done:
			running--
			break
		case job := <-jobs:
			running++
			start(job)
		}
	}
}
