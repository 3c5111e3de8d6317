package camera

import (
	"fmt"
	"io"

	"github.com/facelatch/facelatch/picture"
)

// readPPM reads one picture in the form "P6", as ffmpeg writes it: width and
// height in decimal, 255, and packed RGB, without comments. It reads not one
// byte more. The pixels come from the pool.
func readPPM(r io.Reader, pool *pool) (*picture.Picture, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	if string(head[:]) != "P6" {
		return nil, fmt.Errorf("%w: it does not begin with P6", ErrNotAFrame)
	}
	var fields [3]int
	if err := skipSpace(r); err != nil {
		return nil, err
	}
	for i := range fields {
		n, err := readNumber(r)
		if err != nil {
			return nil, err
		}
		fields[i] = n
	}
	w, h := fields[0], fields[1]
	if w < 1 || h < 1 || fields[2] != 255 {
		return nil, fmt.Errorf("%w: a PPM of %d by %d pixels up to %d", ErrNotAFrame, w, h, fields[2])
	}
	if w*h > MaxPixels {
		return nil, fmt.Errorf("%w: %d by %d pixels, the most is %d megapixels", ErrTooLarge, w, h, MaxPixels/1_000_000)
	}
	pix := pool.get(3 * w * h)
	if _, err := io.ReadFull(r, pix); err != nil {
		pool.put(pix)
		return nil, err
	}
	return &picture.Picture{W: w, H: h, Pix: pix, Scale: 1}, nil
}

// skipSpace reads the one byte of white space after the magic.
func skipSpace(r io.Reader) error {
	c, err := readByte(r)
	if err == nil && c != '\n' && c != ' ' {
		return fmt.Errorf("%w: a PPM without its size", ErrNotAFrame)
	}
	return err
}

// readNumber reads a decimal number of at most five digits, and the one byte
// of white space after it.
func readNumber(r io.Reader) (int, error) {
	n := 0
	for digits := 0; ; digits++ {
		c, err := readByte(r)
		switch {
		case err != nil:
			return 0, err
		case c >= '0' && c <= '9' && digits < 5:
			n = 10*n + int(c-'0')
		case (c == ' ' || c == '\n') && digits > 0:
			return n, nil
		default:
			return 0, fmt.Errorf("%w: a PPM with a bad number", ErrNotAFrame)
		}
	}
}

func readByte(r io.Reader) (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(r, b[:])
	return b[0], err
}
