package handover

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// read reads all files.
func (b *Outbox) read() (found []*kept, err error) {
	entries, err := os.ReadDir(b.with.Dir)
	if err != nil {
		return nil, err
	}
	now := b.with.Now()
	for _, e := range entries {
		id, ours := strings.CutSuffix(e.Name(), suffix)
		if !ours {
			continue
		}
		w, err := b.load(id)
		if errors.Is(err, errDamaged) {
			b.with.Say("a result that was to be delivered cannot be read any more, and was removed: " + err.Error())
			if err := b.with.Disk.Remove(b.path(id)); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if w.At.After(now) { // the clock was ahead: no longer than 24 hours from now
			w.At = now
		}
		found = append(found, &kept{id: id, party: w.Party, at: w.At})
	}
	return found, nil
}

var errDamaged = errors.New("the file is damaged")

// load reads one file.
func (b *Outbox) load(id string) (w wireEvent, err error) {
	data, err := os.ReadFile(b.path(id))
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(data, &w); err != nil || w.Format != format || w.ID != id || w.Party == "" || w.JWE == "" {
		return wireEvent{}, fmt.Errorf("%w: %s", errDamaged, id)
	}
	return w, nil
}

func (b *Outbox) path(id string) string { return filepath.Join(b.with.Dir, id+suffix) }
