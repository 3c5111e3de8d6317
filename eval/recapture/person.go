package recapture

import "math"

// person is somebody before the scene, from one photograph.
type person struct {
	photograph *plane
	matte      // of the photograph, if its background is plain
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
	m, known := p.mattes[s.Picture]
	if !known {
		m = photograph.matte(chest{k * (s.Left.X + s.Right.X) / 2, k * (s.Left.Y + s.Right.Y) / 2, k * s.eyes()})
		p.mattes[s.Picture] = m
	}
	return &person{
		photograph: photograph, matte: m, scene: p.scene, light: p.light, pose: at,
		ex: k * (s.Left.X + s.Right.X) / 2, ey: k * (s.Left.Y + s.Right.Y) / 2,
		cos: size * math.Cos(angle), sin: size * math.Sin(angle), eyes: s.eyes() * k,
	}
}

// at is a method of source. A person's photograph covers the whole frame: beyond
// it shoulders go on, falling, as they were at its edge, and the scene does without
// it.
func (s *person) at(x, y float64) ([3]float32, bool) {
	dx, dy := x-s.pose.x, y-s.pose.y
	u, v := s.ex+s.cos*dx-s.sin*dy, s.ey+s.sin*dx+s.cos*dy
	beyond := max(0, -u, u-float64(s.photograph.w-1))
	v -= 0.5 * beyond
	lit, solid := s.photograph.at(u, v), s.solidAt(u, v)
	away := beyond + max(0, -v)
	if s.solid == nil || v < s.ey+shoulders*s.eyes {
		solid *= float32(max(0, 1-away/(0.6*s.eyes)))
	}
	behind, on := s.scene.at(x, y), s.light.on(dx/s.pose.eyes, dy/s.pose.eyes)
	if s.solid != nil && away == 0 && solid < 1 {
		behind = times(behind, s.fall.without(lit, u, v)) // what is darker there, such as a hair
	}
	for c := range lit {
		lit[c] = solid*lit[c]*on[c] + (1-solid)*behind[c]
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
