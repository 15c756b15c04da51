module testify

go 1.26

require (
	github.com/shoenig/test v0.0.0
	github.com/stretchr/testify v0.0.0
)

replace (
	github.com/shoenig/test => ./modules/test
	github.com/stretchr/testify => ./modules/testify
)
