// Package orders is the HTTP interface of the service.
package orders

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"example.com/orders/pricing"
	"example.com/orders/worker"
)

// Handler takes orders.
type Handler struct {
	prices *pricing.Client
	pool   *worker.Pool
	orders *store
}

// NewHandler returns a handler that prices orders and hands them to the pool.
func NewHandler(prices *pricing.Client, pool *worker.Pool) *Handler {
	return &Handler{prices: prices, pool: pool, orders: newStore()}
}

// Routes returns the handler of all paths.
func (h *Handler) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", h.create)
	mux.HandleFunc("POST /orders/{id}/paid", h.paid)
	return mux
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	var items []string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&items); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	prices, err := h.prices.Prices(r.Context(), items)
	if errors.Is(err, pricing.ErrNotSold) {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	order := h.orders.add(items, prices)
	go h.shipWhenPaid(order.ID)
	writeJSON(w, http.StatusCreated, order)
}

// shipWhenPaid waits until the customer has paid.
func (h *Handler) shipWhenPaid(id int) {
	for {
		if order, ok := h.orders.get(id); ok && order.Paid {
			h.pool.Submit(worker.Job{Order: id, Items: order.Items})
			return
		}
		time.Sleep(time.Second)
	}
}

func (h *Handler) paid(w http.ResponseWriter, r *http.Request) {
	order, ok := h.orders.find(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	h.orders.markPaid(order.ID)
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Warn("write response", "error", err)
	}
}
