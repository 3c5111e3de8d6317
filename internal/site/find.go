package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// ErrName is returned for what is neither an id of a pass nor the beginning of
// exactly one.
var ErrName = errors.New("not the id of one pass")

// shortest is how much of an id a printed card shows, in characters.
const shortest = 8

// Find returns the id that begins with name: all of it, or at least the 8
// characters that stand on a printed card, so that a lost pass can be revoked
// by who noted them. A whole id is returned as it is, known or not. It fails
// with [ErrName], and with issue.ErrUnknown if no pass begins so.
func (o *Office) Find(name string) (pass.ID, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if id, err := pass.ParseID(name); err == nil {
		return id, nil
	}
	if len(name) < shortest || strings.Trim(name, "0123456789abcdef") != "" {
		return pass.ID{}, fmt.Errorf("%w: give all 32 characters, or the first %d or more", ErrName, shortest)
	}
	files, err := os.ReadDir(filepath.Join(o.f.passes(), name[:2]))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return pass.ID{}, err
	}
	var found []pass.ID
	for _, file := range files {
		id, err := pass.ParseID(strings.TrimSuffix(file.Name(), ".json"))
		if err == nil && strings.HasPrefix(id.String(), name) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return pass.ID{}, fmt.Errorf("%w: none begins with %s", issue.ErrUnknown, name)
	case 1:
		return found[0], nil
	}
	return pass.ID{}, fmt.Errorf("%w: %d passes begin with %s", ErrName, len(found), name)
}
