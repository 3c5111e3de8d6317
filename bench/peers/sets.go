package peers

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/eval"
)

// Set is a list of pairs that all contenders are measured on.
type Set struct {
	Name  string
	Pairs []eval.Pair
	// Folds is into how many parts the pairs are cut to choose a threshold on some
	// and judge it on the others; 0 for not at all.
	Folds int
	// FMR is at which false match rate misses are counted.
	FMR float64
}

// ReadSet takes the first genuine and the first impostor pairs of a list in the
// folder of photographs, so many of each, or all of them where most is 0.
func ReadSet(faces, list string, most int) (Set, error) {
	f, err := os.Open(filepath.Join(faces, "pairs", list+".txt"))
	if err != nil {
		return Set{}, fmt.Errorf("%w: a list of pairs: %w; set FACES to the folder of photographs", ErrMissing, err)
	}
	defer f.Close()
	all, err := eval.ReadPairs(f)
	if err != nil {
		return Set{}, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return Set{Name: list, Pairs: firstOfEach(all, most)}, nil
}

// firstOfEach takes the first pairs of one person and of two, in turn as long as there
// are both, so that wherever one stops there are as many of each.
func firstOfEach(all []eval.Pair, most int) (taken []eval.Pair) {
	of := map[bool][]eval.Pair{}
	for _, p := range all {
		if most == 0 || len(of[p.Same]) < most {
			of[p.Same] = append(of[p.Same], p)
		}
	}
	for i := range max(len(of[true]), len(of[false])) {
		for _, same := range []bool{true, false} {
			if i < len(of[same]) {
				taken = append(taken, of[same][i])
			}
		}
	}
	return taken
}

// pairsOf are the pairs of which both photographs are among those named.
func (s Set) pairsOf(names []string) (pairs []eval.Pair) {
	seen := map[string]bool{}
	for _, name := range names {
		seen[name] = true
	}
	for _, p := range s.Pairs {
		if seen[p.A] && seen[p.B] {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// photographs lists each photograph once, in the order of first mention.
func (s Set) photographs() (all []string) {
	seen := map[string]bool{}
	for _, p := range s.Pairs {
		for _, name := range []string{p.A, p.B} {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	return all
}
