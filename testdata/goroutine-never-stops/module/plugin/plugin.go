// Package plugin has what is made again and again.
package plugin

import "time"

// Plugin collects.
type Plugin struct{ turns int }

// New is called in one place, which runs for every request.
func New() *Plugin {
	p := &Plugin{}
	go p.collect() // want "never stops"
	return p
}

func (p *Plugin) collect() {
	for {
		time.Sleep(time.Second)
		p.turns++
	}
}

// Default is handed on as a value: how often it is called is not known.
func Default() *Plugin {
	p := &Plugin{}
	go p.report()
	return p
}

func (p *Plugin) report() {
	for {
		time.Sleep(time.Minute)
		p.turns = 0
	}
}

// Start is called by a handler.
func (p *Plugin) Start() {
	go p.watch() // want "never stops"
}

func (p *Plugin) watch() {
	for {
		time.Sleep(time.Hour)
		p.turns--
	}
}
