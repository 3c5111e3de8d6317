package peers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Subject is what a contender that is written in Go can do. It keeps what it
// described of each photograph until it ends.
type Subject interface {
	// Look finds and describes the face in a photograph.
	Look(photo string) (Look, error)
	// Check does with a photograph all that a check does.
	Check(photo string) (Look, error)
	// Score compares two photographs that were looked at: the higher, the more
	// alike. It is false where a face was not found in one of them.
	Score(a, b string) (float64, bool, error)
}

// Serve speaks the protocol of worker.mjs for a subject until the input ends.
func Serve(in io.Reader, out io.Writer, hello Hello, s Subject) error {
	lines, answers := json.NewDecoder(in), json.NewEncoder(out)
	if err := answers.Encode(hello); err != nil {
		return err
	}
	for {
		var what asked
		if err := lines.Decode(&what); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		t, err := what.of(s)
		if err != nil {
			t = told{Error: err.Error()}
		}
		if err := answers.Encode(t); err != nil {
			return err
		}
	}
}

// of does what is asked.
func (what asked) of(s Subject) (t told, err error) {
	do := map[string]func(string) (Look, error){"look": s.Look, "check": s.Check}[what.Do]
	if do == nil && (what.Do != "compare" || len(what.Photos) > 0) {
		return t, fmt.Errorf("%q cannot be done", what.Do)
	}
	for _, photo := range what.Photos {
		l, err := do(photo)
		if err != nil {
			return t, fmt.Errorf("%s: %w", photo, err)
		}
		t.Looks = append(t.Looks, l)
	}
	for _, pair := range what.Pairs {
		score, ok, err := s.Score(pair[0], pair[1])
		if err != nil {
			return t, err
		}
		t.Scores = append(t.Scores, nil)
		if ok {
			t.Scores[len(t.Scores)-1] = &score
		}
	}
	return t, nil
}
