package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/facelatch/facelatch/ledger"
)

// Sink takes what is in a backup, in its order. What it got must not be used
// before [Unpack] returned nil.
type Sink interface {
	// Begin is called first.
	Begin(ctx context.Context, m Manifest) error
	// Rows are some of a table, of the types of its columns.
	Rows(ctx context.Context, t Table, rows [][]any) error
	// Entries are some of the ledger.
	Entries(ctx context.Context, list [][]byte) error
	// File is one of the site's folder, by its path below it.
	File(path string, mode fs.FileMode, data []byte) error
}

// Unpack reads a backup, unencrypted, to its end, and checks all of it. It fails
// with [ErrDamaged] and [ErrFormat].
func Unpack(ctx context.Context, r io.Reader, to Sink) (Manifest, error) {
	buffered := bufio.NewReader(r)
	compressed, err := gzip.NewReader(buffered)
	if err != nil {
		return Manifest{}, damaged(err)
	}
	compressed.Multistream(false)
	m, err := unpack(ctx, compressed, to)
	if err == nil {
		err = ended(buffered)
	}
	if err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// unpack reads the archive.
func unpack(ctx context.Context, r io.Reader, to Sink) (Manifest, error) {
	u := &unpacker{ctx: ctx, in: tar.NewReader(r), to: to, sum: sha256.New()}
	if err := u.unpack(); err != nil {
		return Manifest{}, err
	}
	// tar stops at its end, and what stands behind it would be taken for nothing.
	if err := ended(r); err != nil {
		return Manifest{}, err
	}
	return u.manifest, nil
}

// ended reads to the end of what should have ended but for the zeros with which
// tar fills up its last block.
func ended(r io.Reader) error {
	rest, err := io.ReadAll(io.LimitReader(r, maxTrailer+1))
	if err != nil {
		return damaged(err)
	}
	if len(rest) > maxTrailer || bytes.ContainsFunc(rest, func(r rune) bool { return r != 0 }) {
		return fmt.Errorf("%w: there is something behind its end", ErrDamaged)
	}
	return nil
}

// maxTrailer is how many zeros there may be.
const maxTrailer = 1 << 16

// damaged says that what was read is not a backup, unless reading itself failed.
func damaged(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) || errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrIdentity) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// unpacker is a backup that is being read.
type unpacker struct {
	ctx      context.Context
	in       *tar.Reader
	to       Sink
	sum      hash.Hash
	manifest Manifest
	end      end

	table, part int // which table and which part of it is next
	ledger      ledger.Tree
	last        string // the file before
}

// entry is one of the archive.
type entry struct {
	name string
	mode fs.FileMode
	data []byte
}

func (u *unpacker) unpack() error {
	e, err := u.next()
	if err != nil {
		return err
	}
	if e.name != manifestName {
		return fmt.Errorf("%w: it does not begin with %s", ErrDamaged, manifestName)
	}
	if err := u.begin(e.data); err != nil {
		return err
	}
	for {
		sum := u.sum.Sum(nil)
		e, err := u.next()
		if err != nil {
			return err
		}
		if e.name == endName {
			return u.finish(e.data, sum)
		}
		if err := u.take(e); err != nil {
			return err
		}
	}
}

// next reads an entry, and fails at the end.
func (u *unpacker) next() (entry, error) {
	if err := u.ctx.Err(); err != nil {
		return entry{}, err
	}
	h, err := u.in.Next()
	if errors.Is(err, io.EOF) {
		return entry{}, fmt.Errorf("%w: it is cut off", ErrDamaged)
	}
	if err != nil {
		return entry{}, damaged(err)
	}
	limit := int64(maxPart)
	if strings.HasPrefix(h.Name, filesDir) {
		limit = maxFile
	}
	if h.Typeflag != tar.TypeReg || h.Size > limit || len(h.Name) > maxName {
		return entry{}, fmt.Errorf("%w: %.64q is no file of a backup", ErrDamaged, h.Name)
	}
	var b bytes.Buffer
	if _, err := io.Copy(&b, u.in); err != nil {
		return entry{}, damaged(err)
	}
	note(u.sum, h.Name, b.Bytes())
	return entry{h.Name, fs.FileMode(h.Mode) & fs.ModePerm, b.Bytes()}, nil
}

func (u *unpacker) begin(data []byte) error {
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return damaged(err)
	}
	if version.Format != Format {
		return fmt.Errorf("%w: its form is %d, and this one knows %d", ErrFormat, version.Format, Format)
	}
	if err := strict(data, &u.manifest); err != nil {
		return err
	}
	return u.to.Begin(u.ctx, u.manifest)
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return damaged(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something stands behind an object", ErrDamaged)
	}
	return nil
}

// take takes an entry between the first and the last, whose order is tables,
// ledger, files.
func (u *unpacker) take(e entry) error {
	switch {
	case strings.HasPrefix(e.name, tablesDir) && u.ledger.Size == 0 && u.end.Files == 0:
		return u.rows(e)
	case strings.HasPrefix(e.name, ledgerDir) && u.end.Files == 0:
		return u.entries(e)
	case strings.HasPrefix(e.name, filesDir):
		return u.file(e)
	}
	return fmt.Errorf("%w: %.64q stands where it should not", ErrDamaged, e.name)
}

func (u *unpacker) rows(e entry) error {
	for u.table < len(u.manifest.Tables) && e.name != u.partName() {
		u.table, u.part = u.table+1, 0
	}
	if u.table == len(u.manifest.Tables) {
		return fmt.Errorf("%w: %.64q stands where it should not", ErrDamaged, e.name)
	}
	t := u.manifest.Tables[u.table]
	u.part++
	rows, err := parseRows(e.data, t)
	if err != nil {
		return err
	}
	u.end.Rows += int64(len(rows))
	return u.to.Rows(u.ctx, t, rows)
}

func (u *unpacker) partName() string {
	return fmt.Sprintf("%s%s/%06d.jsonl", tablesDir, u.manifest.Tables[u.table].Name, u.part)
}

func (u *unpacker) entries(e entry) error {
	rest := u.manifest.Ledger.Size - u.ledger.Size
	if u.ledger.Size%256 != 0 || rest == 0 || e.name != fmt.Sprintf("%s%06d.entries", ledgerDir, u.ledger.Size/256) {
		return fmt.Errorf("%w: %.64q stands where it should not", ErrDamaged, e.name)
	}
	list, err := ledger.SplitEntries(e.data, int(min(256, rest)))
	if err != nil {
		return damaged(err)
	}
	size := 0
	for _, one := range list {
		size += 2 + len(one)
		u.ledger.Add(one)
	}
	if size != len(e.data) {
		return fmt.Errorf("%w: %s is too long", ErrDamaged, e.name)
	}
	u.end.Entries += uint64(len(list))
	return u.to.Entries(u.ctx, list)
}

func (u *unpacker) file(e entry) error {
	path := strings.TrimPrefix(e.name, filesDir)
	if !checkPath(path) || path <= u.last || u.end.Files >= maxFiles {
		return fmt.Errorf("%w: %.64q stands where it should not", ErrDamaged, e.name)
	}
	u.last = path
	u.end.Files++
	return u.to.File(path, e.mode, e.data)
}

// finish compares what was read with what was written.
func (u *unpacker) finish(data, sum []byte) error {
	var said end
	if err := strict(data, &said); err != nil {
		return err
	}
	u.end.SHA256 = hex.EncodeToString(sum)
	m := u.manifest.Ledger
	if u.end != said || u.ledger.Size != m.Size || u.ledger.Root() != m.Root {
		return fmt.Errorf("%w: something of it is missing or was changed", ErrDamaged)
	}
	if _, err := u.in.Next(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is something behind its end", ErrDamaged)
	}
	return nil
}
