package face

// Eyes are the centres of the subject's eyes, from the lids, in pixels of the
// picture; left in the picture first.
func (c *Capture) Eyes() [2]Point {
	five := c.points.five()
	return [2]Point{five[0], five[1]}
}
