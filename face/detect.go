package face

import (
	"slices"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/picture"
)

// Found is one face in a picture: where it is, and how sure the detector is.
type Found struct {
	Box   Box
	Score float64 // 0 to 1

	five    [5]Point // where the detector puts the points that faces are aligned by
	pointed bool     // whether it gave any
}

const (
	minDetection  = 0.7 // score from which on something counts as a face, where the manifest has none
	maxOverlap    = 0.4 // boxes that overlap more are the same face
	maxCandidates = 512 // boxes kept before overlaps are removed
)

// Detect finds the faces in a picture, largest first, and nothing else about
// them. It looks at the whole picture, and if there is no face at all, at
// wider and at narrower views of it, for faces very near and very far.
func (e *Engine) Detect(g consent.Grant, p *picture.Picture) ([]Found, error) {
	if err := g.CheckAny(e.now()); err != nil {
		return nil, err
	}
	for _, view := range views(float64(p.W), float64(p.H), e.detect.layout) {
		var found []Found
		for _, region := range view {
			more, err := e.detectIn(p, region)
			if err != nil {
				return nil, err
			}
			found = distinct(append(found, more...))
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b Found) int { return compareFloats(b.Box.area(), a.Box.area()) })
			return found, nil
		}
	}
	return nil, nil
}

// views are the regions to look at, in the order of trying: the picture, the
// picture with a wide margin, and its four overlapping quarters.
func views(w, h float64, l layout) [][]Box {
	whole := padTo(Box{0, 0, w, h}, float64(l.w)/float64(l.h))
	var quarters []Box
	for _, x := range []float64{0, 0.4} {
		for _, y := range []float64{0, 0.4} {
			quarters = append(quarters, padTo(Box{x * w, y * h, (x + 0.6) * w, (y + 0.6) * h}, float64(l.w)/float64(l.h)))
		}
	}
	return [][]Box{{whole}, {whole.scaled(1.6)}, quarters}
}

// padTo grows a box about its centre to a ratio of width to height, so that
// faces are not stretched.
func padTo(b Box, ratio float64) Box {
	w, h := max(b.W(), b.H()*ratio), max(b.H(), b.W()/ratio)
	c := b.centre()
	return Box{c.X - w/2, c.Y - h/2, c.X + w/2, c.Y + h/2}
}

func (e *Engine) detectIn(p *picture.Picture, region Box) (found []Found, err error) {
	err = e.detect.use(func(input []float32, l layout) {
		view(input, l, p, region)
	}, func(lane Lane) {
		found = e.found(lane, e.detect.layout, region, e.least)
	})
	return found, err
}

// reading is a way of reading a detector's outputs: the faces with a score of least or
// more in a region of the picture that was its input.
type reading func(lane Lane, l layout, region Box, least float64) []Found

// readings are the ways that a manifest can ask for.
func readings(k models.Kind) reading {
	if k == models.YuNet {
		return yunet
	}
	return boxes
}

// boxes reads for each prior the probabilities of background and face, and the corners
// as fractions of the region.
func boxes(lane Lane, _ layout, region Box, least float64) []Found {
	scores, corners := lane.Output(0), lane.Output(1)
	var all []Found
	for i := 0; 2*i+1 < len(scores) && len(all) < maxCandidates; i++ {
		score := float64(scores[2*i+1])
		if !(score >= least) {
			continue
		}
		c := corners[4*i : 4*i+4]
		box := Box{
			region.X0 + float64(c[0])*region.W(), region.Y0 + float64(c[1])*region.H(),
			region.X0 + float64(c[2])*region.W(), region.Y0 + float64(c[3])*region.H(),
		}
		if sane(box) {
			all = append(all, Found{Box: box, Score: min(1, score)})
		}
	}
	return distinct(all)
}

// distinct keeps the surest of every group of boxes that overlap.
func distinct(all []Found) (kept []Found) {
	slices.SortStableFunc(all, func(a, b Found) int { return compareFloats(b.Score, a.Score) })
	for _, f := range all {
		if !slices.ContainsFunc(kept, func(k Found) bool { return k.Box.overlap(f.Box) > maxOverlap }) {
			kept = append(kept, f)
		}
	}
	return kept
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
