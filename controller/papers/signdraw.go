package papers

import (
	"time"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/internal/typeset"
)

// pair sets a text in Chinese, and below it in English, and returns how high both
// are. A text that is the same in both is set once.
func (s signer) pair(t pair, zh, en typeset.Style, x, y, width float64, lines int) float64 {
	height := s.d.Set(t.zh, zh, x, y, width, lines)
	if t.en == t.zh {
		return height
	}
	gap := 0.6 * s.u
	return height + gap + s.d.Set(t.en, en, x, y+height+gap, width, lines+1)
}

// head is the band with the zone's name.
func (s signer) head(said signWords) {
	s.d.Fill(deep, 0, 0, s.size.Width, 44*s.u)
	x := margin * s.u
	site := s.facts.Name
	if s.facts.Demo {
		site = said.demo.zh + " " + said.demo.en + " · " + site
	}
	y := 6 * s.u
	y += s.d.Set(site, s.style(13, false, white), x, y, s.width(), 2) + 1.5*s.u
	s.pair(said.zone, s.style(34, true, white), s.style(17, true, white), x, y, s.width(), 1)
}

// camera says what the camera does, from y on, and returns where that ends.
func (s signer) camera(z public.Zone, said signWords, y float64) float64 {
	const side = 40.0
	x, name := margin*s.u, "square"
	if z.Reads() {
		name = "faced"
	}
	s.draw(name, x-3*s.u, y-2*s.u, side*s.u)
	left := x + (side+4)*s.u
	width := s.size.Width - margin*s.u - left
	end := y + s.pair(said.heading, balanced(s.style(23, true, ink)), balanced(s.style(15, true, ink)), left, y, width, 2)
	end += 3 * s.u
	end += s.pair(said.body, balanced(s.style(14, false, ink)), balanced(s.style(11.5, false, dim)), left, end, width, 4)
	return max(end, y+side*s.u)
}

func balanced(s typeset.Style) typeset.Style {
	s.Balanced = true
	return s
}

func (s signer) draw(name string, x, y, side float64) {
	inside, err := public.Drawing(name)
	if err != nil {
		inside = "<unknown/>" // the document says so
	}
	s.d.Drawing(inside, ink, tint, x, y, side)
}

// choice is the frame with the ways in, between what stands above and the foot.
func (s signer) choice(said signWords, above, below float64) {
	const pad = 7.0
	x, y := margin*s.u, above+6*s.u
	width, height := s.width(), below-6*s.u-y
	s.d.Frame(deep, x, y, width, height, 5*s.u, 1.4*s.u)
	centred := func(points float64, bold bool, c typeset.Colour) typeset.Style {
		style := s.style(points, bold, c)
		style.Centred = true
		return style
	}
	inner := width - 2*pad*s.u
	top := y + pad*s.u
	top += s.pair(said.choice, centred(32, true, ink), centred(18, true, ink), x+pad*s.u, top, inner, 1)
	same := func(at float64) float64 {
		return s.pair(said.same, centred(14, false, ink), centred(11.5, false, dim), x+pad*s.u, at, inner, 1)
	}
	bottom := y + height - pad*s.u - 14*s.u
	same(bottom)
	each := inner / float64(len(said.ways))
	side := min(38*s.u, bottom-top-20*s.u, each)
	start := top + (bottom-top-side-16*s.u)/2
	for i, w := range said.ways {
		left := x + pad*s.u + float64(i)*each
		s.draw(w.name, left+(each-side)/2, start, side)
		s.pair(w.said, centred(15, true, ink), centred(12, false, dim), left, start+side, each, 1)
	}
}

// foot says who runs the site, and has the code that leads to its page.
func (s signer) foot(said signWords, y float64) error {
	const code, last = 36.0, 13.0
	x, right := margin*s.u, s.size.Width-(margin+code)*s.u
	s.d.Fill(dim, x, y, s.width(), 0.5*s.u)
	y += 5 * s.u
	s.d.Code(s.code, right, y, code*s.u)
	caption := s.style(10.5, true, ink)
	caption.Centred = true
	s.d.Set(said.more.zh+" "+said.more.en, caption, right, y+(code+1)*s.u, code*s.u, 1)
	if err := s.operator(said, x, y, right-x-12*s.u, s.size.Height-last*s.u-y); err != nil {
		return err
	}
	note := said.notice.zh + "  " + said.notice.en + "  " + s.date()
	s.d.Set(s.facts.Address+"   "+note, s.style(9.5, false, dim), x, s.size.Height-11*s.u, s.width(), 1)
	return nil
}

// operator sets who runs the site and how they are reached, in the largest type
// for which there is room.
func (s signer) operator(said signWords, x, y, width, room float64) error {
	const lines = 4
	name, contact := both(s.facts.Operator.Name), both(s.facts.Operator.Contact)
	for scale := 1.0; ; scale -= 0.05 {
		style := func(points float64, bold bool, c typeset.Colour) typeset.Style {
			one := s.style(points*scale, bold, c)
			one.Least = 0
			return one
		}
		parts := []part{
			{said.who.zh + " " + said.who.en, style(11, false, dim), 0.8},
			{name.zh, style(14, true, ink), 0.4},
			{name.en, style(11.5, true, ink), 1.5},
			{contact.zh, style(12, false, ink), 0.4},
			{contact.en, style(11, false, ink), 0},
		}
		height := 0.0
		for _, p := range parts {
			height += s.d.Height(p.text, p.style, width, lines) + p.gap*s.u
		}
		switch {
		case height <= room:
			for _, p := range parts {
				y += s.d.Set(p.text, p.style, x, y, width, lines) + p.gap*s.u
			}
			return nil
		case 11*scale*s.u <= leastPoints-2:
			return missing("there is no room for the operator's name and contact: say them in fewer words")
		}
	}
}

// part is a text below others.
type part struct {
	text  string
	style typeset.Style
	gap   float64
}

// date is the day of the facts, in the site's time zone.
func (s signer) date() string {
	loc, err := time.LoadLocation(s.facts.Timezone)
	if err != nil {
		loc = time.UTC
	}
	return s.facts.At.In(loc).Format(time.DateOnly)
}
