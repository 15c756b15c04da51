package basic

import "unsafe"

type shard struct{ m map[string]int }

type set struct {
	shards []*shard
	locks  [8]int
	id     int
}

func (s *set) param(key string) *shard {
	return s.shards[uintptr(unsafe.Pointer(&key))%uintptr(len(s.shards))] // want "an element is chosen by the address of parameter `key`"
}

func (s *set) variables(key string) *shard {
	h := uintptr(unsafe.Pointer(&key)) // want "address of parameter `key`"
	h2 := h ^ h>>16
	index := int(h2) & 7
	return s.shards[index]
}

func (s *set) local(id int) *shard {
	key := id * 31
	return s.shards[uint32(uintptr(unsafe.Pointer(&key)))>>4&7] // want "address of variable `key`"
}

func hash(key int, n uint64) uint64 {
	return uint64(uintptr(unsafe.Pointer(&key))) % n // want "address of parameter `key`"
}

func (s set) value() *shard {
	return s.shards[uintptr(unsafe.Pointer(&s.id))%4] // want "address of parameter `s`"
}

func array(buf [4]byte, counts []int) int {
	return counts[uintptr(unsafe.Pointer(&buf[0]))&3] // want "address of parameter `buf`"
}

// Long-lived objects have an address that tells them apart.
func (s *set) identity() *shard {
	return s.shards[uintptr(unsafe.Pointer(s))%4]
}

func (s *set) field() *shard {
	return s.shards[uintptr(unsafe.Pointer(&s.id))%4]
}

func (s *set) element(data []byte) *shard {
	return s.shards[uintptr(unsafe.Pointer(&data[0]))%4]
}

func (s *set) content(key string) *shard {
	return s.shards[uintptr(unsafe.Pointer(unsafe.StringData(key)))%4]
}

var global int

func (s *set) packageVariable() *shard {
	return s.shards[uintptr(unsafe.Pointer(&global))%4]
}

func aligned(x uint64) bool {
	return uintptr(unsafe.Pointer(&x))%8 == 0
}

func alignedByMask(x uint64) bool {
	off := uintptr(unsafe.Pointer(&x)) & 7
	return off != 0
}

func grows(x int) bool {
	y := x
	return uintptr(unsafe.Pointer(&x)) < uintptr(unsafe.Pointer(&y))
}

// perGoroutine spreads goroutines by where their stacks are.
func (s *set) perGoroutine() *shard {
	var here byte
	return s.shards[uintptr(unsafe.Pointer(&here))>>10%4]
}

func noescape(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return unsafe.Pointer(x ^ 0)
}

func bits(f float64) uint64 {
	return *(*uint64)(unsafe.Pointer(&f)) % 8
}

func address(x int) uintptr {
	return uintptr(unsafe.Pointer(&x))
}
