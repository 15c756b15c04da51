package comments

import (
	"os"
	"os/signal"
)

func wait() {
	c := make(chan os.Signal)      // who ends us
	signal.Notify(c, os.Interrupt) // want "signals are lost"
	<-c                            // and when
}
