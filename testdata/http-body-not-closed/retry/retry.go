package retry

import (
	"errors"
	"net/http"
	"time"
)

// Closed after the loop: only tries that failed go round.
func untilNoError(c *http.Client, req *http.Request) error {
	var resp *http.Response
	var err error
	for i := 0; i < 3; i++ {
		resp, err = c.Do(req)
		if err == nil {
			break
		}
		time.Sleep(time.Second)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return nil
}

func loopCondition(c *http.Client, req *http.Request) error {
	resp, err := c.Do(req)
	for err != nil {
		time.Sleep(time.Second)
		resp, err = c.Do(req)
	}
	return resp.Body.Close()
}

func closesBeforeNext(c *http.Client, req *http.Request) (*http.Response, error) {
	for {
		resp, err := c.Do(req)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode < 500 {
			return resp, nil
		}
		resp.Body.Close()
	}
}

func statusGoesRound(c *http.Client, req *http.Request) (*http.Response, error) {
	for i := 0; i < 3; i++ {
		resp, err := c.Do(req) // want "`resp` is overwritten before its body is closed|not closed"
		if err != nil {
			return nil, err
		}
		if resp.StatusCode < 500 {
			return resp, nil
		}
		time.Sleep(time.Second)
	}
	return nil, errors.New("too many tries")
}

func outerVariable(c *http.Client, req *http.Request) (resp *http.Response, err error) {
	for i := 0; i < 3; i++ {
		resp, err = c.Do(req) // want "`resp` is overwritten before its body is closed"
		if err == nil && resp.StatusCode < 500 {
			return resp, nil
		}
	}
	return resp, err
}

func inLiteral(c *http.Client, req *http.Request, try func(func() error) error) error {
	var resp *http.Response
	err := try(func() error {
		var err error
		resp, err = c.Do(req)
		return err
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func shouldRetry(err error) (bool, error) {
	return err != nil, err
}

func askedHelper(c *http.Client, req *http.Request) (bool, error) {
	resp, err := c.Do(req)
	retry, err := shouldRetry(err)
	if retry {
		return true, err
	}
	if err != nil {
		return false, err
	}
	return false, resp.Body.Close()
}

func wrappedError(c *http.Client, req *http.Request) error {
	resp, err := c.Do(req)
	err = wrap(err)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func wrap(err error) error {
	return err
}
