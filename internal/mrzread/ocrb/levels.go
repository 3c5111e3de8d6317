package ocrb

// Levels are a grey picture and, for sampling large print, halves, quarters and so
// on of it.
type Levels struct{ all []level }

type level struct {
	scale, w, h int
	pix         []byte
}

// NewLevels takes over a grey picture of h rows of w bytes.
func NewLevels(w, h int, pix []byte) *Levels {
	l := &Levels{all: []level{{1, w, h, pix}}}
	for last := &l.all[0]; last.w >= 64 && last.h >= 64 && last.scale < 16; last = &l.all[len(l.all)-1] {
		l.all = append(l.all, last.half())
	}
	return l
}

// Wipe clears all of it.
func (l *Levels) Wipe() {
	for _, g := range l.all {
		clear(g.pix)
	}
}

func (g *level) half() level {
	w, h := g.w/2, g.h/2
	out := level{2 * g.scale, w, h, make([]byte, w*h)}
	for y := range h {
		upper, lower := g.pix[2*y*g.w:], g.pix[(2*y+1)*g.w:]
		for x := range w {
			out.pix[y*w+x] = byte((int(upper[2*x]) + int(upper[2*x+1]) + int(lower[2*x]) + int(lower[2*x+1]) + 2) / 4)
		}
	}
	return out
}

// pick returns the smallest level in which samples so many pixels apart miss
// nothing.
func (l *Levels) pick(step float64) *level {
	best := 0
	for best+1 < len(l.all) && step >= 1.6*float64(l.all[best].scale) {
		best++
	}
	return &l.all[best]
}

// at is the level between four pixels.
func (g *level) at(x, y float64) float64 {
	x, y = max(0, min(x-0.5, float64(g.w-1))), max(0, min(y-0.5, float64(g.h-1)))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, g.w-1), min(y0+1, g.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top := float64(g.pix[y0*g.w+x0])*(1-fx) + float64(g.pix[y0*g.w+x1])*fx
	bottom := float64(g.pix[y1*g.w+x0])*(1-fx) + float64(g.pix[y1*g.w+x1])*fx
	return top*(1-fy) + bottom*fy
}

// Pixels are the grey picture itself.
func (l *Levels) Pixels() []byte { return l.all[0].pix }
