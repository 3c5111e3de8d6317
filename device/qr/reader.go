package qr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/facelatch/facelatch/picture"
)

// ErrSecondReader means that no wanted text was found, and that the second
// reader, which might have found it, could not be loaded or failed.
var ErrSecondReader = errors.New("the second QR reader cannot be used")

const (
	// maxTexts bounds what one picture may yield.
	maxTexts = 16
	// baseSide is the longer side, in pixels, above which a picture is looked at
	// in a smaller size first.
	baseSide = 2000
	// smallestSide is the shorter side below which halving leaves nothing to see.
	smallestSide = 480
)

// Reader finds the texts of QR codes in pictures. It may be used by several
// goroutines at once.
//
// It looks in stages, from cheap to dear, and stops when one has found a wanted
// text: first its own search for the corners of a code, at one or two sizes and
// once more for what is blurred; then ZBar, a reader of another kind, which is
// compiled when it is first needed.
type Reader struct {
	load func() ([]byte, error)

	mu     sync.Mutex
	second *zbar // Guarded by mu; nil until it is needed.
	failed error // Guarded by mu: why it cannot be used.
}

// NewReader returns a reader. load gives the WebAssembly module of
// @undecaf/zbar-wasm 0.11.0, which the caller has checked; it is called once, when
// the reader's own search has found nothing. With a nil load there is no second
// reader.
func NewReader(load func() ([]byte, error)) *Reader {
	return &Reader{load: load}
}

// Read returns the distinct texts of the QR codes in a picture, at most sixteen,
// in the order of finding; none is no error. It stops as soon as it has found a
// text for which want is true; a nil want takes any.
//
// When the context ends first, what was found so far comes with the context's
// error. The picture is not changed, and all copies of it are cleared, of the
// whole and of parts. The texts themselves, and what the decoding libraries hold
// of a code's bytes on the way to them, are left to the garbage collector.
func (r *Reader) Read(ctx context.Context, p *picture.Picture, want func(text string) bool) ([]string, error) {
	found := &texts{want: want}
	full := greyOf(p)
	defer full.wipe()
	base := full
	if n := (max(full.w, full.h) + baseSide - 1) / baseSide; n > 1 {
		base = full.reduced(n)
		defer base.wipe()
	}
	for _, look := range r.stages(base, full) {
		if ctx.Err() != nil {
			return found.list, ctx.Err()
		}
		if err := look(ctx, found); err != nil {
			return found.list, err
		}
		if found.wanted {
			return found.list, nil
		}
	}
	return found.list, ctx.Err()
}

// stage looks for texts in one way. It ends without error when it finds none.
type stage func(ctx context.Context, found *texts) error

func (r *Reader) stages(base, full grey) []stage {
	own := func(g grey, reach int) stage {
		return func(ctx context.Context, found *texts) error {
			locate(ctx, g, reach, found)
			return nil
		}
	}
	halved := func(ctx context.Context, found *texts) error {
		half := base.reduced(2) // Averages noise away.
		defer half.wipe()
		locate(ctx, half, half.wide(), found)
		return nil
	}
	out := []stage{own(base, base.wide())}
	if full.w != base.w {
		out = append(out, own(full, full.wide()))
	}
	out = append(out, own(base, near))
	if min(base.w, base.h) >= smallestSide {
		out = append(out, halved)
	}
	if r.load != nil {
		out = append(out, r.secondStage(base))
	}
	return out
}

// secondStage asks ZBar.
func (r *Reader) secondStage(g grey) stage {
	return func(ctx context.Context, found *texts) error {
		z, err := r.secondReader(ctx)
		if err != nil {
			return err
		}
		list, err := z.scan(ctx, g)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSecondReader, err)
		}
		found.add(list...)
		return nil
	}
}

// secondReader compiles ZBar when it is first asked for. Only a failure that
// another attempt would repeat is remembered.
func (r *Reader) secondReader(ctx context.Context) (*zbar, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.second != nil || r.failed != nil {
		return r.second, r.failed
	}
	wasm, err := r.load()
	if err == nil {
		r.second, err = newZbar(ctx, wasm)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		r.failed = fmt.Errorf("%w: %w", ErrSecondReader, err)
	}
	return r.second, r.failed
}

// Close frees what the second reader holds. The Reader must not be in use, nor be
// used again.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.second == nil {
		return nil
	}
	return r.second.close(context.Background())
}

// texts gathers what stages find.
type texts struct {
	want   func(string) bool
	list   []string
	wanted bool
}

func (t *texts) add(found ...string) {
	for _, text := range found {
		if len(t.list) == maxTexts || slices.Contains(t.list, text) {
			continue
		}
		t.list = append(t.list, text)
		t.wanted = t.wanted || t.want == nil || t.want(text)
	}
}
