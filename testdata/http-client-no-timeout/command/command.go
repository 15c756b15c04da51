// Command logout asks once, while somebody waits for it.
package main

import (
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) == 2 {
		watch(os.Args[1])
	}
	logout("http://service/logout")
}

func logout(url string) {
	client := &http.Client{}
	resp, err := client.Get(url)
	if err != nil {
		os.Exit(1)
	}
	resp.Body.Close()
}

// One service that says nothing ends the watch over all.
func watch(url string) {
	client := &http.Client{} // want "has no timeout"
	for {
		if resp, err := client.Get(url); err == nil {
			resp.Body.Close()
		}
		time.Sleep(time.Second)
	}
}
