// Package tlsrecord reads what TLS carries one record at a time, into memory that
// was zeroed.
//
// crypto/tls decrypts a record in place, in the one buffer that it reads into
// (Conn.rawInput), hands it out from there, and overwrites it only when other
// records come: a part of the last picture that somebody sent would wait there.
// Under a [Reader] that buffer is empty whenever the header of the next record is
// waited for, and the whole free part of it is zeroed first.
//
// It never keeps anything but the five bytes of a header.
package tlsrecord

import (
	"encoding/binary"
	"io"
)

// header is the length of a record's header: type, version, length (RFC 8446
// section 5.1).
const header = 5

// Reader reads a stream of records from another one. It is for one goroutine at
// a time.
type Reader struct {
	// From is what it reads from, such as a connection under TLS.
	From io.Reader

	header [header]byte
	have   int // bytes of the header that were read
	left   int // bytes of the record after its header that were not
}

// Read zeroes p, then reads at most to the end of a header or of a record: never
// bytes of two records, nor of a header and what follows it. Its errors are those
// of From. What is no record is passed on as it is, cut in other places; TLS finds
// out.
func (r *Reader) Read(p []byte) (int, error) {
	clear(p)
	if r.left > 0 {
		n, err := r.From.Read(p[:min(len(p), r.left)])
		r.left -= n
		return n, err
	}
	n, err := r.From.Read(p[:min(len(p), header-r.have)])
	r.have += copy(r.header[r.have:], p[:n])
	if r.have == header {
		r.have, r.left = 0, int(binary.BigEndian.Uint16(r.header[3:]))
	}
	return n, err
}
