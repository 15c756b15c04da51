package ownership

import "context"

func rangedLiteral(ctx context.Context) {
	ctx1, cancel1 := context.WithCancel(ctx)
	ctx2, cancel2 := context.WithCancel(ctx)
	for _, each := range []struct {
		ctx    context.Context
		cancel func()
	}{{ctx1, cancel1}, {ctx: ctx2, cancel: cancel2}} {
		<-each.ctx.Done()
		each.cancel()
	}
}

func rangedSlice(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	cancels := []context.CancelFunc{cancel}
	for _, cancel := range cancels {
		cancel()
	}
}
