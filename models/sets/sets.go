// Package sets holds sets of models that Facelatch can run in the place of the default
// one: for each a manifest, and the matrices that it names. What each is, where its
// files come from and how well it does is in docs/models.
//
// The package holds no model. It is for setup and for tests: the program itself reads
// the manifest that stands in its home. It will never hold a figure about a person.
package sets

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/facelatch/facelatch/models"
)

// ErrUnknown says that there is no set of a name; the message lists those there are.
var ErrUnknown = errors.New("sets: no such set of models")

//go:embed *.json projections/*.i16
var files embed.FS

// Names lists the sets in order.
func Names() (names []string) {
	found, err := fs.Glob(files, "*.json")
	if err != nil {
		panic("sets: " + err.Error()) // the pattern is good
	}
	for _, f := range found {
		names = append(names, strings.TrimSuffix(f, ".json"))
	}
	return names
}

// Manifest returns the manifest of a set, and the text that it was read from.
func Manifest(name string) (m models.Manifest, text []byte, err error) {
	if text, err = files.ReadFile(name + ".json"); err != nil {
		return m, nil, fmt.Errorf("%w: %q; there are %s", ErrUnknown, name, strings.Join(Names(), ", "))
	}
	if m, err = models.Decode(text); err != nil {
		return m, nil, fmt.Errorf("%s.json: %w", name, err)
	}
	return m, text, nil
}

// Projection returns the matrix of one part of a set's reference: one that the program
// carries, or one of this package. Its hash is for whoever installs it to check.
func Projection(p models.Part) ([]byte, error) {
	data, err := models.Projection(p)
	if errors.Is(err, models.ErrNoProjection) {
		data, err = files.ReadFile("projections/" + p.Projection)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", models.ErrNoProjection, p.Projection)
	}
	return data, nil
}

// Blank is the hash that stands where nobody but the operator knows a file.
const Blank = "0000000000000000000000000000000000000000000000000000000000000000"
