package kiosk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/facelatch/facelatch/internal/durable"
)

// File is a Store: one JSON file, mode 0600, in a folder that exists.
type File struct{ Path string }

// Kiosk implements Store. A file that is damaged is an error: whoever repairs
// it unpairs by deleting it.
func (f File) Kiosk() (Paired, error) {
	data, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return Paired{}, nil
	}
	if err != nil {
		return Paired{}, err
	}
	var p Paired
	if err := strict(data, &p); err != nil || p.ID == "" {
		return Paired{}, fmt.Errorf("%s is not what was saved: %w", f.Path, errors.Join(err, p.check()))
	}
	if err := p.check(); err != nil {
		return Paired{}, fmt.Errorf("%s: %w", f.Path, err)
	}
	return p, nil
}

// Keep implements Store.
func (f File) Keep(p Paired) error {
	if p.ID == "" {
		return durable.Disk{}.Remove(f.Path)
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return durable.Disk{}.Write(f.Path, data, 0o600)
}
