package mrzreadtest

import "math"

// view maps between a sheet and its picture, as a camera without distortion sees a
// leaning plane.
type view struct {
	w, h       int
	scale      float64
	half, mid  Point // the sheet's middle, the picture's
	sin, cos   float64
	leanX      float64 // what the distance grows by for each unit to the right,
	leanY      float64 // and down
	cosX, cosY float64
	far        float64 // the distance, in pixels of the picture
	quarters   int
}

func (s Shot) view(sheet *Sheet) view {
	v := view{scale: s.Pitch / sheet.Pitch, half: Point{float64(sheet.W) / 2, float64(sheet.H) / 2}, quarters: s.Quarters & 3}
	v.sin, v.cos = math.Sincos(s.Skew * math.Pi / 180)
	v.leanX, v.leanY = math.Sin(s.TiltX*math.Pi/180), math.Sin(s.TiltY*math.Pi/180)
	v.cosX, v.cosY = math.Cos(s.TiltX*math.Pi/180), math.Cos(s.TiltY*math.Pi/180)
	v.far = 2.2 * float64(sheet.W) * v.scale
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, c := range []Point{{0, 0}, {float64(sheet.W), 0}, {0, float64(sheet.H)}, {float64(sheet.W), float64(sheet.H)}} {
		p := v.flat(c)
		low, high = Point{min(low.X, p.X), min(low.Y, p.Y)}, Point{max(high.X, p.X), max(high.Y, p.Y)}
	}
	w, h := high.X-low.X, high.Y-low.Y
	v.w, v.h = int(w*(1+s.Margin)), int(h*(1+s.Margin))
	v.mid = Point{-low.X + w*s.Margin/2, -low.Y + h*s.Margin/2}
	if v.quarters%2 == 1 {
		v.w, v.h = v.h, v.w
	}
	return v
}

// flat is where a place of the sheet is seen before quarter turns, from the middle.
func (v view) flat(p Point) Point {
	x, y := (p.X-v.half.X)*v.scale, (p.Y-v.half.Y)*v.scale
	x, y = v.cos*x-v.sin*y, v.sin*x+v.cos*y
	k := v.far / (v.far + v.leanX*x + v.leanY*y)
	return Point{x * v.cosX * k, y * v.cosY * k}
}

// to is where a place of the sheet is in the picture.
func (v view) to(p Point) Point {
	f := v.flat(p)
	x, y := f.X+v.mid.X, f.Y+v.mid.Y
	switch v.quarters {
	case 1:
		return Point{float64(v.w) - y, x}
	case 2:
		return Point{float64(v.w) - x, float64(v.h) - y}
	case 3:
		return Point{y, float64(v.h) - x}
	}
	return Point{x, y}
}

// step is how a step over a place of the sheet, to either side of it, is seen.
func (v view) step(at, half Point) Point {
	a, b := v.to(Point{at.X - half.X, at.Y - half.Y}), v.to(Point{at.X + half.X, at.Y + half.Y})
	return Point{b.X - a.X, b.Y - a.Y}
}

// back is the place of the sheet that is seen at a place of the picture.
func (v view) back(p Point) Point {
	x, y := p.X, p.Y
	switch v.quarters {
	case 1:
		x, y = p.Y, float64(v.w)-p.X
	case 2:
		x, y = float64(v.w)-p.X, float64(v.h)-p.Y
	case 3:
		x, y = float64(v.h)-p.Y, p.X
	}
	x, y = (x-v.mid.X)/v.cosX, (y-v.mid.Y)/v.cosY
	// x = X k, k = far/(far + lean . X): solved for k.
	k := 1 - (v.leanX*x+v.leanY*y)/v.far
	x, y = x/k, y/k
	x, y = v.cos*x+v.sin*y, -v.sin*x+v.cos*y
	return Point{x/v.scale + v.half.X, y/v.scale + v.half.Y}
}
