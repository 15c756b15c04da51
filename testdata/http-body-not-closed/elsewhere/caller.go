package elsewhere

// The file does not import net/http.

func (c *client) status(path string) (int, error) {
	resp, err := c.fetch(path) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func (c *client) ping(path string) error {
	_, err := c.fetch(path) // want "the response of `c.fetch` is dropped"
	return err
}

func (c *client) send(path string) (string, error) {
	req, err := c.request(path)
	if err != nil {
		return "", err
	}
	resp, err := c.Do(req) // want "`resp.Body` is not closed on every path"
	if err != nil {
		return "", err
	}
	return resp.Status, nil
}

func (c *client) closes(path string) (int, error) {
	resp, err := c.fetch(path)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}
