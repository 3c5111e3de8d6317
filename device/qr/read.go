package qr

import "context"

// locate finds codes by their corners and reads them, in plain Go. It stops when
// it has found a wanted text, and between two attempts when the context ends.
// What is dark is told by comparing with what lies within reach.
func locate(ctx context.Context, g grey, reach int, found *texts) {
	if g.w >= 21 && g.h >= 21 {
		g.darkness(reach).locate(ctx, g, found)
	}
}

// locate clears the bitmap when it is done.
func (b bitmap) locate(ctx context.Context, g grey, found *texts) {
	defer b.wipe()
	used := map[point]bool{}
	for _, c := range cornersOf(b.finders(g)) {
		if ctx.Err() != nil || found.wanted {
			return
		}
		if used[c.tl.point] || used[c.tr.point] || used[c.bl.point] {
			continue
		}
		if text, ok := readCorners(b, g, c); ok {
			found.add(text)
			used[c.tl.point], used[c.tr.point], used[c.bl.point] = true, true, true
		}
	}
}

func readCorners(b bitmap, g grey, c corners) (string, bool) {
	for _, fit := range b.grids(c) {
		if text, ok := newSamples(fit.size).read(fit, g); ok {
			return text, true
		}
	}
	return "", false
}
