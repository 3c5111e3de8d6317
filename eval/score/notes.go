package score

import (
	"bufio"
	"encoding/json"
	"io"
)

// Notes is a journal of outcomes that are not comparisons: one for each thing that
// was measured, by its number, in no order. It has the same file, with the same
// check sums, and like it never holds what was extracted from a photograph.
type Notes[T any] struct{ journal *Journal }

// note is one outcome.
type note[T any] struct {
	Number  int `json:"n"`
	Outcome T   `json:"o"`
}

// OpenNotes opens or makes the file of a run, as [Open] does.
func OpenNotes[T any](path string, id [32]byte) (Notes[T], error) {
	j, err := Open(path, id)
	return Notes[T]{j}, err
}

// Add keeps an outcome. After an error the file ends where it did before. One
// goroutine at a time calls it.
func (n Notes[T]) Add(number int, outcome T) error {
	data, err := json.Marshal(note[T]{number, outcome})
	if err != nil {
		return err
	}
	return n.journal.write(data)
}

// Each gives the outcomes that are kept.
func (n Notes[T]) Each(yield func(number int, outcome T)) error {
	in := bufio.NewReader(io.NewSectionReader(n.journal.file, int64(len(n.journal.id)), 1<<62))
	for range n.journal.ends {
		data, err := frame(in)
		if err != nil {
			return err
		}
		var kept note[T]
		if err := json.Unmarshal(data, &kept); err != nil {
			return err
		}
		yield(kept.Number, kept.Outcome)
	}
	return nil
}

// Close closes the file and leaves it for the next time.
func (n Notes[T]) Close() error { return n.journal.Close() }

// Remove closes and removes it.
func (n Notes[T]) Remove() error { return n.journal.Remove() }
