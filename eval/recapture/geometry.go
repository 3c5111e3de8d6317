package recapture

import "math"

// flat is something flat, or bent about its vertical axis, before a camera with a
// pinhole. Its places are millimetres from the middle between the eyes.
type flat struct {
	f, cx, cy float64 // of the camera, in pixels
	eye       [3]float64
	axes      [3][3]float64 // right, down and away, in the camera's
	radius    float64       // 0 for flat
}

// field is how many frame widths the camera's focal length is: a view of 60 degrees.
const field = 0.87

// place puts something whose eyes are so many millimetres apart where a pose says.
func (t Take) place(at pose, eyes, turn, radius float64) flat {
	g := flat{f: field * float64(t.W), cx: float64(t.W) / 2, cy: float64(t.H) / 2, radius: radius}
	z := g.f * eyes / at.eyes
	from := [3]float64{(at.x - g.cx) / g.f * z, (at.y - g.cy) / g.f * z, z}
	const degree = math.Pi / 180
	sr, cr := math.Sincos(at.roll * degree)
	sy, cy := math.Sincos((at.yaw + turn) * degree)
	sp, cp := math.Sincos(at.pitch * degree)
	right := [3]float64{cy, 0, sy}
	down := [3]float64{-sp * sy, cp, sp * cy}
	for k := range 3 {
		g.axes[0][k] = cr*right[k] + sr*down[k]
		g.axes[1][k] = cr*down[k] - sr*right[k]
	}
	a, b := g.axes[0], g.axes[1]
	g.axes[2] = [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
	for k := range 3 { // where the camera is, in the thing's own axes
		g.eye[k] = -dot(from, g.axes[k])
	}
	return g
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// hit is what the pixel sees: a place, and the direction that the surface faces
// there, in the camera's axes.
func (g *flat) hit(x, y float64) (u, v float64, facing [3]float64, ok bool) {
	ray := [3]float64{(x - g.cx) / g.f, (y - g.cy) / g.f, 1}
	d := [3]float64{dot(ray, g.axes[0]), dot(ray, g.axes[1]), dot(ray, g.axes[2])}
	e := g.eye
	if g.radius == 0 {
		if d[2] <= 0 {
			return 0, 0, facing, false
		}
		t := -e[2] / d[2]
		n := g.axes[2]
		return e[0] + t*d[0], e[1] + t*d[1], [3]float64{-n[0], -n[1], -n[2]}, true
	}
	// x² + (z-r)² = r², the nearer of both.
	a := d[0]*d[0] + d[2]*d[2]
	b := e[0]*d[0] + (e[2]-g.radius)*d[2]
	c := e[0]*e[0] + (e[2]-g.radius)*(e[2]-g.radius) - g.radius*g.radius
	root := b*b - a*c
	if root < 0 {
		return 0, 0, facing, false
	}
	t := (-b - math.Sqrt(root)) / a
	px, pz := e[0]+t*d[0], e[2]+t*d[2]
	angle := math.Atan2(px, g.radius-pz)
	s, k := math.Sincos(angle)
	for i := range facing {
		facing[i] = s*g.axes[0][i] - k*g.axes[2][i]
	}
	return g.radius * angle, e[1] + t*d[1], facing, true
}

// falls is the share of the light that falls on a surface facing that way, 1 for
// one that faces the camera.
func (l light) falls(facing [3]float64) float64 {
	straight := max(0.05, -l.from[2])
	return l.diffuse + (1-l.diffuse)*max(0, dot(facing, l.from))/straight
}

// affixed is a photograph on something flat, its eyes on the horizontal axis.
type affixed struct {
	photograph *plane
	ex, ey     float64
	cos, sin   float64
}

// affixed puts a photograph onto something on which the eyes are so many
// millimetres apart.
func (p *Presentation) affixed(lit *plane, s Shot, eyes float64) affixed {
	k := lit.scale
	size := s.eyes() * k / eyes
	return affixed{
		photograph: lit, ex: k * (s.Left.X + s.Right.X) / 2, ey: k * (s.Left.Y + s.Right.Y) / 2,
		cos: size * math.Cos(s.roll()), sin: size * math.Sin(s.roll()),
	}
}

// at is the photograph's light at a place, and whether it reaches so far.
func (a *affixed) at(u, v float64) ([3]float32, bool) {
	x, y := a.ex+a.cos*u-a.sin*v, a.ey+a.sin*u+a.cos*v
	return a.photograph.at(x, y), a.photograph.inside(x, y)
}
