package tied

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

type server struct {
	ctx    context.Context
	done   chan struct{}
	jobs   chan int
	closed atomic.Bool
	wg     sync.WaitGroup
	count  atomic.Int64
}

func (s *server) captured(ctx context.Context) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
				s.count.Add(1)
			}
		}
	}()
}

// The context goes along; that the loop does not look at it is another rule's business.
func (s *server) passed(ctx context.Context) {
	go s.poll(ctx)
}

func (s *server) poll(ctx context.Context) {
	for {
		if ctx.Err() != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func (s *server) ownContext(ctx context.Context) {
	go func() {
		for {
			select {
			case <-s.ctx.Done():
				return
			case job := <-s.jobs:
				s.count.Add(int64(job))
			}
		}
	}()
}

func (s *server) doneField(ctx context.Context) {
	go func() {
		for {
			select {
			case <-s.done:
				return
			case <-time.After(time.Second):
			}
		}
	}()
}

// Somebody closes the channel.
func (s *server) workers(ctx context.Context) {
	s.jobs = make(chan int)
	go func() {
		for job := range s.jobs {
			s.count.Add(int64(job))
		}
	}()
}

func (s *server) Close() {
	close(s.jobs)
	close(s.done)
}

// The flag is how the owner stops it.
func (s *server) flag(ctx context.Context) {
	go func() {
		for {
			if s.closed.Load() {
				return
			}
			time.Sleep(time.Second)
		}
	}()
}

// Closing the listener ends the loop.
func (s *server) accept(ctx context.Context, l net.Listener) {
	go func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				conn.Close()
			}
		}
	}()
}

// Shutdown ends it.
func (s *server) listen(ctx context.Context, srv *http.Server) error {
	go srv.ListenAndServe()
	<-ctx.Done()
	return srv.Shutdown(context.Background())
}

func (s *server) copies(ctx context.Context, from, to net.Conn) {
	go io.Copy(to, from)
	go func() {
		defer to.Close()
		io.Copy(from, to)
	}()
}

func (s *server) reads(ctx context.Context, conn net.Conn) {
	go func() {
		buf := make([]byte, 1)
		for {
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
	}()
}

// It ends by itself.
func (s *server) oneShot(ctx context.Context) {
	go func() { s.count.Add(1) }()
	go s.count.Add(1)
}

func (s *server) bounded(ctx context.Context) {
	go func() {
		for i := 0; i < 10; i++ {
			time.Sleep(time.Second)
		}
	}()
}

// The spawner takes the result in any case.
func (s *server) result(ctx context.Context, work func() int) int {
	results := make(chan int)
	go func() { results <- work() }()
	return <-results
}

func (s *server) waited(ctx context.Context) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		for {
			time.Sleep(time.Second)
		}
	}()
	s.wg.Go(func() {
		for {
			time.Sleep(time.Second)
		}
	})
}

func (s *server) waits(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(done)
	}()
	return done
}

func (s *server) process(ctx context.Context, cmd *exec.Cmd) {
	go func() { _ = cmd.Wait() }()
}

// A wrapper of one's own starts the goroutine; what it does with panics and ends is its business.
func (s *server) wrapped(ctx context.Context) {
	safeGo(func() {
		for {
			time.Sleep(time.Second)
		}
	})
}

func safeGo(f func()) {
	go func() {
		defer func() { _ = recover() }()
		f()
	}()
}

// The context is not there yet.
func (s *server) before(w http.ResponseWriter) {
	go func() {
		select {
		case <-s.done:
		case <-time.After(time.Second):
		}
	}()
	ctx := context.Background()
	_ = ctx
}

// A context that nobody passed in is not one to follow.
func (s *server) root() {
	ctx := context.Background()
	go func() {
		for {
			select {
			case <-s.done:
				return
			case <-time.After(time.Second):
			}
		}
	}()
	_ = ctx
}

// The parameter is not used on purpose.
func (s *server) unnamed(_ context.Context) {
	go func() {
		for range s.done {
		}
	}()
}

// Panics end it, and with it the process.
func (s *server) panics(ctx context.Context) {
	go func() {
		for {
			time.Sleep(time.Second)
			if s.count.Load() < 0 {
				panic("negative")
			}
		}
	}()
}

// The other side ends it: once the connection is closed, each write fails.
func pings(w http.ResponseWriter, r *http.Request, conn net.Conn) {
	go ping(conn)
	_, _ = io.Copy(io.Discard, conn)
	_ = conn.Close()
}

func ping(conn net.Conn) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if _, err := conn.Write([]byte{0}); err != nil {
				return
			}
		}
	}
}
