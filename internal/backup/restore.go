package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
)

// Place is where a site is to be.
type Place struct {
	// Folder is the site's folder. It must not exist, or be empty.
	Folder string
	// Database and Ledger are paths below it, with slashes.
	Database, Ledger string
}

const (
	// stagedEnd is what the name of a restored site's folder ends in until it was
	// reconciled, and unfinishedEnd while it is being restored.
	stagedEnd     = ".restored"
	unfinishedEnd = ".restoring"
	// stateName is the file in a restored folder with the manifest.
	stateName = "restored.json"
)

// Staged returns the folder in which a restored site waits to be reconciled.
func (p Place) Staged() string { return filepath.Clean(p.Folder) + stagedEnd }

// Waits returns whether a restored site waits to be reconciled in the place of
// this one, for who wonders why there is no site.
func Waits(folder string) bool {
	_, err := os.Stat(filepath.Join(Place{Folder: folder}.Staged(), stateName))
	return err == nil
}

// Restore reads a backup and puts what is in it into the place's staged folder,
// whole or not at all. It fails with [ErrExists], and as [Read] does.
func Restore(ctx context.Context, r io.Reader, with []age.Identity, p Place) (Manifest, error) {
	if err := p.free(); err != nil {
		return Manifest{}, err
	}
	temp := filepath.Clean(p.Folder) + unfinishedEnd
	if err := os.RemoveAll(temp); err != nil { // of one that was killed
		return Manifest{}, err
	}
	s := &stage{folder: temp, place: p}
	m, err := Read(ctx, r, with, s)
	if err == nil {
		err = s.finish(ctx, m)
	}
	if err = errors.Join(err, s.close()); err != nil {
		return Manifest{}, errors.Join(err, os.RemoveAll(temp))
	}
	if err := os.Rename(temp, p.Staged()); err != nil {
		return Manifest{}, err
	}
	return m, syncFolder(filepath.Dir(p.Staged()))
}

// free checks that nothing is in the place.
func (p Place) free() error {
	if _, err := os.Lstat(p.Staged()); err == nil {
		return fmt.Errorf("%w: %s: reconcile it, or remove it", ErrExists, p.Staged())
	}
	entries, err := os.ReadDir(p.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%w in %s: restore into a folder that is empty, or not there", ErrExists, p.Folder)
	}
	return err
}

// stage is a [Sink] that makes a folder.
type stage struct {
	folder string
	place  Place

	root   *os.Root
	store  *store.Store
	tables []store.Table
	refill *keeper.Refill
}

// Begin is a method of [Sink].
func (s *stage) Begin(ctx context.Context, m Manifest) (err error) {
	if err := os.Mkdir(s.folder, 0o700); err != nil {
		return err
	}
	if s.root, err = os.OpenRoot(s.folder); err != nil {
		return err
	}
	database := filepath.Join(s.folder, filepath.FromSlash(s.place.Database))
	if err := os.MkdirAll(filepath.Dir(database), 0o700); err != nil {
		return err
	}
	if s.store, err = store.OpenEmpty(ctx, database, m.Schema); err != nil {
		if errors.Is(err, store.ErrNewer) {
			err = fmt.Errorf("%w: %w", ErrFormat, err)
		}
		return err
	}
	if err := s.store.Read(ctx, func(tx *store.Tx) (err error) { s.tables, err = tx.Tables(); return err }); err != nil {
		return err
	}
	if err := sameTables(m.Tables, s.tables); err != nil {
		return err
	}
	if m.Ledger.Size == 0 {
		return nil
	}
	s.refill, err = keeper.NewRefill(ctx, filepath.Join(s.folder, filepath.FromSlash(s.place.Ledger)))
	return err
}

// sameTables checks that a backup has the tables of its schema, all of them.
func sameTables(said []Table, real []store.Table) error {
	same := len(said) == len(real)
	for i := 0; same && i < len(said); i++ {
		at := slices.IndexFunc(real, func(t store.Table) bool { return t.Name == said[i].Name })
		same = at >= 0 && slices.EqualFunc(said[i].Columns, real[at].Columns, func(a Column, b store.Column) bool {
			return a.Name == b.Name && a.Type == b.Type
		})
	}
	if !same {
		return fmt.Errorf("%w: its tables are not those of its schema", ErrDamaged)
	}
	return nil
}

func (s *stage) table(name string) store.Table {
	return s.tables[slices.IndexFunc(s.tables, func(t store.Table) bool { return t.Name == name })]
}

// Rows is a method of [Sink].
func (s *stage) Rows(ctx context.Context, t Table, rows [][]any) error {
	into := s.table(t.Name)
	err := s.store.Change(ctx, func(tx *store.Tx) error { return tx.Insert(into, rows) })
	if err != nil && !errors.Is(err, store.ErrUnavailable) {
		err = fmt.Errorf("%w: a row of %s does not fit: %w", ErrDamaged, t.Name, err)
	}
	return err
}

// Entries is a method of [Sink].
func (s *stage) Entries(ctx context.Context, list [][]byte) error { return s.refill.Add(ctx, list) }

// File is a method of [Sink].
func (s *stage) File(path string, mode fs.FileMode, data []byte) error {
	if path == stateName {
		return fmt.Errorf("%w: the file %s", ErrDamaged, path)
	}
	err := put(s.root, path, mode, data)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%w: the file %s", ErrDamaged, path)
	}
	return err
}

// finish makes the folder complete.
func (s *stage) finish(ctx context.Context, m Manifest) error {
	err := s.store.Change(ctx, func(tx *store.Tx) error {
		for _, t := range m.Tables {
			if t.Counter == nil {
				continue
			}
			if err := tx.SetCounter(s.table(t.Name), *t.Counter); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if s.refill != nil {
		if err := s.refill.Finish(ctx, m.Ledger.Size, m.Ledger.Root); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = put(s.root, stateName, 0o600, append(data, '\n'))
	}
	return errors.Join(err, syncFolders(s.folder))
}

func (s *stage) close() (err error) {
	if s.refill != nil {
		s.refill.Abandon()
	}
	if s.store != nil {
		err = s.store.Close()
	}
	if s.root != nil {
		err = errors.Join(err, s.root.Close())
	}
	return err
}

// syncFolders makes the names in a folder and those below durable.
func syncFolders(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}

// Check reads a backup to its end and checks all of it that needs no disk.
func Check(ctx context.Context, r io.Reader, with []age.Identity) (Manifest, error) {
	return Read(ctx, r, with, nowhere{})
}

// nowhere is a [Sink] that keeps nothing.
type nowhere struct{}

func (nowhere) Begin(context.Context, Manifest) error      { return nil }
func (nowhere) Rows(context.Context, Table, [][]any) error { return nil }
func (nowhere) Entries(context.Context, [][]byte) error    { return nil }
func (nowhere) File(string, fs.FileMode, []byte) error     { return nil }

// ReadManifest returns what the backup was of that a restored folder came from.
func ReadManifest(staged string) (m Manifest, err error) {
	data, err := os.ReadFile(filepath.Join(staged, stateName))
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("no restored site is in %s: facelatch restore --in FILE puts one there", staged)
	}
	if err == nil {
		err = strict(data, &m)
	}
	return m, err
}
