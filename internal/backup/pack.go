package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
)

// Source is the site that is copied.
type Source struct {
	// Store is its database, which others may be using.
	Store *store.Store
	// Folder is the site's folder.
	Folder string
	// Except are paths below Folder, with slashes, that are not copied as files:
	// that of the database and that of the ledger.
	Except []string
	// Ledger is the folder of the ledger; "" if the site has none yet.
	Ledger string
	// Site is the site's id, Program the version of this program.
	Site, Program string
	// Now is the clock.
	Now func() time.Time
}

// Pack writes a copy of a site, unencrypted.
func Pack(ctx context.Context, s Source, w io.Writer) (Manifest, error) {
	compressed := gzip.NewWriter(w)
	p := &packer{ctx: ctx, with: s, out: tar.NewWriter(compressed), sum: sha256.New()}
	if err := p.pack(); err != nil {
		return Manifest{}, err
	}
	return p.manifest, errors.Join(p.out.Close(), compressed.Close())
}

// packer is a backup that is being written.
type packer struct {
	ctx      context.Context
	with     Source
	out      *tar.Writer
	sum      hash.Hash
	manifest Manifest
	tables   []store.Table // those of the manifest
	end      end
}

func (p *packer) pack() error {
	// What the rows say was recorded is in the ledger already, so that one is read
	// after them. Its size stands in front of them all the same.
	err := p.with.Store.Read(p.ctx, func(tx *store.Tx) error {
		if err := p.describe(tx); err != nil {
			return err
		}
		if err := p.putJSON(manifestName, p.manifest); err != nil {
			return err
		}
		for i, t := range p.manifest.Tables {
			if err := p.rows(tx, p.tables[i], t); err != nil {
				return err
			}
		}
		return nil
	})
	for _, next := range []func() error{p.entries, p.files, p.finish} {
		if err == nil {
			err = next()
		}
	}
	return err
}

// describe makes the manifest. The snapshot begins with its first question to the
// database, and the ledger is asked after that.
func (p *packer) describe(tx *store.Tx) (err error) {
	m := &p.manifest
	*m = Manifest{Format: Format, Made: p.with.Now().UTC().Truncate(time.Second), Program: p.with.Program, Site: p.with.Site}
	if m.Schema, err = tx.Schema(); err != nil {
		return err
	}
	if p.tables, err = tx.Tables(); err != nil {
		return err
	}
	for _, t := range p.tables {
		one := Table{Name: t.Name}
		for _, c := range t.Columns {
			one.Columns = append(one.Columns, Column{c.Name, c.Type})
		}
		last, counts, err := tx.Counter(t)
		if err != nil {
			return err
		}
		if counts {
			one.Counter = &last
		}
		m.Tables = append(m.Tables, one)
	}
	newest, err := tx.NewestBundle()
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	m.Bundle = newest.Number
	m.Ledger.Root = new(ledger.Tree).Root()
	if p.with.Ledger != "" {
		m.Ledger.Size, m.Ledger.Root, err = keeper.State(p.ctx, p.with.Ledger)
		return err
	}
	return nil
}

// rows writes the rows of a table, in parts.
func (p *packer) rows(tx *store.Tx, from store.Table, t Table) (err error) {
	var part []byte
	number := 0
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		err := p.put(fmt.Sprintf("%s%s/%06d.jsonl", tablesDir, t.Name, number), 0o600, part)
		part = part[:0]
		number++
		return err
	}
	err = tx.Rows(from, func(values []any) error {
		p.end.Rows++
		if part, err = appendRow(part, t, values); err != nil {
			return err
		}
		if len(part) < partSize {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// entries writes the entries of the ledger.
func (p *packer) entries() error {
	if p.with.Ledger == "" {
		return nil
	}
	number := 0
	return keeper.Entries(p.ctx, p.with.Ledger, p.manifest.Ledger.Size, func(list [][]byte) error {
		var part []byte
		for _, e := range list {
			part = binary.BigEndian.AppendUint16(part, uint16(len(e)))
			part = append(part, e...)
			p.end.Entries++
		}
		number++
		return p.put(fmt.Sprintf("%s%06d.entries", ledgerDir, number-1), 0o600, part)
	})
}

// files writes the files of the site's folder.
func (p *packer) files() error {
	list, err := p.with.files()
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		data, err := readFile(filepath.Join(p.with.Folder, filepath.FromSlash(f.path)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		}
		if err == nil {
			err = p.put(filesDir+f.path, f.mode, data)
			p.end.Files++
		}
		clear(data)
		if err != nil {
			return err
		}
	}
	return nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d MB, and nothing of a site is", path, maxFile>>20)
	}
	return data, err
}

func (p *packer) finish() error {
	p.end.SHA256 = hex.EncodeToString(p.sum.Sum(nil))
	return p.putJSON(endName, p.end)
}

func (p *packer) putJSON(name string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return p.put(name, 0o600, append(data, '\n'))
}

// put adds an entry to the archive.
func (p *packer) put(name string, mode fs.FileMode, data []byte) error {
	if len(name) > maxName {
		return fmt.Errorf("the name %s is too long for a backup", name)
	}
	note(p.sum, name, data)
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(mode.Perm()), Size: int64(len(data)), ModTime: p.manifest.Made}
	if err := p.out.WriteHeader(header); err != nil {
		return err
	}
	_, err := p.out.Write(data)
	return err
}

// note adds a name and a content to a sum of all.
func note(sum hash.Hash, name string, data []byte) {
	var sizes [16]byte
	binary.BigEndian.PutUint64(sizes[:8], uint64(len(name)))
	binary.BigEndian.PutUint64(sizes[8:], uint64(len(data)))
	sum.Write(sizes[:])
	sum.Write([]byte(name))
	sum.Write(data)
}
