package ownership

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
)

// When reading the body fails, the transport drops the connection.
func readAll(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return text, resp.Body.Close()
}

func readSome(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	limited := io.LimitReader(resp.Body, 1<<20)
	text, err := io.ReadAll(limited)
	if err != nil {
		return nil, err
	}
	return text, resp.Body.Close()
}

func readInto(url string, text []byte) (int, error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, err
	}
	n, err := resp.Body.Read(text)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return n, resp.Body.Close()
}

// Nothing that is written to these fails.
func drained(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, resp.Body, 512); err != nil {
		return err
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		return err
	}
	if _, err := io.Copy(&text, resp.Body); err != nil {
		return err
	}
	return resp.Body.Close()
}

// The copy in its place lies in memory.
func dumped(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return httputil.DumpResponse(resp, true)
}

func headDumped(url string) ([]byte, error) {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return nil, err
	}
	return httputil.DumpResponse(resp, false)
}

// Here the writer may be what fails.
func copied(w io.Writer, url string) error {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, resp.Body); err != nil {
		return err
	}
	return resp.Body.Close()
}

// A decoder fails for reasons of its own.
func decoded(url string, into any) error {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return err
	}
	return resp.Body.Close()
}

func decodedLater(url string, into any) error {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return err
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return err
	}
	return resp.Body.Close()
}

func otherStatus(url string) ([]byte, error) {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return text, resp.Body.Close()
}
