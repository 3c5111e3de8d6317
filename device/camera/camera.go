// Package camera gives the newest frame of a camera, and notices when the
// camera is dead, frozen, covered or replayed.
//
// Open reads the address of a camera: the tablet's browser (frames are pushed
// by the connection that receives them), a USB or network camera through an
// ffmpeg child process, MJPEG over HTTP, or a folder of pictures for tests.
// Whatever the driver, a frame is a JPEG or decoded pixels, at most MaxBytes
// and MaxPixels large, and only the newest one is kept: whoever is slower than
// the camera sees fewer frames, never older ones.
//
// It never writes a frame to disk, never names a person or a password in an
// error, and keeps no frame once a newer one came: the older is wiped.
//
// # What was tried on what
//
// RTSP is tested against a real RTSP server, MJPEG against a real HTTP server.
// V4L2 (a camera on USB) is protocol-tested only: the child process is the same
// as for RTSP and its arguments are checked, but no camera was plugged in.
//
// # What is cleared
//
// Buffers belong to this package until Next hands out a frame, and to its
// caller until Frame.Wipe, which zeroes them and gives them back for reuse.
//
// BUG(memory): the last few kilobytes of a JPEG stay in the buffers of net/http
// and crypto/tls until the next frame overwrites them, and an ffmpeg process
// holds frames of its own until it ends. Both are off the disk: neither is
// swapped where the host has no swap, as the documentation asks.
package camera

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/picture"
)

// Limits of one frame, whatever the camera.
const (
	// MaxBytes is the most bytes of one JPEG frame.
	MaxBytes = 8 << 20
	// MaxPixels is the most pixels of one frame: 4096 by 2304.
	MaxPixels = 4096 * 2304
)

var (
	// ErrClosed is what Next returns after Close. It is final.
	ErrClosed = errors.New("the camera is closed")
	// ErrTooLarge means that a frame has more than MaxBytes or MaxPixels.
	ErrTooLarge = errors.New("the camera's frame is too large")
	// ErrNotAFrame means that what came is no baseline JPEG, or damaged.
	ErrNotAFrame = errors.New("the camera sent something that is not a picture")
	// ErrLost means that the connection to the camera, or the process that
	// reads it, ended; the driver starts it again.
	ErrLost = errors.New("the camera was lost")
)

// Source is a camera that runs.
//
// Next blocks until there is a frame newer than the last one that it returned,
// and passes its ownership to the caller, who must Wipe it. An error of the
// camera is returned once, when it happens; the driver goes on trying, with
// backoff, and Next may be called again at once. Only ErrClosed is final. One
// goroutine calls Next; Close may come from any, and ends a Next that waits.
type Source interface {
	Next(ctx context.Context) (*Frame, error)
	Close() error
}

// Frame is one picture of a camera. Exactly one of JPEG and Picture is set when
// it comes from a Source; Decode adds Picture to a JPEG.
type Frame struct {
	// JPEG is a baseline JPEG file, at most MaxBytes.
	JPEG []byte
	// Picture is packed RGB, at most MaxPixels.
	Picture *picture.Picture
	// At is when the frame had arrived here, by this machine's clock.
	At time.Time
	// Seq numbers the frames of a source from 1; frames that were dropped are
	// counted, too.
	Seq uint64

	pool *pool // where the buffer goes back to; nil without one
}

// Decode returns the frame's pixels, which the frame owns: Wipe wipes them. A
// frame that was decoded before is not decoded again. Errors are ErrTooLarge,
// ErrNotAFrame, or one of package picture's.
func (f *Frame) Decode() (*picture.Picture, error) {
	if f.Picture != nil {
		return f.Picture, nil
	}
	if err := CheckJPEG(f.JPEG); err != nil {
		return nil, err
	}
	p, err := picture.Decode(f.JPEG)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAFrame, err)
	}
	f.Picture = p
	return p, nil
}

// Wipe zeroes what the frame holds and gives its buffer back. The frame is
// empty afterwards. It may be called on nil and any number of times.
func (f *Frame) Wipe() {
	if f == nil {
		return
	}
	if f.Picture != nil {
		if f.JPEG == nil {
			f.pool.put(f.Picture.Pix)
		}
		f.Picture.Wipe()
		f.Picture = nil
	}
	f.pool.put(f.JPEG)
	f.JPEG = nil
}
