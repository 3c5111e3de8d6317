package qrtest

import (
	"context"
	"sync"

	"github.com/facelatch/facelatch/picture"
)

// Playback is a reader that sees what it is told to: the first call of Read
// returns the first of Frames, and so on; after the last there is nothing to see.
// It may be used by several goroutines.
type Playback struct {
	Frames [][]string

	mu   sync.Mutex
	next int // Guarded by mu.
}

// Read has the form of qr.Reader's. It does not look at the picture.
func (p *Playback) Read(ctx context.Context, _ *picture.Picture, _ func(string) bool) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil || p.next == len(p.Frames) {
		return nil, ctx.Err()
	}
	p.next++
	return p.Frames[p.next-1], nil
}

// Seen is how many frames were read.
func (p *Playback) Seen() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next
}
