package qr

// align looks for an alignment pattern, five modules wide, within reach modules
// of where the grid puts it: in steps of half a module, then around what that
// found in steps of a tenth.
func (b bitmap) align(g *grid, centre [2]float64, reach float64) (point, bool) {
	shift := g.at(centre[0], centre[1]).minus(g.t.at(centre[0], centre[1]))
	near, ok := b.bestAlignment(g.t, shift, centre, reach, 0.5)
	if !ok {
		return point{}, false
	}
	exact, ok := b.bestAlignment(g.t, shift, near, 0.8, 0.1)
	if !ok {
		return point{}, false
	}
	return g.t.at(exact[0], exact[1]).plus(shift), true
}

// bestAlignment returns the middle of the places that match best, in modules.
func (b bitmap) bestAlignment(t homography, shift point, centre [2]float64, reach, step float64) ([2]float64, bool) {
	const enough = 22 // Of 25 modules.
	best, n := enough-1, 0.0
	var u, v float64
	for dv := -reach; dv <= reach; dv += step {
		for du := -reach; du <= reach; du += step {
			match := b.matchAlignment(t, shift, centre[0]+du, centre[1]+dv, best)
			if match > best {
				best, n, u, v = match, 0, 0, 0
			}
			if match == best && best >= enough {
				u, v, n = u+centre[0]+du, v+centre[1]+dv, n+1
			}
		}
	}
	if n == 0 {
		return centre, false
	}
	return [2]float64{u / n, v / n}, true
}

// matchAlignment counts the modules of a dark ring around a dark centre; it gives
// up when they cannot reach the given number.
func (b bitmap) matchAlignment(t homography, shift point, u, v float64, atLeast int) int {
	match := 25
	for i := range 25 {
		x, y := i%5-2, i/5-2
		want := byte(1)
		if max(abs(x), abs(y)) == 1 {
			want = 0
		}
		px, py := t.at(u+float64(x), v+float64(y)).plus(shift).pixel()
		if b.at(px, py) != want {
			if match--; match < atLeast {
				return match
			}
		}
	}
	return match
}

func abs(n int) int { return max(n, -n) }

// timing is the part of the modules in the sixth row and column, between the
// finders, that alternate as they should.
func (b bitmap) timing(g *grid) float64 {
	good, n := 0, 0
	for i := 8; i < g.size-8; i++ {
		want := byte(1 - i%2)
		for _, p := range []point{g.at(float64(i)+0.5, 6.5), g.at(6.5, float64(i)+0.5)} {
			x, y := p.pixel()
			if b.at(x, y) == want {
				good++
			}
			n++
		}
	}
	return float64(good) / float64(n)
}

// alignments are the centres of the alignment patterns (ISO/IEC 18004, annex E):
// at the crossings of evenly spaced rows and columns, except under the finders.
// The one that is farthest from all finders comes last.
func alignments(size int) [][2]float64 {
	version := (size - 17) / 4
	if version < 2 {
		return nil
	}
	n := version/7 + 2
	step := 2 * ((size - 13 + (n-1)*2 - 1) / ((n - 1) * 2))
	if version == 32 { // The one exception of the standard's table.
		step = 26
	}
	places := []int{6}
	for i := n - 2; i >= 0; i-- {
		places = append(places, size-7-i*step)
	}
	var out [][2]float64
	for i, y := range places {
		for j, x := range places {
			if i == 0 && (j == 0 || j == n-1) || i == n-1 && j == 0 {
				continue
			}
			out = append(out, [2]float64{float64(x) + 0.5, float64(y) + 0.5})
		}
	}
	return out
}
