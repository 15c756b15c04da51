package basic

import (
	"os"
	"os/signal"
	"syscall"
)

func lost() os.Signal {
	c := make(chan os.Signal)
	signal.Notify(c, os.Interrupt) // want "signals are lost: .* `c` has no buffer"
	return <-c
}

func explicitZero() os.Signal {
	c := make(chan os.Signal, 0)
	signal.Notify(c) // want "signals are lost"
	return <-c
}

func declared() os.Signal {
	var c = make(chan os.Signal)
	signal.Notify(c, syscall.SIGTERM) // want "signals are lost"
	return <-c
}

type app struct {
	stop  chan os.Signal
	ready chan os.Signal
}

func newApp() *app {
	return &app{stop: make(chan os.Signal), ready: make(chan os.Signal, 1)}
}

func (a *app) run() {
	signal.Notify(a.stop, os.Interrupt) // want "`a.stop` has no buffer"
	signal.Notify(a.ready, syscall.SIGUSR1)
	select {
	case <-a.stop:
	case <-a.ready:
	}
}

func kept() os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	return <-c
}

func sized(n int) os.Signal {
	c := make(chan os.Signal, n)
	signal.Notify(c, os.Interrupt)
	return <-c
}

const size = 2

func constant() os.Signal {
	c := make(chan os.Signal, size)
	signal.Notify(c, os.Interrupt)
	return <-c
}

func replaced(buffered bool) os.Signal {
	c := make(chan os.Signal)
	if buffered {
		c = make(chan os.Signal, 8)
	}
	signal.Notify(c, os.Interrupt)
	return <-c
}

func given(c chan os.Signal) {
	signal.Notify(c, os.Interrupt)
}

// Nobody receives: the signal is to be ignored.
func ignored() {
	signal.Notify(make(chan os.Signal), syscall.SIGHUP)
}

type notifier struct{}

func (notifier) Notify(chan<- os.Signal, ...os.Signal) {}

func shadowed() {
	signal := notifier{}
	c := make(chan os.Signal)
	signal.Notify(c, os.Interrupt)
	<-c
}

var global = make(chan os.Signal)

func useGlobal() os.Signal {
	signal.Notify(global, os.Interrupt) // FIXME false negative: where a package-level channel is made is not followed
	return <-global
}
