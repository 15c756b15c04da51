// Package router has a service that main makes once and hands to others, which run and stop it.
package router

import "time"

// Router routes.
type Router struct{ turns int }

// New makes one.
func New() *Router { return &Router{} }

// Run is called through an interface, once for each router.
func (r *Router) Run() { r.schedule() }

// Stop is called when the process ends.
func (r *Router) Stop() { println(r.turns) }

func (r *Router) schedule() {
	go func() {
		for {
			time.Sleep(time.Second)
			r.turns++
		}
	}()
}
