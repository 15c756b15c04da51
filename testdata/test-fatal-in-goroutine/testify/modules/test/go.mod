module github.com/shoenig/test

go 1.26
