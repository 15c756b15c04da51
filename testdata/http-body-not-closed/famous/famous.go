package famous

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
)

// Reports of other tools that were wrong; each stays silent.

// The body is closed by a helper of the package.
func closedByHelper(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer drainAndClose(resp)
	return check(resp)
}

func drainAndClose(resp *http.Response) {
	if resp == nil || resp.Body == nil {
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

func check(resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// An io.Closer parameter gets it.
func throughCloser(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer closeIt(resp.Body, "body")
	return nil
}

func closeIt(c io.Closer, what string) {
	if err := c.Close(); err != nil {
		println(what, err.Error())
	}
}

func throughClosers(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer closeAll(resp.Body)
	return nil
}

func closeAll(closers ...io.Closer) {
	for _, c := range closers {
		c.Close()
	}
}

// The retry loop closes what it does not return.
func retries(client *http.Client, req *http.Request) (*http.Response, error) {
	var last error
	for try := 0; try < 3; try++ {
		resp, err := client.Do(req)
		if err != nil {
			last = err
			continue
		}
		if resp.StatusCode < http.StatusInternalServerError {
			return resp, nil
		}
		last = check(resp)
		drainAndClose(resp)
	}
	return nil, last
}

// A reader that closes it is returned.
type lines struct {
	*bufio.Scanner
	io.Closer
}

func stream(url string) (*lines, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return &lines{bufio.NewScanner(resp.Body), resp.Body}, nil
}

func streamLater(url string) (io.ReadCloser, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	if err := check(resp); err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	body := resp.Body
	return body, nil
}

// A method of what was made with it closes it.
type download struct {
	resp *http.Response
	once sync.Once
}

func (d *download) stop() { d.once.Do(func() { d.resp.Body.Close() }) }

func (d *download) copyTo(w io.Writer) error {
	defer d.stop()
	_, err := io.Copy(w, d.resp.Body)
	return err
}

func downloads(url string, w io.Writer) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	d := &download{resp: resp}
	return d.copyTo(w)
}

// The function that closes it is made first.
func cleansUp(url string) (err error) {
	var body io.ReadCloser
	defer func() {
		if body != nil {
			err = errors.Join(err, body.Close())
		}
	}()
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	body = resp.Body
	return check(resp)
}

func registers(t *testing.T, url string) *http.Response {
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return nil
}

func decodes(client *http.Client, req *http.Request, into any) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return decode(resp, into)
}

func decode(resp *http.Response, into any) error {
	defer func() { _ = resp.Body.Close() }()
	return json.NewDecoder(resp.Body).Decode(into)
}

// A callback gets it.
func each(urls []string, handle func(*http.Response) error) error {
	for _, url := range urls {
		resp, err := http.Get(url)
		if err != nil {
			return err
		}
		if err := handle(resp); err != nil {
			return err
		}
	}
	return nil
}

// A local function hands it out, and its caller closes it.
func localFunction(client *http.Client, req *http.Request) error {
	send := func() (*http.Response, error) { return client.Do(req) }
	resp, err := send()
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// A local function closes it.
func localCloser(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	done := func() { resp.Body.Close() }
	defer done()
	return nil
}

// The slice is closed as a whole.
func gathers(urls []string) error {
	var all []io.Closer
	defer func() {
		for _, c := range all {
			c.Close()
		}
	}()
	for _, url := range urls {
		resp, err := http.Get(url)
		if err != nil {
			return err
		}
		all = append(all, resp.Body)
	}
	return nil
}
