package eval

import (
	"context"
	"errors"
	"fmt"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
)

// ErrHold means that there are more photographs than may be held in memory at
// once, for a measurement that needs them all.
var ErrHold = errors.New("more photographs than are held in memory at once")

// holdAll extracts all photographs, for what compares them in no order. Without
// that it holds none, and returns what extracts them by and by.
func (v Verification) holdAll(ctx context.Context, names []string) (score.Engine, map[string]*face.Probe, error) {
	if v.Showing == 0 && v.Averaged == 0 {
		return reader(v.Setup), nil, nil
	}
	if len(names) > v.hold() {
		return nil, nil, fmt.Errorf("%w: showings and averaged references need all %d of them, which takes %d MB, and %d may be held: allow as many, or measure those on fewer photographs", ErrHold, len(names), 1+len(names)/500, v.hold())
	}
	probes, read, err := v.extractAll(ctx, names)
	all := held{reader: reader(v.Setup), probes: probes, read: map[string]score.Photograph{}}
	for i, p := range read {
		all.read[names[i]] = p
	}
	return all, probes, err
}

// held is a [score.Engine] for photographs that are in memory already, and stay
// there.
type held struct {
	reader
	probes map[string]*face.Probe
	read   map[string]score.Photograph
}

// lent is a probe that is somebody else's to wipe.
type lent struct{ *face.Probe }

// Wipe leaves it.
func (lent) Wipe() {}

// Extract is a method of [score.Engine].
func (h held) Extract(name string) (score.Probe, score.Photograph, error) {
	if p := h.probes[name]; p != nil {
		return lent{p}, h.read[name], nil
	}
	return nil, h.read[name], nil
}

// Ready is a method of [score.Engine].
func (h held) Ready(p score.Probe) error { return h.reader.Ready(p.(lent).Probe) }

// Compare is a method of [score.Engine].
func (h held) Compare(a, b score.Probe) (encoded, plain float64, err error) {
	return h.reader.Compare(a.(lent).Probe, b.(lent).Probe)
}
