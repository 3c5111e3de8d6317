package eval

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/picture"
)

// reader lets package score use the face engine.
type reader Setup

// measures names the figures of quality, in the order in which they are kept;
// for each of them more is better.
func measures() [score.Measures]string {
	return [score.Measures]string{"eye distance, pixels", "sharpness", "contrast", "frontal, degrees from", "landmarks agree", "strength of the vector"}
}

// problems are the engine's, in the order of the bits that are kept.
func problems() []face.Problem {
	return []face.Problem{face.TooFar, face.TooDark, face.TooBright, face.Flat, face.Blurred, face.TurnedAway, face.Tilted, face.EyesCovered, face.PartHidden, face.Unclear}
}

// decode opens a photograph; nil with the reason where there is none.
func (r reader) decode(name string) (*picture.Picture, score.State) {
	data, err := fs.ReadFile(r.Root, path.Clean(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, score.Missing
	case err != nil:
		return nil, score.Unopened
	}
	defer clear(data)
	photograph, err := picture.Decode(data)
	if err != nil {
		return nil, score.NoImage
	}
	return photograph, score.Used
}

// Extract is a method of [score.Engine].
func (r reader) Extract(name string) (score.Probe, score.Photograph, error) {
	photograph, state := r.decode(name)
	if photograph == nil {
		return nil, score.Photograph{State: state}, nil
	}
	defer photograph.Wipe()
	capture, err := r.Engine.CaptureCentral(r.Grant, photograph)
	if errors.Is(err, face.ErrNoFace) {
		return nil, score.Photograph{State: score.NoFace}, nil
	}
	if err != nil {
		return nil, score.Photograph{}, err
	}
	defer capture.Wipe()
	probe, err := capture.Probe()
	if err != nil {
		return nil, score.Photograph{}, err
	}
	kept := score.Photograph{State: score.Used}
	if r.Quality {
		if err := judge(capture, &kept); err != nil {
			probe.Wipe()
			return nil, score.Photograph{}, err
		}
	}
	return probe, kept, nil
}

// judge notes how good a capture is.
func judge(c *face.Capture, kept *score.Photograph) error {
	q, err := c.Quality()
	if err != nil {
		return err
	}
	for _, p := range q.Problems() {
		if i := slices.Index(problems(), p); i >= 0 {
			kept.Problems |= 1 << i
		}
	}
	kept.Quality = [score.Measures]float32{
		float32(q.EyeDistance), float32(q.Sharpness), float32(q.Contrast),
		-float32(max(q.Yaw, -q.Yaw)), -float32(q.Spread), float32(q.Strength),
	}
	return nil
}

// Ready is a method of [score.Engine]: the first comparison with a probe as the
// reference encodes it.
func (r reader) Ready(p score.Probe) error {
	_, err := r.Engine.Measure(r.Grant, p.(*face.Probe), p.(*face.Probe))
	return err
}

// Compare is a method of [score.Engine].
func (r reader) Compare(a, b score.Probe) (encoded, plain float64, err error) {
	m, err := r.Engine.Measure(r.Grant, a.(*face.Probe), b.(*face.Probe))
	return m.Score, m.Plain, err
}
