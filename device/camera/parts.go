package camera

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of what stands around a frame in a multipart stream.
const (
	maxLine     = 1024    // bytes of one header line
	maxLines    = 64      // header lines of one part
	maxSkip     = 1 << 20 // bytes before a boundary, the preamble included
	maxBoundary = 70      // bytes of a boundary, as in RFC 2046; what follows is ignored
	chunk       = 32 << 10
)

// parts reads the parts of a multipart stream (RFC 2046, 5.1.1) as cameras send
// them: the boundary may be given with or without its two dashes, lines may end
// in CR LF or LF, and a length, where one is given, is believed. It reads from a
// buffer of its own, which can be wiped, as that of package mime/multipart
// cannot.
type parts struct {
	r        io.Reader
	boundary []byte // with its dashes; "--" if the camera gave none
	pool     *pool

	buf        []byte // all of it is ours to wipe
	start, end int    // what of buf was read and not used
}

func newParts(r io.Reader, boundary string, pool *pool) *parts {
	return &parts{
		r: r, pool: pool, buf: make([]byte, chunk+maxLine),
		boundary: []byte("--" + strings.TrimLeft(boundary[:min(len(boundary), maxBoundary)], "-")),
	}
}

func (p *parts) wipe() { clear(p.buf) }

// next returns the content of the next part, from the pool. io.EOF is the end
// of the stream, between parts or with the closing boundary.
func (p *parts) next() ([]byte, error) {
	if err := p.toBoundary(); err != nil {
		return nil, err
	}
	length, err := p.headers()
	if err != nil {
		return nil, unexpected(err)
	}
	if length >= 0 {
		return p.exactly(length)
	}
	return p.untilBoundary()
}

// toBoundary skips to the line after the next boundary.
func (p *parts) toBoundary() error {
	for skipped := 0; skipped <= maxSkip; {
		line, err := p.line()
		if err != nil {
			return err
		}
		if bytes.HasPrefix(line, p.boundary) {
			if bytes.Equal(line[len(p.boundary):], []byte("--")) {
				return io.EOF
			}
			return nil
		}
		skipped += len(line) + 1
	}
	return fmt.Errorf("%w: there is no boundary between its parts", ErrNotAFrame)
}

// headers reads to the empty line, and returns the length or -1.
func (p *parts) headers() (length int, err error) {
	length = -1
	for range maxLines {
		line, err := p.line()
		if err != nil || len(line) == 0 {
			return length, err
		}
		name, value, _ := strings.Cut(string(line), ":")
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%w: a part with a bad length", ErrNotAFrame)
		}
		if n > MaxBytes {
			return 0, fmt.Errorf("%w: a part of %d bytes, the most is %d", ErrTooLarge, n, MaxBytes)
		}
		length = n
	}
	return 0, fmt.Errorf("%w: a part with more than %d header lines", ErrNotAFrame, maxLines)
}

// exactly returns the next n bytes.
func (p *parts) exactly(n int) ([]byte, error) {
	data := p.pool.get(n)
	have := copy(data, p.buf[p.start:p.end])
	p.start += have
	if _, err := io.ReadFull(p.r, data[have:]); err != nil {
		p.pool.put(data)
		return nil, unexpected(err)
	}
	return data, nil
}

// untilBoundary returns what stands before the next boundary, which it leaves.
func (p *parts) untilBoundary() ([]byte, error) {
	mark := append([]byte("\n"), p.boundary...)
	data := p.pool.get(len(p.buf))[:0]
	for {
		from := max(0, len(data)-len(mark))
		var err error
		if data, err = p.more(data); err != nil {
			p.pool.put(data)
			return nil, unexpected(err)
		}
		if at := bytes.Index(data[from:], mark); at >= 0 {
			at += from
			p.back(data[at+1:])
			clear(data[at:])
			return bytes.TrimSuffix(data[:at], []byte("\r")), nil
		}
	}
}

// rest returns everything up to the end of the stream.
func (p *parts) rest() ([]byte, error) {
	data := p.pool.get(len(p.buf))[:0]
	for {
		var err error
		if data, err = p.more(data); err == io.EOF {
			return data, nil
		} else if err != nil {
			p.pool.put(data)
			return nil, err
		}
	}
}

// more moves what was read to the end of data, which it may replace.
func (p *parts) more(data []byte) ([]byte, error) {
	if err := p.fill(); err != nil {
		return data, err
	}
	have := p.buf[p.start:p.end]
	if len(data)+len(have) > MaxBytes {
		return data, fmt.Errorf("%w: a part of more than %d bytes", ErrTooLarge, MaxBytes)
	}
	if len(data)+len(have) > cap(data) {
		larger := p.pool.get(2*cap(data) + len(have))[:len(data)]
		copy(larger, data)
		p.pool.put(data)
		data = larger
	}
	p.start = p.end
	return append(data, have...), nil
}

// back gives bytes back that came from the last fill, to be read again.
func (p *parts) back(bytes []byte) {
	p.start = p.end - len(bytes)
	if p.start < 0 { // they began in an earlier one, by less than a boundary, for which there is room
		p.start, p.end = 0, len(bytes)
	}
	copy(p.buf[p.start:], bytes)
}

// line returns the next line without its end. It is valid until the next call.
func (p *parts) line() ([]byte, error) {
	for {
		if at := bytes.IndexByte(p.buf[p.start:p.end], '\n'); at >= 0 && at <= maxLine {
			line := p.buf[p.start : p.start+at]
			p.start += at + 1
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		if p.end-p.start > maxLine {
			return nil, fmt.Errorf("%w: a line of more than %d bytes between its parts", ErrNotAFrame, maxLine)
		}
		if err := p.grow(); err != nil {
			return nil, err
		}
	}
}

// fill reads something, if nothing is left.
func (p *parts) fill() error {
	if p.start < p.end {
		return nil
	}
	return p.grow()
}

// grow reads more behind what is left, which it moves to the front.
func (p *parts) grow() error {
	p.end = copy(p.buf, p.buf[p.start:p.end])
	p.start = 0
	for range 100 {
		n, err := p.r.Read(p.buf[p.end:chunk]) // the rest is room for back
		p.end += n
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// unexpected turns the end of the stream into an error where it is none.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
