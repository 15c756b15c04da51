// Package store declares what others lean on.
package store

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"example.com/module/internal/deep"
)

// A State counts from the second line on.
type State int

const (
	_ State = iota
	Open
	Closed
	limit, Factor = 1 << (10 * iota), 2 * iota
	Text          = "text"
)

var (
	ErrGone          = errors.New("gone")
	Default          = New[string](Closed)
	First, Second    = pair()
	Timeout          = 5 * time.Second
	table            = map[string]func(int) error{}
	Hook             func(context.Context, ...io.Reader) (State, error)
	Nested           = struct{ Inner deep.Value }{}
	Lookup           = table["x"]
	_, Err           = deep.Make()
	Chan             = make(chan *Item[int], Factor)
	Clients, lookups [4]sync.Mutex
)

func pair() (int, *State) { return 0, nil }

// Item is generic.
type Item[T any] struct {
	deep.Base
	mu    sync.Mutex
	Value T
	Next  *Item[T]
	On    map[State][]chan<- T
}

// New makes one.
func New[T any](s State) *Item[T] { return nil }

// Get gives the value.
func (i *Item[T]) Get(ctx context.Context) (value T, ok bool) { return i.Value, true }

func (i *Item[T]) hidden() int { return 0 }

// Each yields.
func (i *Item[T]) Each() func(yield func(State, T) bool) { return nil }

// Alias is another name.
type Alias = Item[string]

// Getter is an interface with an embedded one.
type Getter interface {
	io.Closer
	deep.Namer
	Get(ctx context.Context) (string, bool)
}

// Map applies f.
func Map[S ~[]E, E, R any](s S, f func(E) R) []R { return nil }
