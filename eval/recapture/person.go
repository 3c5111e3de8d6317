package recapture

import "math"

// person is somebody before the scene, from one photograph.
type person struct {
	photograph *plane
	solid      []float32 // of each pixel, 1 for the person and 0 for a plain background
	base       [3]float64
	scene      *scene
	light      light
	pose       pose
	ex, ey     float64 // the middle between the eyes in the photograph
	cos, sin   float64 // of the turn from frame to photograph, times its size
	eyes       float64
}

func (p *Presentation) person(s Shot, at pose) *person {
	photograph := p.print(s, 1.5*p.take.Eyes)
	k := photograph.scale
	size := s.eyes() * k / at.eyes
	angle := s.roll() - p.first.Shot.roll() - at.roll*math.Pi/180
	solid := p.solids[s.Picture]
	if solid == nil {
		solid = photograph.solid()
		p.solids[s.Picture] = solid
	}
	return &person{
		photograph: photograph, solid: solid, base: corners(s), scene: p.scene, light: p.light, pose: at,
		ex: k * (s.Left.X + s.Right.X) / 2, ey: k * (s.Left.Y + s.Right.Y) / 2,
		cos: size * math.Cos(angle), sin: size * math.Sin(angle), eyes: s.eyes() * k,
	}
}

// at is a method of source. A person's photograph covers the whole frame: what
// is beyond it goes on as its edge was, shoulders falling, into the scene.
func (s *person) at(x, y float64) ([3]float32, bool) {
	dx, dy := x-s.pose.x, y-s.pose.y
	u, v := s.ex+s.cos*dx-s.sin*dy, s.ey+s.sin*dx+s.cos*dy
	beyond := max(0, -u, u-float64(s.photograph.w-1))
	v -= 0.5 * beyond
	lit, solid := s.photograph.at(u, v), s.solidAt(u, v)
	if s.solid == nil || v < 0 {
		solid *= float32(max(0, 1-(beyond+max(0, -v))/(0.6*s.eyes)))
	}
	behind, on := s.scene.at(x, y), s.light.on(dx/s.pose.eyes, dy/s.pose.eyes)
	for c := range lit {
		back := lit[c] * behind[c] / float32(s.base[c])
		if s.solid == nil {
			back = behind[c]
		}
		lit[c] = solid*lit[c]*on[c] + (1-solid)*back
	}
	return lit, true
}

func (s *person) solidAt(u, v float64) float32 {
	if s.solid == nil {
		return 1
	}
	x := max(0, min(s.photograph.w-1, int(u+0.5)))
	y := max(0, min(s.photograph.h-1, int(v+0.5)))
	return s.solid[y*s.photograph.w+x]
}

// How much a plain background may change from pixel to pixel, and from its own
// mean, as a ratio of light.
const (
	step  = 1.07
	reach = 1.45
)

// solid tells a person from a plain background by flooding it from the edges;
// nil where the background is not plain.
func (p *plane) solid() []float32 {
	seeds, mean := p.border()
	if seeds == nil {
		return nil
	}
	out := make([]float32, p.w*p.h)
	for i := range out {
		out[i] = 1
	}
	for len(seeds) > 0 {
		i := seeds[len(seeds)-1]
		seeds = seeds[:len(seeds)-1]
		if out[i] == 0 || !p.like(i, mean, reach) {
			continue
		}
		out[i] = 0
		for _, n := range p.neighbours(i) {
			if out[n] == 1 && p.like(n, [3]float32(p.pix[3*i:]), step) {
				seeds = append(seeds, n)
			}
		}
	}
	return soften(out, p.w, p.h)
}

// like is whether every colour of a pixel is within a ratio of another's.
func (p *plane) like(i int, other [3]float32, ratio float32) bool {
	for c, o := range other {
		if v := p.pix[3*i+c] + 0.004; v > (o+0.004)*ratio || o+0.004 > v*ratio {
			return false
		}
	}
	return true
}

func (p *plane) neighbours(i int) []int {
	x, y := i%p.w, i/p.w
	var all []int
	if x > 0 {
		all = append(all, i-1)
	}
	if x < p.w-1 {
		all = append(all, i+1)
	}
	if y > 0 {
		all = append(all, i-p.w)
	}
	if y < p.h-1 {
		all = append(all, i+p.w)
	}
	return all
}

// border is the upper edge and the upper thirds of the sides, and their mean, if
// they are plain.
func (p *plane) border() (seeds []int, mean [3]float32) {
	for x := range p.w {
		seeds = append(seeds, x)
	}
	for y := range p.h / 3 {
		seeds = append(seeds, y*p.w, y*p.w+p.w-1)
	}
	var sum, squares float64
	for _, i := range seeds {
		l := math.Log(float64(luma([3]float32(p.pix[3*i:])) + 0.004))
		sum, squares = sum+l, squares+l*l
		for c := range mean {
			mean[c] += p.pix[3*i+c] / float32(len(seeds))
		}
	}
	n := float64(len(seeds))
	if math.Sqrt(max(0, squares/n-sum*sum/n/n)) > 0.35 {
		return nil, mean
	}
	return seeds, mean
}

// soften averages each value with its eight neighbours.
func soften(in []float32, w, h int) []float32 {
	out := make([]float32, len(in))
	for y := range h {
		for x := range w {
			var sum, n float32
			for j := max(0, y-1); j <= min(h-1, y+1); j++ {
				for i := max(0, x-1); i <= min(w-1, x+1); i++ {
					sum, n = sum+in[j*w+i], n+1
				}
			}
			out[y*w+x] = sum / n
		}
	}
	return out
}
