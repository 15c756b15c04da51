// Package pricing asks the price service.
package pricing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"example.com/orders/cache"
)

// ErrNotSold says that an item has no price.
var ErrNotSold = errors.New("item is not sold")

// Client asks one price service.
type Client struct {
	base  string
	http  *http.Client
	known *cache.Cache
}

// New returns a client that remembers prices in known.
func New(base string, known *cache.Cache) *Client {
	return &Client{base: base, http: &http.Client{}, known: known}
}

// Ping checks that the service is there.
func (c *Client) Ping() error {
	resp, err := c.http.Get(c.base + "/healthz")
	if err != nil {
		return fmt.Errorf("ping the price service: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ping the price service: %s", resp.Status)
	}
	return nil
}

// Price returns the price of an item in cents.
func (c *Client) Price(ctx context.Context, item string) (int, error) {
	if cents, ok := c.known.Get(item); ok {
		return cents, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/prices/"+url.PathEscape(item), nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("price of %q: %w", item, err)
	}
	if resp.StatusCode == http.StatusNotFound {
		return 0, ErrNotSold
	}
	defer resp.Body.Close()

	var answer struct {
		Cents int `json:"cents"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("price of %q: %w", item, err)
	}
	c.known.Put(item, answer.Cents)
	return answer.Cents, nil
}

// Prices returns the prices of several items, asked for at the same time.
func (c *Client) Prices(ctx context.Context, items []string) (map[string]int, error) {
	prices := make(map[string]int, len(items))
	errs := make([]error, len(items))
	var wg sync.WaitGroup
	for i, item := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			cents, err := c.Price(ctx, item)
			if err != nil {
				errs[i] = err
				return
			}
			prices[item] = cents
		}()
	}
	wg.Wait()
	return prices, errors.Join(errs...)
}
