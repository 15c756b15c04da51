package ownership

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

func deferred(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		return errors.New("status")
	}
	return nil
}

func deferredLiteral(url string) (err error) {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := resp.Body.Close(); cerr != nil && err == nil {
			err = cerr
		}
	}()
	return nil
}

func errIsNilInside(url string) {
	if resp, err := http.Get(url); err == nil {
		resp.Body.Close()
	}
}

func nilGuard(url string) {
	resp, _ := http.Get(url)
	if resp == nil {
		return
	}
	resp.Body.Close()
}

func notNilGuard(url string) error {
	resp, err := http.Get(url)
	if resp != nil && resp.Body != nil {
		defer resp.Body.Close()
	}
	return err
}

func closedFirst(url string) {
	var resp *http.Response
	var err error
	defer func() {
		if resp != nil {
			resp.Body.Close()
		}
	}()
	resp, err = http.Get(url)
	if err != nil {
		return
	}
	fmt.Println(resp.Status)
}

func returned(url string) (*http.Response, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func directly(url string) (*http.Response, error) {
	return http.Get(url)
}

func namedResult(url string) (resp *http.Response, err error) {
	resp, err = http.Get(url)
	return
}

func body(url string) (io.ReadCloser, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

type holder struct {
	resp *http.Response
	body io.ReadCloser
}

var last *http.Response

func stored(h *holder, url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	h.resp = resp
	return nil
}

func storedAtOnce(h *holder, url string) (err error) {
	h.resp, err = http.Get(url)
	return err
}

func inGlobal(url string) (err error) {
	last, err = http.Get(url)
	return err
}

func inComposite(url string) (*holder, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return &holder{body: resp.Body}, nil
}

func compositeLater(url string) (*holder, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	h := &holder{resp: resp}
	fmt.Println("got", url)
	return h, nil
}

func sent(ch chan<- *http.Response, url string) {
	if resp, err := http.Get(url); err == nil {
		ch <- resp
	}
}

func inMap(all map[string]*http.Response, url string) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	all[url] = resp
}

func appended(urls []string) (all []*http.Response) {
	for _, url := range urls {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		all = append(all, resp)
	}
	return all
}

func closer(url string) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	var c io.Closer = resp.Body
	defer c.Close()
}

func closeAll(c io.Closer) { c.Close() }

func helper(url string) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	defer closeAll(resp.Body)
	fmt.Println(resp.Status)
}

func closeResponse(resp *http.Response) {
	io.Copy(io.Discard, resp.Body)
	closeAll(resp.Body)
}

func wholeToHelper(url string) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	closeResponse(resp)
}

type client struct{ *http.Client }

func (client) finish(resp *http.Response) error {
	defer resp.Body.Close()
	return nil
}

func (c client) method(req *http.Request) error {
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	return c.finish(resp)
}

func methodValue(url string, later func(func() error)) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	later(resp.Body.Close)
}

func literalToCall(url string, later func(func())) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	later(func() { resp.Body.Close() })
}

func goroutine(url string) {
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	go func() {
		defer resp.Body.Close()
		io.Copy(os.Stdout, resp.Body)
	}()
}

func processEnds(url string) {
	resp, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	if resp.StatusCode != 200 {
		log.Fatalf("status %d", resp.StatusCode)
	}
	resp.Body.Close()
}

func usage(code int) {
	fmt.Println("usage")
	os.Exit(code)
}

func processEndsInHelper(url string) {
	resp, err := http.Get(url)
	if err != nil {
		usage(1)
	}
	if resp.StatusCode != 200 {
		usage(2)
	}
	resp.Body.Close()
}

func replaced(url string) (*http.Response, []byte) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, nil
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return resp, b
}

func wrapped(url string) (*http.Response, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, 1<<20)
	return resp, nil
}

func written(w io.Writer, url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Write(w)
}

func typedError(url string) error {
	resp, err := http.Get(url)
	if ne, ok := err.(interface{ Timeout() bool }); ok && ne.Timeout() {
		return ne.(error)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	switch err {
	case nil:
	default:
		return err
	}
	return resp.Body.Close()
}

func sameCondition(url string, keep bool) *http.Response {
	resp, err := http.Get(url)
	if err != nil {
		return nil
	}
	if !keep {
		resp.Body.Close()
	}
	fmt.Println(resp.Status)
	if keep {
		return resp
	}
	return nil
}

func flag(url string) {
	closed := false
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	if resp.StatusCode == 200 {
		resp.Body.Close()
		closed = true
	}
	if !closed {
		resp.Body.Close()
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func generic(url string) {
	resp := must(http.Get(url))
	defer resp.Body.Close()
}

// Response is not that of net/http.
type Response struct{ Body io.Reader }

type elastic struct{}

func (elastic) Do(*http.Request) (*Response, error) { return nil, nil }

func otherResponse(e elastic) error {
	resp, err := e.Do(nil)
	if err != nil {
		return err
	}
	_, err = io.ReadAll(resp.Body)
	return err
}

func controller(w http.ResponseWriter) error {
	return http.NewResponseController(w).Flush()
}

func upstream(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	_, err = http.Post(url, "text/plain", resp.Body) // want "the response of `http.Post` is dropped"
	return err
}

func typeSwitch(url string) error {
	resp, err := http.Get(url)
	switch err := err.(type) {
	case nil:
		return resp.Body.Close()
	case interface{ Temporary() bool }:
		return nil
	default:
		return err
	}
}

func zeroFlag(url string) {
	var closed bool
	resp, err := http.Get(url)
	if err != nil {
		return
	}
	if resp.StatusCode == 200 {
		resp.Body.Close()
		closed = true
	}
	if !closed {
		resp.Body.Close()
	}
}

func zeroError(url string) (int, error) {
	var failed error
	resp, err := http.Get(url)
	if err != nil {
		failed = err
	}
	if failed == nil {
		defer resp.Body.Close()
		return resp.StatusCode, nil
	}
	return 0, failed
}

func eachKind(url, kind string) (err error) {
	resp, err := http.Get(url) // want "not closed" // FIXME false positive: the configuration allows no other kind
	if err != nil {
		return err
	}
	switch kind {
	case "a":
		err = decode(resp)
	case "b":
		err = decode(resp)
	}
	return err
}

func decode(resp *http.Response) error {
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(new(int))
}

// The connection is the caller's from here on.
func upgraded(t http.RoundTripper, conn net.Conn, req *http.Request) (net.Conn, error) {
	resp, err := t.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return conn, nil
}

// What lies in memory holds no connection.
func cached(text []byte, req *http.Request) (int, error) {
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

var readResponse = http.ReadResponse

func recorded(conn struct{ w bytes.Buffer }, req *http.Request) (int, error) {
	buffer := bufio.NewReader(&conn.w)
	resp, err := readResponse(buffer, req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

// The answer has no body.
func asksForHead(ctx context.Context, url string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	again, err := http.Head(url)
	if err != nil {
		return 0, err
	}
	return resp.ContentLength + again.ContentLength, nil
}

func noContent(url string) error {
	resp, err := http.Post(url, "", nil)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil
	}
	defer resp.Body.Close()
	return errors.New(resp.Status)
}
