package bugs

import (
	"bufio"
	"net"
	"net/http"
)

var readResponse = http.ReadResponse

func readFrom(conn net.Conn, req *http.Request) (int, error) {
	buffer := bufio.NewReader(conn)
	resp, err := readResponse(buffer, req) // want `resp.Body`
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}
