package eval

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// ErrPairs is wrapped by errors in a pairs file; the message names the line.
var ErrPairs = errors.New("not a list of pairs")

// Pair is two photographs, by slash-separated path, and whether both show the
// same person.
type Pair struct {
	A, B string
	Same bool
}

// ReadPairs reads lines of the form "a b 1" (same person) or "a b 0", with
// paths that contain no spaces and lie below the data set's root. Empty lines
// and lines that start with # are passed over.
func ReadPairs(r io.Reader) ([]Pair, error) {
	var pairs []Pair
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		p, err := parsePair(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %v", ErrPairs, n, err)
		}
		pairs = append(pairs, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPairs, err)
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrPairs)
	}
	return pairs, nil
}

func parsePair(line string) (Pair, error) {
	words := strings.Fields(line)
	if len(words) != 3 || words[2] != "0" && words[2] != "1" {
		return Pair{}, errors.New(`want two paths and 1 (same person) or 0`)
	}
	for _, p := range words[:2] {
		if path.IsAbs(p) || slices.Contains(strings.Split(p, "/"), "..") {
			return Pair{}, fmt.Errorf("%q does not lie below the root", p)
		}
	}
	return Pair{A: words[0], B: words[1], Same: words[2] == "1"}, nil
}

// photographs lists every photograph once, in the order of first mention.
func photographs(pairs []Pair) []string {
	seen := map[string]bool{}
	var all []string
	for _, p := range pairs {
		for _, name := range []string{p.A, p.B} {
			if !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	return all
}
