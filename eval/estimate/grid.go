package estimate

// grid has the cells of a design, and knows where each block belongs.
type grid struct {
	of              []int
	local           []int // the number of a person within their group
	sizes           []int // of the groups
	all, allGenuine *cell
	within          [][]*cell // [a][b] with a <= b: impostors of the two groups
	own             []*cell   // genuine comparisons of each group
}

func newGrid(d Design) *grid {
	g := &grid{of: d.Of, local: make([]int, len(d.Of)), sizes: make([]int, len(d.Groups))}
	for p, group := range d.Of {
		if group >= 0 {
			g.local[p] = g.sizes[group]
			g.sizes[group]++
		}
	}
	g.all, g.allGenuine = &cell{people: len(d.Of)}, &cell{people: len(d.Of), genuine: true}
	g.within = make([][]*cell, len(d.Groups))
	for a := range d.Groups {
		g.own = append(g.own, &cell{people: g.sizes[a], genuine: true})
		g.within[a] = make([]*cell, len(d.Groups))
		g.within[a][a] = &cell{people: g.sizes[a]}
		for b := a + 1; b < len(d.Groups); b++ {
			g.within[a][b] = &cell{people: g.sizes[a] + g.sizes[b]}
		}
	}
	return g
}

// place finds the cell of a block and the numbers of its people there; nil if
// one of them is in no group.
func (g *grid) place(b Block) (total, part *cell, first, second int) {
	x, y := g.of[b.A], g.of[b.B]
	first, second = g.local[b.A], g.local[b.B]
	switch {
	case x < 0 || y < 0:
		return nil, nil, 0, 0
	case b.A == b.B:
		return g.allGenuine, g.own[x], first, first
	case x == y:
		return g.all, g.within[x][x], first, second
	case x < y:
		return g.all, g.within[x][y], first, g.sizes[x] + second
	}
	return g.all, g.within[y][x], g.sizes[y] + first, second
}

// count looks at a block for the first time.
func (g *grid) count(b Block) {
	total, part, _, _ := g.place(b)
	if total == nil || len(b.Scores) == 0 {
		return
	}
	total.scores.add(b.Scores)
	part.scores.add(b.Scores)
}

// add looks at it for the second time, when the thresholds are known.
func (g *grid) add(b Block) {
	total, part, first, second := g.place(b)
	if total == nil || len(b.Scores) == 0 {
		return
	}
	total.add(b.A, b.B, b.Scores)
	part.add(first, second, b.Scores)
}

func (g *grid) cells() []*cell {
	all := append([]*cell{g.all, g.allGenuine}, g.own...)
	for a := range g.within {
		all = append(all, g.within[a][a:]...)
	}
	return all
}

func (g *grid) prepare(thresholds []float64) {
	for _, c := range g.cells() {
		c.prepare(thresholds)
	}
}

func (g *grid) finish() {
	for _, c := range g.cells() {
		c.finish()
	}
}

// people is how many of a group were compared with anybody of it, themselves
// or others.
func (g *grid) people(group int) int {
	if len(g.own[group].tallies) == 0 {
		return 0
	}
	return max(g.own[group].tallies[0].present(), g.within[group][group].tallies[0].present())
}
