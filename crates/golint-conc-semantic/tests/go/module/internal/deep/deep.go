// Package deep is imported by what is imported.
package deep

// Base is embedded.
type Base struct {
	name  string
	Depth int
	mu    chan int
}

// Name is promoted.
func (b *Base) Name() (name string) { return b.name }

// Value has methods of its own.
type Value uint8

// String is one.
func (v Value) String() string { return "" }

// Namer has a name.
type Namer interface{ Name() (name string) }

// Make makes one.
func Make() (Value, error) { return 0, nil }
