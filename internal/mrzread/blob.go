package mrzread

// blob is a connected piece of ink that may be a character: the box around it, in
// pixels of the whole picture.
type blob struct {
	x, y, w, h float64 // its middle and size
	used       bool
}

const (
	// Sizes that a character can have, in pixels of the reduced picture.
	minSide, maxChar = 4, 110
	// More pieces than this are no page.
	maxBlobs = 40000
)

// piece is a connected piece of ink while it is being collected.
type piece struct{ x0, y0, x1, y1, area int }

// blobs collects the pieces of ink, joined along sides and corners.
func (k *ink) blobs() (out []blob) {
	var stack []int
	for start := range k.dark {
		if !k.dark[start] {
			continue
		}
		p := piece{x0: k.w, y0: k.h}
		stack = append(stack[:0], start)
		k.dark[start] = false
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			stack = k.spread(at, &p, stack)
		}
		if b, ok := p.blob(float64(k.scale)); ok {
			out = append(out, b)
		}
		if len(out) > maxBlobs {
			return nil
		}
	}
	return out
}

// spread takes one pixel over, and its dark neighbours onto the stack.
func (k *ink) spread(at int, p *piece, stack []int) []int {
	x, y := at%k.w, at/k.w
	p.x0, p.y0, p.x1, p.y1 = min(p.x0, x), min(p.y0, y), max(p.x1, x), max(p.y1, y)
	p.area++
	for ny := max(0, y-1); ny <= min(k.h-1, y+1); ny++ {
		for nx := max(0, x-1); nx <= min(k.w-1, x+1); nx++ {
			if n := ny*k.w + nx; k.dark[n] {
				k.dark[n] = false
				stack = append(stack, n)
			}
		}
	}
	return stack
}

func (p *piece) blob(scale float64) (blob, bool) {
	w, h := p.x1-p.x0+1, p.y1-p.y0+1
	long, short := max(w, h), min(w, h)
	if long < minSide || long > maxChar || p.area < 6 || long > 6*short {
		return blob{}, false
	}
	return blob{
		x: float64(p.x0+p.x1+1) / 2 * scale, y: float64(p.y0+p.y1+1) / 2 * scale,
		w: float64(w) * scale, h: float64(h) * scale,
	}, true
}
