package picture

// frame builds a Picture from stored rows, reducing and turning it on the way,
// so that a large picture never exists in full as packed pixels.
//
// The caller fills the slice that row returns, then calls done, for every y from
// 0 up; then release.
type frame struct {
	p      *Picture
	srcW   int
	srcH   int
	direct bool // Stored rows are rows of Pix.

	line []byte   // One stored row, unless direct.
	sums []uint32 // For each reduced pixel of a row: R, G, B added up.

	// Where the reduced pixel (x, y) of the stored picture goes in Pix:
	// origin + x*stepX + y*stepY.
	origin, stepX, stepY int
}

func newFrame(w, h int, o orientation) *frame {
	scale := scaleFor(w, h)
	rw, rh := (w+scale-1)/scale, (h+scale-1)/scale
	f := &frame{srcW: w, srcH: h, p: &Picture{W: rw, H: rh, Scale: scale}}
	if o.turned() {
		f.p.W, f.p.H = rh, rw
	}
	f.p.Pix = make([]byte, 3*rw*rh)
	f.aim(o, rw, rh)
	f.direct = o == upright && scale == 1
	if !f.direct {
		f.line = make([]byte, 3*w)
		f.sums = make([]uint32, 3*rw)
	}
	return f
}

// scaleFor is the smallest whole number that brings the picture to MaxKept.
func scaleFor(w, h int) int {
	scale := 1
	for ((w+scale-1)/scale)*((h+scale-1)/scale) > MaxKept {
		scale++
	}
	return scale
}

// aim works out the steps by which stored rows and columns move through Pix.
func (f *frame) aim(o orientation, rw, rh int) {
	const px = 3
	right, down := px, px*f.p.W
	flipX := o == 2 || o == 3 || o == 7 || o == 8
	flipY := o == 3 || o == 4 || o == 6 || o == 7
	f.stepX, f.stepY = right, down
	if o.turned() {
		f.stepX, f.stepY = down, right
	}
	if flipX {
		f.origin += (rw - 1) * f.stepX
		f.stepX = -f.stepX
	}
	if flipY {
		f.origin += (rh - 1) * f.stepY
		f.stepY = -f.stepY
	}
}

// row returns where the stored row y belongs: 3 bytes for each stored pixel.
func (f *frame) row(y int) []byte {
	if f.direct {
		return f.p.Pix[3*f.srcW*y : 3*f.srcW*(y+1)]
	}
	return f.line
}

// done takes over the stored row y.
func (f *frame) done(y int) {
	scale := f.p.Scale
	switch {
	case f.direct:
	case scale == 1:
		f.place(y)
	default:
		f.add()
		if y%scale == scale-1 || y == f.srcH-1 {
			f.average(y/scale, y%scale+1)
		}
	}
}

func (f *frame) place(y int) {
	at := f.origin + y*f.stepY
	for i := 0; i+2 < len(f.line); i += 3 {
		d := f.p.Pix[at : at+3 : at+3]
		d[0], d[1], d[2] = f.line[i], f.line[i+1], f.line[i+2]
		at += f.stepX
	}
}

func (f *frame) add() {
	scale := f.p.Scale
	line := f.line
	for i := 0; i+2 < len(f.sums); i += 3 {
		s := f.sums[i : i+3 : i+3]
		for n := min(3*scale, len(line)); n > 0; n -= 3 {
			s[0] += uint32(line[0])
			s[1] += uint32(line[1])
			s[2] += uint32(line[2])
			line = line[3:]
		}
	}
}

// average writes row y of the reduced picture, to which height stored rows have
// been added. The last column may be of fewer stored columns than the others.
func (f *frame) average(y, height int) {
	scale := f.p.Scale
	at := f.origin + y*f.stepY
	for i := 0; i+2 < len(f.sums); i += 3 {
		width := min(scale, f.srcW-i/3*scale)
		n := uint32(width * height)
		d := f.p.Pix[at : at+3 : at+3]
		d[0] = byte((f.sums[i] + n/2) / n)
		d[1] = byte((f.sums[i+1] + n/2) / n)
		d[2] = byte((f.sums[i+2] + n/2) / n)
		at += f.stepX
	}
	clear(f.sums)
}

// release clears the rows that were on their way.
func (f *frame) release() {
	clear(f.line)
	clear(f.sums)
}
