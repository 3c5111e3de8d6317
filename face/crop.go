package face

import "slices"

// crop is one way of cutting out a face for an extract model.
type crop struct {
	wider    float64 // how much of the crop the face fills, 1 as models are trained
	higher   float64 // by how many of 112 pixels the face stands higher
	mirrored bool
}

// enrolCrops are the crops of which a reference is the mean: mirrored, with more
// around the face, and with the face higher up. Points on faces are uncertain by
// about as much, so the mean depends less on where they were placed. Chosen on
// LFW View 1's training list; docs/accuracy.md has what it gains. A probe has
// one crop, so a check costs no more for it.
func enrolCrops() []crop {
	return []crop{{wider: 1, mirrored: true}, {wider: 0.94}, {wider: 1, higher: 2}}
}

// The middle of a face in a crop of 112x112 pixels, about which it is scaled.
const middleX, middleY = 56, 71

// of maps an input of the layout's size onto the subject.
func (how crop) of(c *Capture, l layout) affine {
	to := cropPoints()
	for i, p := range to {
		p = Point{middleX + how.wider*(p.X-middleX), middleY + how.wider*(p.Y-middleY) - how.higher}
		to[i] = Point{(p.X - l.left) * float64(l.w) / l.side, (p.Y - l.top) * float64(l.h) / l.side}
	}
	return similarity(to, c.five)
}

// turn mirrors an input, if the crop is to be mirrored.
func (how crop) turn(input []float32, l layout) {
	if !how.mirrored {
		return
	}
	for row := range slices.Chunk(input, l.w) {
		slices.Reverse(row)
	}
}
