package kiosk

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
)

// Where bytes of a frame lie on their way in, and who clears them:
//
//   - The kernel holds ciphertext.
//   - crypto/tls decrypts a record in place, in the one buffer that it reads
//     into (Conn.rawInput), hands it out from there, and overwrites it when
//     other records come. clearing, below, reads one record at a time, and
//     zeroes the whole free part of that buffer before it waits for the next.
//   - net/http gives a bufio.Reader of 4 KB along with a hijacked connection;
//     smallBuffer replaces it by one of 16 bytes, the least there is. A read
//     for more goes past it.
//   - coder/websocket keeps the same 16 bytes, unmasks in the buffer that it
//     is given, and has no other. Compression, which would keep a window of
//     32 KB, is off.
//   - session reads into one buffer of its own, which it clears after each
//     frame; Frames.Push copies from there, and wipes its own.
//
// So at most 16 bytes of a frame, the end of it, are left once the next read
// waits. The page's flush of zeros after looking overwrites those, too, and
// whatever a future version of these packages keeps.
//
// BUG(memory): where the Go runtime interrupts a goroutine that decrypts or
// copies, it saves the vector registers, with some of what is being moved, and
// clears that place only when it saves others there. A search of the whole
// process found up to 128 bytes of frames in about one run of ten, and none in
// 59 runs with GODEBUG=asyncpreemptoff=1, which rules that out.

// recordHeader is the length of a TLS record's header (RFC 8446 5.1): type,
// version, length.
const recordHeader = 5

// clearing is a connection under TLS. It never returns bytes of two records,
// or a header and what follows it, from one Read: so crypto/tls's buffer is
// empty whenever it asks for a header, and p is then all of it.
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

// errEarly means that a client sent more before its upgrade was answered,
// which no browser does.
var errEarly = errors.New("the client spoke before it was answered")

// smallBuffer is a ResponseWriter whose hijacked connection has the smallest
// buffer for reading.
type smallBuffer struct{ http.ResponseWriter }

// Hijack implements http.Hijacker.
func (s smallBuffer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(s.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if rw.Reader.Buffered() > 0 {
		_ = conn.Close()
		return nil, nil, errEarly
	}
	const least = 16
	return conn, bufio.NewReadWriter(bufio.NewReaderSize(conn, least), rw.Writer), nil
}
