package station

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
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
	server.ConnState = limit(maxConnections)
	return server
}

// limit closes connections that are too many.
func limit(most int) func(net.Conn, http.ConnState) {
	var mu sync.Mutex
	open := make(map[net.Conn]bool, most)
	return func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case state == http.StateClosed || state == http.StateHijacked:
			delete(open, c)
		case state == http.StateNew && len(open) < most:
			open[c] = true
		case state == http.StateNew:
			_ = c.Close()
		}
	}
}
