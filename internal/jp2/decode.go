package jp2

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/facelatch/facelatch/picture"
)

const (
	// MaxSize is how many bytes a picture has at most.
	MaxSize = 1 << 20
	// MaxPixels is how many pixels it has at most: a portrait has a quarter of a
	// million.
	MaxPixels = 4 << 20
	// decodeTime is how long a child may take; one portrait takes 60 ms.
	decodeTime = 10 * time.Second
)

var (
	// ErrNotJPEG2000 is returned for what cannot be decoded.
	ErrNotJPEG2000 = errors.New("not a JPEG 2000 picture, or a damaged one")
	// ErrTooLarge is returned for a picture beyond [MaxSize] or [MaxPixels].
	ErrTooLarge = errors.New("the JPEG 2000 picture is too large for a portrait")
	// ErrNoDecoder is returned where OpenJPEG is not installed (libopenjp2.so.7,
	// Debian's package libopenjp2-7).
	ErrNoDecoder = errors.New("OpenJPEG is not installed: install libopenjp2-7")
	// ErrNoSandbox is returned where the kernel gives no filter of system calls:
	// then nothing is decoded.
	ErrNoSandbox = errors.New("the kernel has no system call filter, without which JPEG 2000 is not decoded")
)

// What a child ends with.
const (
	done      = 0
	refused   = 10 // ErrNotJPEG2000
	large     = 11 // ErrTooLarge
	noDecoder = 12 // ErrNoDecoder
	noSandbox = 13 // ErrNoSandbox
)

// before is what stands before the pixels: width and height.
const before = 8

// Decode decodes a picture, as a file (JP2) or a bare code stream, by running a
// program that calls [Child]. The caller wipes the result. It fails with one of the
// errors above, and with ctx's once ctx ends; a child that crashes was given
// something that is no picture.
func Decode(ctx context.Context, program string, arguments []string, data []byte) (*picture.Picture, error) {
	if len(data) > MaxSize {
		return nil, ErrTooLarge
	}
	ctx, cancel := context.WithTimeout(ctx, decodeTime)
	defer cancel()
	child := exec.CommandContext(ctx, program, arguments...)
	child.Env = []string{"GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1"}
	child.Stdin = bytes.NewReader(data)
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("start the decoder: %w", err)
	}
	decoded, readErr := receive(out)
	if err := child.Wait(); err != nil {
		decoded.Wipe()
		return nil, meaning(ctx, err)
	}
	if readErr != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotJPEG2000, readErr)
	}
	return decoded, nil
}

// receive reads what a child writes, which is not trusted either.
func receive(r io.Reader) (*picture.Picture, error) {
	var size [before]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return &picture.Picture{}, err
	}
	w, h := binary.BigEndian.Uint32(size[:4]), binary.BigEndian.Uint32(size[4:])
	if w == 0 || h == 0 || uint64(w)*uint64(h) > MaxPixels {
		return &picture.Picture{}, ErrTooLarge
	}
	p := &picture.Picture{W: int(w), H: int(h), Pix: make([]byte, 3*int(w)*int(h)), Scale: 1}
	_, err := io.ReadFull(r, p.Pix)
	return p, err
}

// meaning returns what the end of a child says.
func meaning(ctx context.Context, err error) error {
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return err
	}
	switch ended.ExitCode() {
	case large:
		return ErrTooLarge
	case noDecoder:
		return ErrNoDecoder
	case noSandbox:
		return ErrNoSandbox
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return err
	}
	return ErrNotJPEG2000
}
