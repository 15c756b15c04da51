package waited

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"
)

type store interface {
	Put(ctx context.Context, key string) error
	Get(ctx context.Context, key string) (string, error)
}

type service struct {
	store store
	wg    sync.WaitGroup
	ctx   context.Context
	stop  context.CancelFunc
}

func (s *service) group(keys []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for _, key := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.store.Put(ctx, key)
		}()
	}
	wg.Wait()
}

func (s *service) result(key string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- s.store.Put(ctx, key) }()
	return <-failed
}

// The slower of the two is meant to be cancelled.
func (s *service) first(keys [2]string) string {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	values := make(chan string, 2)
	for _, key := range keys {
		go func() {
			value, _ := s.store.Get(ctx, key)
			values <- value
		}()
	}
	select {
	case value := <-values:
		return value
	case <-time.After(time.Second):
		return ""
	}
}

func (s *service) deferredWait(key string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		s.store.Put(ctx, key)
	}()
}

func (s *service) waitsElsewhere(key string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		s.store.Put(ctx, key)
	}()
	s.finish()
}

func (s *service) finish() { s.wg.Wait() }

// The heartbeat is for as long as the function works.
func (s *service) heartbeat(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.beat(ctx)
	_, err := s.store.Get(ctx, "long")
	return err
}

func (s *service) beat(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			s.store.Put(ctx, "alive")
		}
	}
}

type screen interface {
	Render(ctx context.Context, key string) error
}

func (s *service) beside(ctx context.Context, w screen) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go w.Render(ctx, "screen")
	_, err := s.store.Get(ctx, "long")
	return err
}

// What the end of the context is for.
func (s *service) closer(ctx context.Context, conn net.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-ctx.Done()
		conn.Close()
	}()
	_, err := conn.Read(nil)
	return err
}

func (s *service) detached(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	go s.store.Put(context.WithoutCancel(ctx), key)
	own := context.WithoutCancel(ctx)
	go s.store.Put(own, key)
}

func (s *service) reassigned(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	s.store.Put(ctx, key)
	ctx = context.WithoutCancel(ctx)
	go s.store.Put(ctx, key)
}

// The goroutine cancels it itself.
func (s *service) ownCancel(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	go func() {
		defer cancel()
		s.store.Put(ctx, key)
	}()
}

func (s *service) kept() {
	s.ctx, s.stop = context.WithCancel(context.Background())
	go s.store.Put(s.ctx, "kept")
}

// Only when it fails.
func (s *service) onError(key string) (context.CancelFunc, error) {
	ctx, cancel := context.WithCancel(context.Background())
	go s.store.Put(ctx, key)
	if _, err := s.store.Get(ctx, key); err != nil {
		cancel()
		return nil, err
	}
	return cancel, nil
}

// A log entry does not ask whether its context is alive.
func (s *service) logged(ctx context.Context, key string) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	s.store.Put(ctx, key)
	go slog.InfoContext(ctx, "stored", "key", key)
}

// The context is not the one that is cancelled.
func (s *service) outer(ctx context.Context, key string) {
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.store.Put(short, key); err != nil {
		fmt.Println(err)
	}
	go s.store.Put(ctx, key)
}

// It comes to its end before the goroutine starts.
func (s *service) inner(ctx context.Context, key string) {
	func() {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		s.store.Put(ctx, key)
	}()
	go s.store.Put(ctx, key)
}

// The goroutine takes what the function gives it, and ends with it.
func (s *service) fed(keys []string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	work := make(chan string)
	go func() {
		for key := range work {
			s.store.Put(ctx, key)
		}
	}()
	for _, key := range keys {
		work <- key
	}
	close(work)
}

// Serving takes longer than a refresh.
func (s *service) serve(ctx context.Context, l net.Listener, serve func(net.Conn)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.store.Put(ctx, "up")
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		serve(conn)
	}
}

type runner interface{ Run() error }

func (s *service) runs(ctx context.Context, r runner) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.store.Put(ctx, "up")
	return r.Run()
}

// Only if it fails.
func (s *service) create(ctx context.Context) (_ *service, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		if err != nil {
			cancel()
		}
	}()
	go s.beat(ctx)
	if _, err = s.store.Get(ctx, "first"); err != nil {
		return nil, err
	}
	return s, nil
}

// The cancel function is the outer one's.
func (s *service) nested(ctx context.Context, each func(func())) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	each(func() {
		go s.store.Put(ctx, "each")
	})
}

type logs interface {
	Errorf(format string, args ...any)
}

// G is the logger of a context.
var G func(ctx context.Context) logs

// The goroutine wants nothing of the context but its logger.
func (s *service) logsLater(ctx context.Context, result <-chan error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	go func() {
		select {
		case <-time.After(time.Second):
		case <-result:
		}
		if _, err := s.store.Get(context.TODO(), "a"); err != nil {
			G(ctx).Errorf("failed: %v", err)
		}
	}()
}
