package frameworks

import (
	"context"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
)

type mailer interface {
	Send(ctx context.Context, to string) error
}

func register(m mailer) func(*gin.Context) {
	return func(c *gin.Context) {
		go m.Send(c.Request.Context(), "somebody") // want "goroutine works with the context of request `c`, which ends when the handler returns"
		c.Status(http.StatusAccepted)
	}
}

func variable(m mailer, c *gin.Context) {
	ctx := c.Request.Context()
	go func() { // want "context of request `c`"
		m.Send(ctx, "somebody")
	}()
}

func update(m mailer) func(echo.Context) error {
	return func(c echo.Context) error {
		go m.Send(c.Request().Context(), "somebody") // want "context of request `c`"
		return c.NoContent(http.StatusAccepted)
	}
}

func detached(m mailer, c *gin.Context) {
	go m.Send(context.WithoutCancel(c.Request.Context()), "somebody")
	c.Status(http.StatusAccepted)
}

func waited(m mailer, c echo.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { m.Send(c.Request().Context(), "somebody") })
	wg.Wait()
	return c.NoContent(http.StatusAccepted)
}

// The copy is for the goroutine.
func header(m mailer, c *gin.Context) {
	agent := c.Request.UserAgent()
	go m.Send(context.Background(), agent)
}
