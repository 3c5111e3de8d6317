package face

import "math"

// minColours is from how many colours on their order says anything.
const minColours = 3

// light says whether the face took the colours that the screen had, more than its
// surroundings did: by how the two go together over the colours. The data at hand
// cannot show what this is worth, since nobody was photographed before such a
// screen; so it moves the odds by little, and by least where daylight drowns it. A
// print reflects a screen's light as a face does.
func light(prompts []Prompted, moments []*Moment) (bona float64, known bool) {
	var screen, seen [][3]float64
	for _, p := range prompts {
		if p.Prompt != Light {
			continue
		}
		if s, ok := underLight(p, moments); ok {
			screen, seen = append(screen, tint(p.Colour)), append(seen, s)
		}
	}
	if len(screen) < minColours {
		return 0, false
	}
	return rising(agreement(screen, seen), 0, 0.8, 0.4, 0.7), true
}

// underLight is by how much the face's tint differed from its surroundings' while the
// screen had a colour.
func underLight(p Prompted, moments []*Moment) (mean [3]float64, ok bool) {
	n := 0.0
	for _, m := range moments {
		if m.At < p.From+settle || m.At > p.Until {
			continue
		}
		face, around := tint(m.Face), tint(m.Around)
		for i := range mean {
			mean[i] += face[i] - around[i]
		}
		n++
	}
	for i := range mean {
		mean[i] /= max(1, n)
	}
	return mean, n > 0
}

// tint is a colour without its brightness, as logarithms.
func tint(colour [3]float64) (t [3]float64) {
	const dark = 1.0 / 64
	var sum float64
	for i, v := range colour {
		t[i] = math.Log(v + dark)
		sum += t[i] / 3
	}
	for i := range t {
		t[i] -= sum
	}
	return t
}

// agreement is the correlation of two rows of tints, each about its own mean, -1 to 1,
// and 0 where one of them does not change.
func agreement(a, b [][3]float64) float64 {
	var ab, aa, bb float64
	for i := range 3 {
		var ma, mb float64
		for k := range a {
			ma, mb = ma+a[k][i]/float64(len(a)), mb+b[k][i]/float64(len(b))
		}
		for k := range a {
			da, db := a[k][i]-ma, b[k][i]-mb
			ab, aa, bb = ab+da*db, aa+da*da, bb+db*db
		}
	}
	if aa*bb < 1e-12 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}
