package station

import (
	"crypto/tls"
	"encoding/binary"
	"net"
)

// Where bytes of a picture lie on their way in, and who clears them:
//
//   - The kernel holds ciphertext.
//   - crypto/tls decrypts a record in place, in the one buffer that it reads into,
//     and overwrites it when other records come. clearing reads one record at a
//     time, and zeroes what is free of that buffer before it waits for the next.
//   - net/http reads the first and the last bytes of a body through a buffer of
//     4 KB, and the rest goes past it. It waits for the next request with that
//     buffer empty, and clearedBuffer zeroes it then.
//   - readFrame reads into memory that the handler clears, and picture.Decode
//     says what it leaves.

// recordHeader is the length of a TLS record's header (RFC 8446 5.1): type,
// version, length.
const recordHeader = 5

// httpBuffer is the length of the buffer that net/http reads through.
const httpBuffer = 4 << 10

// clearingListener accepts connections over TLS that leave nothing of what they
// carried in the buffers that are read through.
type clearingListener struct {
	net.Listener
	config *tls.Config
}

// Accept is a method of [net.Listener].
func (l clearingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &clearedBuffer{tls.Server(&clearing{Conn: c}, l.config)}, nil
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

// clearing is a connection under TLS. No Read of it returns bytes of two records,
// or of a header and what follows it, so that the buffer is empty whenever the
// next header is waited for, and p is all of it.
type clearing struct {
	net.Conn
	header [recordHeader]byte
	have   int // bytes of the header that were read
	left   int // bytes of the record after its header that were not
}

// Read zeroes p, then reads at most to the end of a header or of a record.
func (c *clearing) Read(p []byte) (int, error) {
	clear(p)
	if c.left > 0 {
		n, err := c.Conn.Read(p[:min(len(p), c.left)])
		c.left -= n
		return n, err
	}
	n, err := c.Conn.Read(p[:min(len(p), recordHeader-c.have)])
	c.have += copy(c.header[c.have:], p[:n])
	if c.have == recordHeader {
		c.have, c.left = 0, int(binary.BigEndian.Uint16(c.header[3:]))
	}
	return n, err
}
