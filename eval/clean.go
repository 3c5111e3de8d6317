package eval

import "path"

// labelled is a pair by the numbers of its photographs.
type labelled struct {
	a, b int32
	same bool
}

// clean gives photographs numbers, and leaves out and lists pairs that stand
// there twice, contradict each other or what else is known of who is on them,
// or compare a photograph with itself.
func (v Verification) clean() (names []string, pairs []labelled, bad []Bad) {
	names = photographs(v.Pairs)
	index := make(map[string]int32, len(names))
	for i, n := range names {
		index[n] = int32(i)
	}
	at := map[[2]int32]int{} // where each pair stands in pairs
	twice := map[int]bool{}  // those that contradict each other
	for _, p := range v.Pairs {
		a, b := index[p.A], index[p.B]
		key := [2]int32{min(a, b), max(a, b)}
		what := p.A + " " + p.B
		first, known := at[key]
		switch {
		case a == b:
			bad = append(bad, Bad{what, "compares a photograph with itself: left out"})
		case known && pairs[first].same == p.Same:
			bad = append(bad, Bad{what, "stands there twice: counted once"})
		case known:
			bad = append(bad, Bad{what, "stands there as one person and as two: left out"})
			twice[first] = true
		case v.Person != nil && (v.Person(p.A) == v.Person(p.B)) != p.Same:
			bad = append(bad, Bad{what, "is labelled otherwise than its photographs are named: left out"})
		default:
			at[key] = len(pairs)
			pairs = append(pairs, labelled{a, b, p.Same})
		}
	}
	kept := pairs[:0]
	for i, p := range pairs {
		if !twice[i] {
			kept = append(kept, p)
		}
	}
	return names, kept, bad
}

// owners tells whose each photograph is, by number. Without a rule it is the
// folder, unless a label contradicts that; then it is what the labels say:
// photographs that are called one person's are, directly or by way of others.
func (v Verification) owners(names []string, pairs []labelled) []int {
	name := v.Person
	if name == nil {
		name = path.Dir
		for _, p := range pairs {
			if (name(names[p.a]) == name(names[p.b])) != p.same {
				return byLabels(len(names), pairs)
			}
		}
	}
	of, number := make([]int, len(names)), map[string]int{}
	for i, n := range names {
		who := name(n)
		if _, known := number[who]; !known {
			number[who] = len(number)
		}
		of[i] = number[who]
	}
	return of
}

func byLabels(n int, pairs []labelled) []int {
	of := make([]int, n)
	for i := range of {
		of[i] = i
	}
	root := func(i int) int {
		for of[i] != i {
			of[i] = of[of[i]]
			i = of[i]
		}
		return i
	}
	for _, p := range pairs {
		if p.same {
			of[root(int(p.a))] = root(int(p.b))
		}
	}
	for i := range of {
		of[i] = root(i)
	}
	return of
}
