package front

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/internal/visitors"
)

const (
	// maxConnections is how many connections there are at once, and
	// connectionsEach how many from one place.
	maxConnections  = 512
	connectionsEach = 32
	// stopTime is how long requests get to end.
	stopTime = 5 * time.Second
)

// Serve answers browsers on a listener until ctx ends. It closes the listener and the
// Front, and not the Office. What runs out is ended by the controller beside it.
func (f *Front) Serve(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{
		Handler: f, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: f.certificate},
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: log.New(silence{}, "", 0),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		err := server.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		stopped <- err
	}()
	err := server.ServeTLS(visitors.Listen(l, maxConnections, connectionsEach), "", "")
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	err = errors.Join(err, <-stopped)
	return errors.Join(err, f.Close())
}

// Close ends what is being made for somebody, for who does not call Serve.
func (f *Front) Close() error { return f.office.Close() }

// silence takes what net/http says of handshakes that failed.
type silence struct{}

func (silence) Write(p []byte) (int, error) { return len(p), nil }

// certificate is what browsers are shown: what was given, or one of the site's own
// authority, made anew in time. Its key is never on a disk.
func (f *Front) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if f.c.Certificate != nil {
		return f.c.Certificate, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.has != nil && f.c.Now().Before(f.until) {
		return f.has, nil
	}
	made, until, err := f.c.Authority.Browser(f.origin.Hostname())
	if err != nil {
		return nil, err
	}
	f.has, f.until = made, until
	return made, nil
}
