package kiosk

import (
	"bufio"
	"errors"
	"net"
	"net/http"

	"github.com/facelatch/facelatch/internal/tlsrecord"
)

// Where bytes of a frame lie on their way in, and who clears them:
//
//   - The kernel holds ciphertext.
//   - crypto/tls decrypts a record in place, in the one buffer that it reads
//     into. clearing, below, reads one record at a time, and zeroes the whole
//     free part of that buffer before it waits for the next (package tlsrecord).
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

// clearing is a connection under TLS that leaves nothing of a record where the
// next is read into.
type clearing struct {
	net.Conn
	records tlsrecord.Reader
}

func newClearing(c net.Conn) *clearing {
	return &clearing{Conn: c, records: tlsrecord.Reader{From: c}}
}

// Read is a method of [net.Conn].
func (c *clearing) Read(p []byte) (int, error) { return c.records.Read(p) }

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
