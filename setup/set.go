package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/facelatch/facelatch/internal/install"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/models/sets"
)

// What sets of models take from packages that the default one has no need of.
var (
	//go:embed sets/package.json
	setsJSON []byte
	//go:embed sets/package-lock.json
	setsLock []byte
)

// choice says which set of models to install: one of package sets by its name, or one
// whose manifest is in a file. Both empty is the default set.
type choice struct{ name, manifest, from string }

// set returns the set of a choice, and nil for the default one.
func (c choice) set() (*install.Set, error) {
	if c.name == "" && c.manifest == "" {
		if c.from != "" {
			return nil, errors.New("-from belongs to -set or -manifest")
		}
		return nil, nil
	}
	if c.name != "" && c.manifest != "" {
		return nil, errors.New("either -set or -manifest, not both")
	}
	s := install.Set{Brought: c.from, Projection: c.projection}
	var err error
	if c.name != "" {
		s.Manifest, s.JSON, err = sets.Manifest(c.name)
	} else if s.JSON, err = os.ReadFile(c.manifest); err == nil {
		s.Manifest, err = models.Decode(s.JSON)
	}
	if err != nil {
		return nil, err
	}
	if err := filled(s.Manifest); err != nil {
		return nil, err
	}
	s.Packages, err = packages()
	return &s, err
}

// projection reads a matrix: one of package sets, else the file of its name in the
// folder of what was brought.
func (c choice) projection(p models.Part) ([]byte, error) {
	data, err := sets.Projection(p)
	if errors.Is(err, models.ErrNoProjection) && c.from != "" {
		return os.ReadFile(filepath.Join(c.from, p.Projection))
	}
	return data, err
}

// filled returns an error for a manifest with a place left blank, which only whoever
// brings the file can fill.
func filled(m models.Manifest) error {
	blank := func(file, hash string) error {
		if hash == sets.Blank {
			return fmt.Errorf("%w: the manifest has no hash of %s yet: put in what sha256sum prints", install.ErrPrerequisite, file)
		}
		return nil
	}
	for _, model := range m.Models {
		if err := blank(model.File, model.SHA256); err != nil {
			return err
		}
	}
	for _, p := range m.Reference.Parts {
		if err := blank(p.Projection, p.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// packages are the names of all packages that can be fetched for a set.
func packages() ([]string, error) {
	merged, err := merge(packageJSON, setsJSON)
	if err != nil {
		return nil, err
	}
	var p struct{ Dependencies map[string]string }
	err = json.Unmarshal(merged, &p)
	return slices.Sorted(maps.Keys(p.Dependencies)), err
}

// merge adds to an object of JSON what another has and it has not, and does the same to
// the objects in it.
func merge(base, more []byte) ([]byte, error) {
	var a, b map[string]any
	if err := errors.Join(json.Unmarshal(base, &a), json.Unmarshal(more, &b)); err != nil {
		return nil, err
	}
	add(a, b)
	return json.MarshalIndent(a, "", "  ")
}

func add(a, b map[string]any) {
	for key, value := range b {
		inner, ok := a[key].(map[string]any)
		other, also := value.(map[string]any)
		if ok && also {
			add(inner, other)
		} else if _, there := a[key]; !there {
			a[key] = value
		}
	}
}
