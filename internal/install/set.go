package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/models"
)

// manifestFile is where a home says which set of models it holds.
const manifestFile = "models/manifest.json"

// Set is a set of models that is not the default one.
type Set struct {
	Manifest models.Manifest
	// JSON is the manifest in the form in which it stands in the home.
	JSON []byte
	// Projection reads the matrix of one part of the reference.
	Projection func(models.Part) ([]byte, error)
	// Packages are the packages that Fetch fetches. The files of models from
	// anywhere else are what somebody has brought.
	Packages []string
	// Brought is the folder with the files that somebody has brought, under their
	// own names; empty if there is none.
	Brought string
}

// brought says whether what a manifest calls a package is not one to fetch.
func (o Options) brought(pkg string) bool {
	return o.Set != nil && !slices.Contains(o.Set.Packages, pkg)
}

// largest is how many bytes a file may have: those of packages are all known, and of
// what is brought a large network may take more.
func (o Options) largest(pkg string) int64 {
	if o.brought(pkg) {
		return 400 << 20
	}
	return 100 << 20
}

// source is where a file stands before it is installed.
func (o Options) source(staging, pkg, file string) string {
	if o.brought(pkg) {
		return filepath.Join(o.Set.Brought, path.Base(file))
	}
	return filepath.Join(staging, "node_modules", filepath.FromSlash(pkg), filepath.FromSlash(file))
}

// fetch fetches the packages unless everything that is wanted was brought. What has to
// be brought is asked for first, before anybody waits for packages.
func (o Options) fetch(ctx context.Context, staging string, wanted []item) error {
	var needed []string
	packaged := false
	for _, it := range wanted {
		if !o.brought(it.pkg) {
			packaged = true
			continue
		}
		if _, err := os.Stat(o.source(staging, it.pkg, it.path)); o.Set.Brought == "" || err != nil {
			needed = append(needed, fmt.Sprintf("%s of %s, SHA-256 %s", path.Base(it.path), it.pkg, it.sha256))
		}
	}
	if len(needed) > 0 {
		return fmt.Errorf("%w: no package has these files; put them into a folder and name it with -from:\n  %s",
			ErrPrerequisite, strings.Join(needed, "\n  "))
	}
	if !packaged {
		return nil
	}
	return o.Fetch(ctx, staging)
}

// describe writes the manifest and the matrices of a set into the home, the manifest
// last. That of a set which was there before is replaced.
func (o Options) describe() error {
	if o.Set == nil {
		return nil
	}
	for _, p := range o.Set.Manifest.Reference.Parts {
		if _, err := models.Projection(p); err == nil {
			continue // the program carries it
		}
		matrix, err := o.Set.Projection(p)
		if err == nil {
			err = check(matrix, p.SHA256)
		}
		if err != nil {
			return fmt.Errorf("the matrix %s: %w", p.Projection, err)
		}
		if err := o.keep("models/"+p.Projection, matrix); err != nil {
			return err
		}
	}
	return o.keep(manifestFile, o.Set.JSON)
}

// keep writes a file unless it is there already.
func (o Options) keep(file string, data []byte) error {
	old, err := os.ReadFile(filepath.Join(string(o.Home), filepath.FromSlash(file)))
	if err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := o.write(file, data); err != nil {
		return err
	}
	o.Report("installed " + file)
	return nil
}
