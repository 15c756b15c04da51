package fresh

import (
	"context"
	"time"
)

type key string

type job struct {
	ctx  context.Context
	next *job
}

// A variable of its own in each turn.
func shadowed(ctx context.Context, do func(context.Context)) {
	for range 3 {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		do(ctx)
		cancel()
	}
}

func declared(parent context.Context, do func(context.Context)) {
	for range 3 {
		ctx := parent
		ctx = context.WithValue(ctx, key("a"), 1)
		do(ctx)
	}
}

// Made from another context.
func other(parent context.Context, do func(context.Context)) {
	ctx := parent
	for range 3 {
		ctx = context.WithValue(parent, key("a"), 1)
		do(ctx)
	}
}

func reset(parent context.Context, again, over <-chan bool, do func(context.Context)) {
	ctx, cancel := context.WithCancel(parent)
	for {
		select {
		case <-again:
			ctx, cancel = context.WithTimeout(ctx, time.Second)
			do(ctx)
		case <-over:
			cancel()
			ctx, cancel = context.WithCancel(parent)
		}
	}
}

// Right before the loop is left.
func leaves(ctx context.Context, ready func(context.Context) bool, do func(context.Context)) {
	for {
		if !ready(ctx) {
			time.Sleep(time.Second)
			continue
		}
		ctx = context.WithValue(ctx, key("ready"), true)
		break
	}
	do(ctx)
}

func returns(ctx context.Context, names []string, do func(context.Context)) {
	for _, name := range names {
		if name != "" {
			ctx = context.WithValue(ctx, key("name"), name)
			do(ctx)
			return
		}
	}
}

// Once in a literal that runs for each of them with a context of its own.
func literal(ctx context.Context, names []string, do func(context.Context)) {
	for _, name := range names {
		func(ctx context.Context) {
			ctx = context.WithValue(ctx, key("name"), name)
			do(ctx)
		}(ctx)
	}
}

// All of them are wanted.
func accumulated(ctx context.Context, header map[string]string, do func(context.Context)) {
	for name, value := range header {
		ctx = context.WithValue(ctx, key(name), value)
		do(ctx)
	}
	do(ctx)
}

// A chain is what it is to make.
func chain(ctx context.Context, depth int) context.Context {
	for range depth {
		ctx, _ = context.WithCancel(ctx)
	}
	return ctx
}

// Each has its own.
func jobs(list []*job, do func(*job)) {
	for _, j := range list {
		j.ctx = context.WithValue(j.ctx, key("job"), 1)
		do(j)
	}
	for i := range list {
		list[i].ctx = context.WithValue(list[i].ctx, key("job"), 1)
		do(list[i])
	}
	for j := list[0]; j != nil; j = j.next {
		j.ctx = context.WithValue(j.ctx, key("job"), 1)
		do(j)
	}
}

func linked(j *job, do func(*job)) {
	for j != nil {
		j.ctx = context.WithValue(j.ctx, key("job"), 1)
		do(j)
		j = j.next
	}
}

func once(ctx context.Context, do func(context.Context)) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for range 3 {
		do(ctx)
	}
}
