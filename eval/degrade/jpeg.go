package degrade

import (
	"math"
	"math/rand/v2"

	"github.com/facelatch/facelatch/picture"
)

// Compress loses what a JPEG file of that quality would, 1 to 100, in a new
// picture.
func Compress(p *picture.Picture, quality float64) *picture.Picture {
	return compression(p, Face{}, quality, nil)
}

// compression loses what a JPEG file of that quality would: blocks of 8x8 are
// transformed and rounded by the tables of ITU-T T.81, annex K, scaled as the
// Independent JPEG Group does, with half the colour across and down. Nothing is
// written, so the rest of the format is not needed.
func compression(p *picture.Picture, _ Face, quality float64, _ *rand.Rand) *picture.Picture {
	scale := 5000 / quality
	if quality >= 50 {
		scale = 200 - 2*quality
	}
	planes := split(p)
	squeeze(planes[0], p.W, p.H, lumaTable(), scale)
	w, h := (p.W+1)/2, (p.H+1)/2
	out := blank(p.W, p.H)
	for c := 1; c < 3; c++ {
		half := halve(planes[c], p.W, p.H)
		squeeze(half, w, h, chromaTable(), scale)
		for y := range p.H {
			for x := range p.W {
				planes[c][y*p.W+x] = half[y/2*w+x/2]
			}
		}
	}
	for i, luma := range planes[0] {
		cb, cr := planes[1][i], planes[2][i]
		out.Pix[3*i] = grey(luma + 128 + 1.402*cr)
		out.Pix[3*i+1] = grey(luma + 128 - 0.344136*cb - 0.714136*cr)
		out.Pix[3*i+2] = grey(luma + 128 + 1.772*cb)
	}
	for _, plane := range planes {
		clear(plane)
	}
	return out
}

// split parts brightness, less 128, from two differences of colour.
func split(p *picture.Picture) (planes [3][]float64) {
	for c := range planes {
		planes[c] = make([]float64, p.W*p.H)
	}
	for i := range planes[0] {
		r, g, b := float64(p.Pix[3*i]), float64(p.Pix[3*i+1]), float64(p.Pix[3*i+2])
		planes[0][i] = 0.299*r + 0.587*g + 0.114*b - 128
		planes[1][i] = -0.168736*r - 0.331264*g + 0.5*b
		planes[2][i] = 0.5*r - 0.418688*g - 0.081312*b
	}
	return planes
}

// halve averages four values into one.
func halve(plane []float64, w, h int) []float64 {
	hw, hh := (w+1)/2, (h+1)/2
	out := make([]float64, hw*hh)
	for y := range hh {
		for x := range hw {
			x1, y1 := min(w-1, 2*x+1), min(h-1, 2*y+1)
			out[y*hw+x] = (plane[2*y*w+2*x] + plane[2*y*w+x1] + plane[y1*w+2*x] + plane[y1*w+x1]) / 4
		}
	}
	return out
}

// squeeze rounds every block in the frequencies.
func squeeze(plane []float64, w, h int, table [64]float64, scale float64) {
	for i := range table {
		table[i] = max(1, min(255, math.Floor((table[i]*scale+50)/100)))
	}
	basis := cosines()
	back := turned(basis)
	var block [64]float64
	for by := 0; by < h; by += 8 {
		for bx := 0; bx < w; bx += 8 {
			for i := range block {
				block[i] = plane[min(h-1, by+i/8)*w+min(w-1, bx+i%8)]
			}
			transform(&block, &basis)
			for i := range block {
				block[i] = math.Round(block[i]/table[i]) * table[i]
			}
			transform(&block, &back)
			for i, v := range block {
				if x, y := bx+i%8, by+i/8; x < w && y < h {
					plane[y*w+x] = v
				}
			}
		}
	}
}

// cosines is the orthonormal transform of eight values.
func cosines() (m [8][8]float64) {
	for u := range 8 {
		k := 0.5
		if u == 0 {
			k = math.Sqrt(1.0 / 8)
		}
		for x := range 8 {
			m[u][x] = k * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16)
		}
	}
	return m
}

// transform takes a block to its frequencies, with the cosines, or back, with them
// turned about.
func transform(b *[64]float64, m *[8][8]float64) {
	var rows [64]float64
	for y := range 8 {
		in := (*[8]float64)(b[8*y:])
		for u := range 8 {
			k := &m[u]
			rows[y*8+u] = k[0]*in[0] + k[1]*in[1] + k[2]*in[2] + k[3]*in[3] + k[4]*in[4] + k[5]*in[5] + k[6]*in[6] + k[7]*in[7]
		}
	}
	for u := range 8 {
		k := &m[u]
		for x := range 8 {
			b[u*8+x] = k[0]*rows[x] + k[1]*rows[8+x] + k[2]*rows[16+x] + k[3]*rows[24+x] + k[4]*rows[32+x] + k[5]*rows[40+x] + k[6]*rows[48+x] + k[7]*rows[56+x]
		}
	}
}

// turned is a matrix with rows for columns.
func turned(m [8][8]float64) (t [8][8]float64) {
	for i := range m {
		for j := range m {
			t[j][i] = m[i][j]
		}
	}
	return t
}

func lumaTable() [64]float64 {
	return [64]float64{
		16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
	}
}

func chromaTable() [64]float64 {
	t := [64]float64{}
	for i := range t {
		t[i] = 99
	}
	for i, row := range [][]float64{{17, 18, 24, 47}, {18, 21, 26, 66}, {24, 26, 56}, {47, 66}} {
		copy(t[8*i:], row)
	}
	return t
}
