package orders

import (
	"slices"
	"strconv"
	"sync"
)

// Order is what a customer wants.
type Order struct {
	ID    int      `json:"id"`
	Items []string `json:"items"`
	Cents int      `json:"cents"`
	Paid  bool     `json:"paid"`
}

type store struct {
	mu     sync.Mutex
	orders map[int]Order
	last   int
}

func newStore() *store {
	return &store{orders: make(map[int]Order)}
}

func (s *store) add(items []string, prices map[string]int) Order {
	order := Order{Items: slices.Clone(items)}
	for _, item := range items {
		order.Cents += prices[item]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	order.ID = s.last
	s.orders[order.ID] = order
	return order
}

func (s *store) get(id int) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	order, ok := s.orders[id]
	return order, ok
}

func (s *store) find(text string) (Order, bool) {
	id, err := strconv.Atoi(text)
	if err != nil {
		return Order{}, false
	}
	return s.get(id)
}

func (s *store) markPaid(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if order, ok := s.orders[id]; ok {
		order.Paid = true
		s.orders[id] = order
	}
}
