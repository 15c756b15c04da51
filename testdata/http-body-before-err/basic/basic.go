package basic

import (
	"fmt"
	"io"
	"net/http"
)

func deferFirst(url string) error {
	resp, err := http.Get(url)
	defer resp.Body.Close() // want "`resp` is used before `err` is checked, and is nil when the request failed"
	if err != nil {
		return err
	}
	return nil
}

func deferLiteral(url string) error {
	resp, err := http.Get(url)
	defer func() { // want "`resp` is used before `err` is checked"
		resp.Body.Close()
	}()
	if err != nil {
		return err
	}
	return nil
}

func logsFirst(c *http.Client, req *http.Request) error {
	resp, err := c.Do(req)
	fmt.Println(resp.Status) // want "`resp` is used before `err` is checked"
	return err
}

func onOnePath(c *http.Client, req *http.Request, verbose bool) error {
	resp, err := c.Do(req)
	if verbose {
		fmt.Println(resp.Status) // want "used before `err` is checked"
	}
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func conditionOrder(url string) bool {
	resp, err := http.Get(url)
	return resp.StatusCode == 200 && err == nil // want "used before `err` is checked"
}

func method(url string) []*http.Cookie {
	resp, err := http.Get(url)
	cookies := resp.Cookies() // want "used before `err` is checked"
	if err != nil {
		return nil
	}
	return cookies
}

func checked(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return nil
}

func nilGuard(url string) error {
	resp, err := http.Get(url)
	if resp != nil {
		defer resp.Body.Close()
	}
	return err
}

func nilGuardInLiteral(url string) error {
	resp, err := http.Get(url)
	defer func() {
		if resp != nil {
			resp.Body.Close()
		}
	}()
	return err
}

func errGuardInLiteral(url string) error {
	resp, err := http.Get(url)
	defer func() {
		if err == nil {
			resp.Body.Close()
		}
	}()
	return err
}

func shortCircuit(url string) bool {
	resp, err := http.Get(url)
	return err == nil && resp.StatusCode == 200
}

func passedOn(url string) {
	resp, err := http.Get(url)
	check(err)
	resp.Body.Close()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func closeQuietly(resp *http.Response) {
	if resp != nil {
		resp.Body.Close()
	}
}

func helperGuards(url string) error {
	resp, err := http.Get(url)
	defer closeQuietly(resp)
	if err != nil {
		return err
	}
	_, err = io.ReadAll(resp.Body)
	return err
}

func decided(url string) {
	resp, _ := http.Get(url)
	resp.Body.Close()
}
