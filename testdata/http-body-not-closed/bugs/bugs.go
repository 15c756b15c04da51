package bugs

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

func never(url string) (int, error) {
	resp, err := http.Get(url) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func earlyReturn(c *http.Client, req *http.Request) ([]byte, error) {
	resp, err := c.Do(req) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s", resp.Status)
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func combinedCondition(url string) error {
	resp, err := http.Post(url, "text/plain", nil) // want "`resp.Body` is not closed"
	if err != nil || resp.StatusCode != http.StatusOK {
		return errors.New("failed")
	}
	return resp.Body.Close()
}

func dropped(url string) {
	http.Get(url) // want "the response of `http.Get` is dropped, so its body is never closed"
}

func blank(url string) error {
	_, err := http.PostForm(url, nil) // want "the response of `http.PostForm` is dropped"
	return err
}

func readToTheEnd(url string) ([]byte, error) {
	resp, err := http.Get(url) // want "not closed"
	if err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}

func decoded(url string, v any) error {
	resp, err := http.Get(url) // want "not closed"
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(v)
}

func onlyTheDecompressor(url string) ([]byte, error) {
	resp, err := http.Get(url) // want "not closed"
	if err != nil {
		return nil, err
	}
	gz, err := gzip.NewReader(resp.Body)
	if err != nil {
		return nil, err
	}
	defer gz.Close()
	return io.ReadAll(gz)
}

func scanned(url string) (n int) {
	resp, err := http.Get(url) // want "not closed"
	if err != nil {
		return 0
	}
	for s := bufio.NewScanner(resp.Body); s.Scan(); {
		n++
	}
	return n
}

func perElement(urls []string) error {
	for _, url := range urls {
		resp, err := http.Get(url) // want "`resp` is overwritten before its body is closed|not closed"
		if err != nil {
			return err
		}
		fmt.Println(resp.Status)
	}
	return nil
}

func roundTrip(rt http.RoundTripper, req *http.Request) error {
	resp, err := rt.RoundTrip(req) // want "not closed"
	if err == nil && resp.StatusCode == 500 {
		err = errors.New("server")
	}
	return err
}

func inSwitch(url string) error {
	resp, err := http.Get(url) // want "not closed"
	switch {
	case err != nil:
		return err
	case resp.StatusCode == 404:
		return errors.New("missing")
	}
	return resp.Body.Close()
}

func inLiteral(url string) func() error {
	return func() error {
		resp, err := http.Get(url) // want "not closed"
		if err != nil {
			return err
		}
		fmt.Println(resp.Status)
		return nil
	}
}

func borrowed(url string) error {
	resp, err := http.Get(url) // want "not closed"
	if err != nil {
		return err
	}
	return checkStatus(resp)
}

func checkStatus(resp *http.Response) error {
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

type doer interface {
	Do(*http.Request) (*http.Response, error)
}

func throughInterface(d doer, req *http.Request) error {
	resp, err := d.Do(req) // want "not closed"
	if err != nil {
		return err
	}
	if resp.StatusCode != 200 {
		return errors.New("status")
	}
	return resp.Body.Close()
}
