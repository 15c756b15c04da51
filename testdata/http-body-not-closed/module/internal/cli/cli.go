// Package cli ends programs.
package cli

import (
	"fmt"
	"os"
)

// Failure is what a command ends with.
type Failure struct{ code int }

// Die prints and ends the process.
func Die(err error) {
	fmt.Fprintln(os.Stderr, err)
	exit(1)
}

// Exit ends the process.
func (f *Failure) Exit() { exit(f.code) }

// Fail only prints: it returns in spite of its name.
func FailLater(err error) { fmt.Fprintln(os.Stderr, "fatal", err) }

func exit(code int) { os.Exit(code) }
