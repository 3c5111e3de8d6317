package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/internal/durable"
)

// file is one of a site's folder.
type file struct {
	path string // below the folder, with slashes
	mode fs.FileMode
}

// notCopied says which of a site's folder does not belong into a backup: what a
// station keeps, what is copied in another form, what only one process has, and
// what was never finished.
func notCopied(path string, s Source) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case path == "station", path == "controller/database", name == "lock", name == NoteName, strings.HasPrefix(name, durable.Temporary):
		return true
	case slices.Contains(s.Except, path):
		return true
	}
	return slices.ContainsFunc(s.Except, func(e string) bool { return path == e+"-wal" || path == e+"-shm" || path == e+"-journal" })
}

// files lists the files of a site's folder, by name.
func (s Source) files() (list []file, err error) {
	err = filepath.WalkDir(s.Folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // a file that was replaced meanwhile
			}
			return err
		}
		below, err := filepath.Rel(s.Folder, path)
		if err != nil || below == "." {
			return err
		}
		below = filepath.ToSlash(below)
		switch {
		case notCopied(below, s) && d.IsDir():
			return filepath.SkipDir
		case notCopied(below, s), d.IsDir(), d.Type() == fs.ModeSocket:
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%w: %s", ErrLink, path)
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			list = append(list, file{below, info.Mode().Perm()})
		}
		return err
	})
	slices.SortFunc(list, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return list, err
}

// checkPath returns whether a path from an archive stays in the folder it is put
// into and has one form only.
func checkPath(path string) bool {
	return path != "" && len(path) <= maxName && filepath.IsLocal(path) && filepath.ToSlash(filepath.Clean(path)) == path &&
		!strings.ContainsAny(path, "\\\x00")
}

// put writes a file that must not be there, and those folders above it that are
// not, each for its owner.
func put(root *os.Root, path string, mode fs.FileMode, data []byte) error {
	if dir := filepath.Dir(path); dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode&0o755)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(mode&0o755), f.Sync(), f.Close())
}
