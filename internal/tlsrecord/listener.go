package tlsrecord

import (
	"crypto/tls"
	"net"
)

// Where bytes of a picture lie on their way in, and who clears them:
//
//   - The kernel holds ciphertext.
//   - crypto/tls decrypts a record in place, in the one buffer that it reads into,
//     and overwrites it when other records come. clearing reads one record at a
//     time, and zeroes what is free of that buffer before it waits for the next
//     ([Reader]).
//   - net/http reads the first and the last bytes of a body through a buffer of
//     4 KB, and the rest goes past it. It waits for the next request with that
//     buffer empty, and clearedBuffer zeroes it then.
//   - A handler reads a picture into memory that it clears, and picture.Decode
//     says what it leaves.

// httpBuffer is the length of the buffer that net/http reads through.
const httpBuffer = 4 << 10

// Listener accepts connections over TLS that leave nothing of what they carried in
// the buffers that are read through. HTTP/1.1 alone may be spoken over them: HTTP/2
// has buffers of its own.
type Listener struct {
	net.Listener
	// Config is that of the server.
	Config *tls.Config
}

// Accept is a method of [net.Listener].
func (l Listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &clearedBuffer{tls.Server(&clearing{c, Reader{From: c}}, l.Config)}, nil
}

// clearedBuffer is what TLS carries, read into buffers that are zeroed first.
type clearedBuffer struct{ net.Conn }

// Read is a method of [net.Conn].
func (c *clearedBuffer) Read(p []byte) (int, error) {
	if len(p) <= httpBuffer {
		clear(p)
	}
	return c.Conn.Read(p)
}

// clearing is a connection under TLS that leaves nothing of a record where the
// next is read into.
type clearing struct {
	net.Conn
	records Reader
}

// Read is a method of [net.Conn].
func (c *clearing) Read(p []byte) (int, error) { return c.records.Read(p) }
