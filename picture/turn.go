package picture

// Turned returns a copy of the picture, turned clockwise by so many quarters. The
// caller wipes both.
func (p *Picture) Turned(quarters int) *Picture {
	quarters &= 3
	out := &Picture{W: p.W, H: p.H, Scale: p.Scale, Pix: make([]byte, len(p.Pix))}
	if quarters%2 == 1 {
		out.W, out.H = p.H, p.W
	}
	for y := range p.H {
		for x := range p.W {
			tx, ty := x, y
			switch quarters {
			case 1:
				tx, ty = p.H-1-y, x
			case 2:
				tx, ty = p.W-1-x, p.H-1-y
			case 3:
				tx, ty = y, p.W-1-x
			}
			copy(out.Pix[3*(ty*out.W+tx):][:3], p.Pix[3*(y*p.W+x):][:3])
		}
	}
	return out
}
