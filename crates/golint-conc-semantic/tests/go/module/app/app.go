// Package app uses the others.
package app

import (
	"context"
	"fmt"
	"sync"

	designation "example.com/module/go-names"
	"example.com/module/store"
)

type app struct {
	store.Item[int]
	mu    sync.RWMutex
	items map[store.State]*store.Alias
	get   store.Getter
}

type outer struct {
	inner
	*store.Item[string]
}

type inner struct{ outer2 }

type outer2 struct{ mu sync.Mutex }

func (a *app) run(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	v, ok := a.Get(ctx)
	fmt.Println(v, ok, a.Name(), a.Depth, a.Value, a.Next.Value, a.On[store.Open])
	for state, item := range a.items {
		s, found := item.Get(ctx)
		fmt.Println(state, s, found, item.Base.Depth)
	}
	for s, n := range a.Each() {
		fmt.Println(s, n)
	}
	name := a.get.Name()
	text, err := a.get.Get(ctx)
	_, _ = text, err
	_ = a.get.Close()
	fmt.Println(name, store.ErrGone.Error(), store.Default.Value, store.First, *store.Second, store.Timeout.Seconds())
	state, err2 := store.Hook(ctx)
	fmt.Println(state == store.Closed, err2, store.Nested.Inner.String(), store.Factor, store.Text, store.Lookup(1), store.Err)
	item := <-store.Chan
	fmt.Println(item.Value, len(store.Clients))
	for i := range store.Clients {
		store.Clients[i].Lock()
	}
	lengths := store.Map([]string{"a"}, func(s string) int { return len(s) })
	fmt.Println(lengths)
	var o outer
	o.mu.Lock()
	o.mu.Unlock()
	names := designation.Of(store.Open, store.Closed)
	for _, name := range names {
		fmt.Println(int(name))
	}
	thing := designation.Thing{}
	value, _ := thing.Get(ctx)
	fmt.Println(value[0], store.New[bool](store.Open).Value, thing.Name())
	return store.ErrGone
}
