module frameworks

go 1.26

require (
	github.com/gin-gonic/gin v0.0.0
	github.com/labstack/echo/v4 v4.0.0
)

replace (
	github.com/gin-gonic/gin => ./modules/gin
	github.com/labstack/echo/v4 => ./modules/echo
)
