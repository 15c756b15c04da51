// Package designation is not called like its folder.
package designation

import . "example.com/module/store"

// Names come from a dot import.
type Names []State

// Item is declared here, and there too under another import path.
type Thing struct{ Item[Names] }

// Of gives names.
func Of(states ...State) Names { return states }
