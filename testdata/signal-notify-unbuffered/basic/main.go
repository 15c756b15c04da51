package basic

import (
	"os"
	"os/signal"
)

func lost() os.Signal {
	c := make(chan os.Signal)
	signal.Notify(c, os.Interrupt) // want "signals are lost"
	return <-c
}

func kept() os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	return <-c
}
