package eval

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// report makes the figures of the outcomes.
func (m *attacking) report() (AttackReport, error) {
	r := AttackReport{Rendered: m.Rendered, Halves: m.Halves, Bad: slices.Clone(m.Left)}
	numbers, species := map[string]int{}, []string{}
	used := 0
	for i, p := range m.Presentations {
		o := m.outcomes[i]
		if !p.Still {
			r.Bad = append(r.Bad, o.bad...)
		}
		if o.Problem != "" {
			r.Bad = append(r.Bad, Bad{p.Name, o.Problem + ": left out"})
			continue
		}
		used++
		if _, known := numbers[m.personOf(i)]; !known {
			numbers[m.personOf(i)] = len(numbers)
		}
		if p.Species != "" && !slices.Contains(species, p.Species) {
			species = append(species, p.Species)
		}
		if m.References != nil && m.References[p.Person] == nil {
			r.Bad = append(r.Bad, Bad{p.Name, fmt.Sprintf("shows %q, of whom there is no reference: not compared", p.Person)})
		}
	}
	if used == 0 {
		return r, ErrAbsent
	}
	develops := m.halves(numbers)
	reported := func(i int) bool { return !m.Halves || !develops[m.personOf(i)] }
	shown := map[string]bool{}
	for i := range m.Presentations {
		if m.outcomes[i].Problem == "" && reported(i) {
			shown[m.personOf(i)] = true
		}
	}
	r.People = len(shown)
	r.Still = m.levelOf(numbers, reported, species, func(p Presentation, o *outcome) (belief, bool) { return o.Still, true })
	r.Sequence = m.levelOf(numbers, reported, species, func(p Presentation, o *outcome) (b belief, ok bool) {
		if o.Sequence != nil {
			b = *o.Sequence
		}
		return b, !p.Still
	})
	r.Door = m.door(r, numbers, reported, species)
	slices.SortFunc(r.Bad, func(a, b Bad) int { return cmp.Or(strings.Compare(a.What, b.What), strings.Compare(a.Why, b.Why)) })
	r.Bad = slices.Compact(r.Bad)
	return r, nil
}

// personOf names who is shown; a presentation of nobody known is its own.
func (m *attacking) personOf(i int) string {
	return cmp.Or(m.Presentations[i].Person, "\x00"+m.Presentations[i].Name)
}

// halves says who belongs to the half that thresholds are found on: people whose
// name ends with an odd number, and of the others every second in order of names.
func (m *attacking) halves(numbers map[string]int) map[string]bool {
	out, others := map[string]bool{}, []string{}
	for who := range numbers {
		digits := who[len(strings.TrimRight(who, "0123456789")):]
		if n, err := strconv.Atoi(digits); err == nil {
			out[who] = n%2 == 1
		} else {
			others = append(others, who)
		}
	}
	slices.Sort(others)
	for i, who := range others {
		out[who] = i%2 == 0
	}
	return out
}

// levelOf gathers what one level says, and makes its figures.
func (m *attacking) levelOf(numbers map[string]int, reported func(int) bool, species []string, says func(Presentation, *outcome) (belief, bool)) *Level {
	var develop, shown []rated
	silent := map[string]Rate{}
	for i, p := range m.Presentations {
		o := m.outcomes[i]
		b, counts := says(p, o)
		if o.Problem != "" || !counts {
			continue
		}
		j := rated{p.Species, p.Quality, numbers[m.personOf(i)], b}
		if o.Seen > 0 && (!m.Halves || !reported(i)) {
			develop = append(develop, j)
		}
		if !reported(i) {
			continue
		}
		rate := silent[p.Species]
		rate.add(o.Seen == 0)
		silent[p.Species] = rate
		if o.Seen > 0 {
			shown = append(shown, j)
		}
	}
	present := slices.DeleteFunc(slices.Clone(species), func(s string) bool { return silent[s].Of == 0 })
	return level(develop, shown, silent, present)
}
