// Package serve makes plugins.
package serve

import (
	"net/http"

	"example.com/module/plugin"
)

// Makers make plugins.
var Makers = map[string]func() *plugin.Plugin{}

// Handle handles one request.
func Handle(w http.ResponseWriter, r *http.Request) {
	Makers[r.URL.Path] = plugin.Default
	plugin.New().Start()
}
