package station

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/http"

	"github.com/facelatch/facelatch/web"
)

// ServePhone serves the phone's page until ctx ends, and closes the listener. The
// page is files and nothing else: it gives no right, asks for no code, and learns
// nothing, since the phone's key and pass stay on the phone. Any other web server
// can serve it as well. pages is [web.Phone] with its libraries.
func ServePhone(ctx context.Context, l net.Listener, config *tls.Config, pages fs.FS) error {
	server := newHTTPServer(web.Serve(pages), config)
	stopped := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		<-ctx.Done()
		stopped <- shutDown(server)
	}()
	err := server.ServeTLS(l, "", "")
	stop()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, <-stopped)
}
