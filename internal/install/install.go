// Package install fills a home (see internal/home) with the model runtime, the
// models, the QR reader and the fonts, from npm packages pinned by hash.
//
// npm checks each package against the SHA-512 in the lock file; this package
// checks each file again, against the SHA-256 in its own table, before and
// after changing it (two models are mended, one is converted, one rewritten). Nothing of the packages is ever run: install scripts are
// off, and only the files of the table leave the staging folder. It will never
// overwrite a good file, leave a half-written one under its final name, or
// fetch anything when the home is complete.
package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/models"
)

var (
	// ErrPrerequisite says that the machine lacks something that a person has
	// to install first; the message says what.
	ErrPrerequisite = errors.New("cannot set up")
	// ErrWrongFile says that a package held another file than expected.
	ErrWrongFile = errors.New("unexpected contents")
)

// Options say what to install and where.
type Options struct {
	// Home is the folder to fill; it is made if it does not exist.
	Home home.Dir
	// Arch is the architecture to install the runtime for, as in GOARCH.
	Arch string
	// Notice is written to licences/NOTICE.txt.
	Notice []byte
	// Fetch unpacks the npm packages into dir/node_modules. It is called only
	// if something is missing.
	Fetch func(ctx context.Context, dir string) error
	// Report is called with one line for each step, for a person to read.
	Report func(line string)
	// Set is the set of models to install; nil for the default one.
	Set *Set
}

// Run makes the home complete. A run that was interrupted leaves nothing that
// the next one trips over; two runs at a time wait for each other.
func Run(ctx context.Context, o Options) error {
	manifest := models.Default()
	if o.Set != nil {
		manifest = o.Set.Manifest
	}
	list, err := items(o.Arch, manifest)
	if err != nil {
		return err
	}
	return o.run(ctx, list)
}

// run makes the home hold the items of a list.
func (o Options) run(ctx context.Context, list []item) error {
	if err := os.MkdirAll(string(o.Home), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(string(o.Home), ".setup.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if err := o.notice(); err != nil {
		return err
	}
	wanted := missing(o.Home, list)
	if len(wanted) == 0 {
		o.Report(fmt.Sprintf("everything is installed in %s (%d files checked)", o.Home, len(list)))
		return o.describe()
	}
	if err := o.install(ctx, wanted); err != nil {
		return err
	}
	return o.describe()
}

// missing returns the items whose file is absent or is not the expected one.
func missing(dir home.Dir, list []item) []item {
	var wanted []item
	for _, it := range list {
		if _, err := dir.Path(it.File); err != nil {
			wanted = append(wanted, it)
		}
	}
	return wanted
}

// install fetches the packages into a staging folder inside the home, so that
// a file reaches its place by one rename, and moves the wanted files out of it.
func (o Options) install(ctx context.Context, wanted []item) (err error) {
	staging := filepath.Join(string(o.Home), ".setup")
	if err := os.RemoveAll(staging); err != nil { // of a run that was killed
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	if err := os.Mkdir(staging, 0o755); err != nil {
		return err
	}
	if err := o.fetch(ctx, staging, wanted); err != nil {
		return err
	}
	for _, it := range wanted {
		if err := ctx.Err(); err != nil {
			return err
		}
		what, err := o.place(staging, it)
		if err != nil {
			return err
		}
		o.Report("installed " + it.Path + what)
	}
	return nil
}

// place checks one staged file, changes it if it has to be, checks the result
// and moves it to its place. It returns what it changed, in brackets, for a
// person.
func (o Options) place(staging string, it item) (string, error) {
	read := func(path string) ([]byte, error) { return readFile(o.source(staging, it.pkg, path), o.largest(it.pkg)) }
	data, err := read(it.path)
	if err == nil {
		err = check(data, it.sha256)
	}
	if err != nil {
		return "", fmt.Errorf("%s of package %s: %w", it.path, it.pkg, err)
	}
	var what string
	if it.change != nil {
		if data, what, err = it.change(data, read); err == nil {
			err = check(data, it.SHA256)
		}
		if err != nil {
			return "", fmt.Errorf("changing %s of package %s: %w", it.path, it.pkg, err)
		}
		what = " (" + what + ")"
	}
	return what, o.write(it.Path, data)
}

// notice writes licences/NOTICE.txt if it is not there or is an older one.
func (o Options) notice() error {
	const path = "licences/NOTICE.txt"
	old, err := os.ReadFile(filepath.Join(string(o.Home), path))
	if err == nil && string(old) == string(o.Notice) {
		return nil
	}
	return o.write(path, o.Notice)
}

// write puts data under a path below the home, whole or not at all: it is
// written and synced under another name in the same folder, then renamed.
func (o Options) write(path string, data []byte) (err error) {
	final := filepath.Join(string(o.Home), filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return err
	}
	partial := final + ".partial" // only one run at a time, so one name will do
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(partial, final)
	}
	if err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return nil
}

// check compares the SHA-256 of data with the one expected.
func check(data []byte, want string) error {
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
		return fmt.Errorf("%w: SHA-256 is %x, expected %s", ErrWrongFile, sum, want)
	}
	return nil
}

// readFile reads a regular file of at most limit bytes. A package could hold a
// symbolic link that leads elsewhere, so links are refused.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%w: not a regular file of at most %d bytes", ErrWrongFile, limit)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
