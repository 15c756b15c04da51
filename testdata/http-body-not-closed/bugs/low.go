package bugs

import (
	"bufio"
	"net"
	"net/http"
)

// The connection is closed by its owner, and the response with it.
func connect(conn net.Conn) error {
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: "CONNECT"})
	if err != nil {
		return err
	}
	_ = resp.Status
	return nil
}

func probe(t *http.Transport, req *http.Request) error {
	_, err := t.RoundTrip(req)
	return err
}
