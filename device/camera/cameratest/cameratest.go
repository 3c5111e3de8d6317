// Package cameratest records what a camera gives, and plays it again, for tests
// of what uses a camera.
package cameratest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// Step is one thing that a camera gave: a JPEG, or an error.
type Step struct {
	JPEG []byte
	At   time.Time
	Err  error
}

// Playback is a Source that gives its steps in order, each when Next is called,
// and then waits. The zero value waits from the beginning. Frames are copies:
// to wipe one changes no step.
type Playback struct {
	mu     sync.Mutex
	steps  []Step
	seq    uint64
	closed bool
	more   chan struct{} // closed and made anew whenever something changes
}

// Play returns a Playback of the steps.
func Play(steps ...Step) *Playback { return &Playback{steps: slices.Clone(steps)} }

// Add appends steps, which a waiting Next gives at once.
func (p *Playback) Add(steps ...Step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps = append(p.steps, steps...)
	p.wake()
}

func (p *Playback) wake() {
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
}

// Left returns how many steps were not given yet.
func (p *Playback) Left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.steps)
}

// Next implements camera.Source.
func (p *Playback) Next(ctx context.Context) (*camera.Frame, error) {
	for {
		f, wait, err := p.take()
		if wait == nil {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-wait:
		}
	}
}

func (p *Playback) take() (*camera.Frame, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, camera.ErrClosed
	}
	if len(p.steps) == 0 {
		if p.more == nil {
			p.more = make(chan struct{})
		}
		return nil, p.more, nil
	}
	step := p.steps[0]
	p.steps = p.steps[1:]
	if step.Err != nil {
		return nil, nil, step.Err
	}
	p.seq++
	return &camera.Frame{JPEG: slices.Clone(step.JPEG), At: step.At, Seq: p.seq}, nil, nil
}

// Close implements camera.Source.
func (p *Playback) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.wake()
	return nil
}

// Recorder is a Source that keeps a copy of every JPEG and error that passes
// through it. It must see drawn pictures only: it wipes nothing.
type Recorder struct {
	camera.Source

	mu    sync.Mutex
	steps []Step
}

// Record returns a Recorder of a source.
func Record(s camera.Source) *Recorder { return &Recorder{Source: s} }

// Next implements camera.Source.
func (r *Recorder) Next(ctx context.Context) (*camera.Frame, error) {
	f, err := r.Source.Next(ctx)
	step := Step{Err: err}
	if f != nil {
		step.JPEG, step.At = slices.Clone(f.JPEG), f.At
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.steps = append(r.steps, step)
	return f, err
}

// Steps returns what was recorded, to be given to Play.
func (r *Recorder) Steps() []Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.steps)
}

// Pattern draws a frame of a live scene: stripes that move and a noise that
// differs with n.
func Pattern(n, w, h int) []byte {
	noise := uint32(n)*2654435761 + 1
	return Draw(w, h, func(x, y int) (r, g, b byte) {
		noise ^= noise << 13
		noise ^= noise >> 17
		noise ^= noise << 5
		v := byte(60 + (x*4+n*3)%120 + int(noise%12))
		return v, v / 2, byte(40 + y%100)
	})
}

// Plain draws a frame of one colour.
func Plain(w, h int, r, g, b byte) []byte {
	return Draw(w, h, func(int, int) (byte, byte, byte) { return r, g, b })
}

// Draw encodes a drawing as a baseline JPEG.
func Draw(w, h int, d picturetest.Draw) []byte {
	return picturetest.JPEG{Sampling: picturetest.S444(), JFIF: true}.Encode(w, h, picturetest.YCbCr(d))
}
