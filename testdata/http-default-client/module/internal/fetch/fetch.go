// Package fetch is known to its module alone.
package fetch

import "net/http"

// Status is called by main.
func Status(url string) error {
	resp, err := http.Get(url) // want "http.Get"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Checked is called by a test of another package.
func Checked(url string) error {
	resp, err := http.Get(url) // want "http.Get"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Old is a function that nothing in the module names: what it does is never done.
func Old(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func left(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// The table has it as a value.
var checks = []func(string) error{head}

func head(url string) error {
	resp, err := http.Head(url) // want "http.Head"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

//export golint_fetch
func golint_fetch(url string) error {
	resp, err := http.Get(url) // want "http.Get"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Source can be asked through an interface that another package declares.
type Source struct{}

// Load may satisfy it.
func (Source) Load(url string) error {
	resp, err := http.Get(url) // want "http.Get"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// The method cannot: no interface of the package has its name.
func (Source) reload(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Summary is named by nothing, so that its helper never runs either.
func Summary(url string) error {
	return summarize(url)
}

func summarize(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// One of the two that call this is called itself.
func count(url string) error {
	resp, err := http.Get(url) // want "http.Get"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func forgotten(url string) error { return count(url) }

// Counted is called by main's status.
func Counted(url string) error { return count(url) }
