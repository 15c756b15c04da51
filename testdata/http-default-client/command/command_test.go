package main

import (
	"net/http"
	"testing"
)

func TestSend(t *testing.T) {
	req, err := http.NewRequest(http.MethodPost, "http://service/hook", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if err := send(req); err != nil {
		t.Log(err)
	}
}
