package station

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"

	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/web"
)

// ServePhone serves telephones until ctx ends, and closes the listener: the page
// that keeps a plain pass of the telephone's own, and passes that were made here
// and wait for one. The page is files and nothing else: it gives no right, asks for
// no code, and learns nothing, since the phone's key and pass stay on the phone. A
// pass that waits is for whoever has its link, once. pages is [web.Phone] with its
// libraries.
func (s *Server) ServePhone(ctx context.Context, l net.Listener, pages fs.FS) error {
	mux := http.NewServeMux()
	mux.Handle("/", web.Serve(pages))
	mux.HandleFunc(pathTake, s.transfers.servePhone)
	server := newHTTPServer(mux, s.c.TLS)
	stopped := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		<-ctx.Done()
		stopped <- shutDown(server)
	}()
	err := server.ServeTLS(visitors.Listen(l, maxConnections, connectionsEach), "", "")
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-stopped)
}
