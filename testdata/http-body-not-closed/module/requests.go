package main

import (
	"example.com/module/internal/web"
)

// What the command can do.
var steps = []func(*web.Client) error{wrapped, onOnePath, closedByHelper, closedOrChecked}

func wrapped(c *web.Client) error {
	resp, err := c.Get("/") // FIXME false negative: no word in the function speaks of HTTP
	if err != nil {
		return err
	}
	println(web.Status(resp))
	return nil
}

func onOnePath(c *web.Client) error {
	resp, err := c.Get("/") // want "not closed on every path"
	if err != nil {
		return err
	}
	if web.Status(resp) == "" {
		return nil
	}
	return resp.Body.Close()
}

func closedByHelper(c *web.Client) error {
	resp, err := c.Get("/")
	if err != nil {
		return err
	}
	web.Drain(resp.Body)
	return nil
}

func closedOrChecked(c *web.Client) error {
	resp, err := c.Get("/")
	if err != nil {
		return err
	}
	if err := web.Checked(resp); err != nil {
		return err
	}
	return resp.Body.Close()
}

func notAcquired(c *web.Client) string {
	resp, _ := c.Last()
	return resp.Status
}
