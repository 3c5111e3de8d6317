package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// maxJSON is longer than any file that readJSON reads.
const maxJSON = 1 << 17

// readJSON reads a file that this package wrote, strictly. It fails with
// [ErrDamaged], and with an error that isNew knows if there is none.
func readJSON(path string, into any) error {
	data, err := read(path, maxJSON)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if _, more := d.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("there is something after the object")
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %v", ErrDamaged, path, err)
	}
	return nil
}

// writeJSON writes a file for its owner only.
func writeJSON(disk Disk, path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return disk.Write(path, append(data, '\n'), secret)
}

func jsonPath(dir, name string) string { return filepath.Join(dir, name+".json") }
