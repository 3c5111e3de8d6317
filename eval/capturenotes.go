package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/eval/score"
)

// worsened is what was found on one person's photograph, made worse in every way:
// scores and what stages say, and never what was extracted.
type worsened struct {
	Seen []seen `json:"seen"` // none where the photograph could not be used
	Bad  []Bad  `json:"bad,omitempty"`
}

// asItIs is the number of the way for a photograph that is not made worse.
const asItIs = -1

// count adds what was found to the report.
func (m *capturing) count(w worsened) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.report.Bad = append(m.report.Bad, w.Bad...)
	if len(w.Seen) > 0 {
		m.report.People++
	}
	for _, saw := range w.Seen {
		step := &m.report.Before
		if saw.Way != asItIs {
			step = &m.report.Ways[saw.Way].Steps[saw.Level]
		}
		step.count(saw, m.Threshold)
	}
}

// noting opens the notes of an earlier run, or makes them, and calls do. The file
// stays for the next time where that fails.
func (m *capturing) noting(do func() error) error {
	folder := m.Work
	if folder == "" {
		temporary, err := os.MkdirTemp("", "facelatch-eval-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		folder = temporary
	}
	id := m.id()
	file := filepath.Join(folder, "capture-"+hex.EncodeToString(id[:8])+".part")
	notes, err := score.OpenNotes[worsened](file, id)
	if err != nil {
		return err
	}
	m.notes = notes
	err = notes.Each(func(i int, w worsened) { m.kept[i] = w })
	if err == nil {
		err = do()
	}
	if err != nil {
		return errors.Join(err, notes.Close())
	}
	if m.Finished != nil && m.Work != "" {
		m.Finished(file)
		return notes.Close()
	}
	return notes.Remove()
}

// id is a hash of what was found depends on, but for what is in the photographs.
func (m *capturing) id() [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %v %v\n", m.Models, m.Engine.ModelID(), m.Threshold)
	for _, p := range m.people {
		fmt.Fprintf(h, "%q %q\n", p.Name, p.Photographs[:2])
	}
	for _, w := range m.report.Ways {
		fmt.Fprintf(h, "%q", w.Way)
		for _, s := range w.Steps {
			fmt.Fprintf(h, " %v", s.Level)
		}
	}
	return [32]byte(h.Sum(nil))
}
