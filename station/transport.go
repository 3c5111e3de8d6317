package station

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"time"
)

// newHTTPServer speaks HTTP/1.1 only, whose body a handler reads straight from
// the connection: HTTP/2 would keep copies of pictures in buffers of its own.
func newHTTPServer(h http.Handler, config *tls.Config) *http.Server {
	server := &http.Server{
		Handler: h, TLSConfig: config, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second,
		WriteTimeout: makeTime + 30*time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0), Protocols: new(http.Protocols),
	}
	server.Protocols.SetHTTP1(true)
	return server
}
