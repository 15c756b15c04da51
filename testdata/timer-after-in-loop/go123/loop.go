// Package go123 has timers that are collected once nobody can receive from them.
package go123

import "time"

func events(in <-chan int) {
	for {
		select {
		case <-in:
		case <-time.After(time.Minute):
			return
		}
	}
}
