package backup

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
)

// NoteName is the file in a site's folder that says when the last backup was made.
const NoteName = "last-backup.json"

// Note is when a backup was made, and where to.
type Note struct {
	Made time.Time `json:"made"`
	File string    `json:"file"`
}

// Remember notes in the folder of a site that a backup was made.
func Remember(folder string, n Note) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return durable.Disk{}.Write(filepath.Join(folder, NoteName), append(data, '\n'), 0o600)
}

// Last returns when the last backup of a site was made, and false if never.
func Last(folder string) (n Note, made bool, err error) {
	data, err := os.ReadFile(filepath.Join(folder, NoteName))
	if errors.Is(err, fs.ErrNotExist) {
		return Note{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &n)
	}
	return n, err == nil, err
}
