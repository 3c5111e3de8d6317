package specimens

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
)

// ErrIndex is returned for a table that is no index.
var ErrIndex = errors.New("not an index of documents")

// maxRows is how many documents an index may have.
const maxRows = 100000

// ReadIndex reads a table of documents: comma-separated, its first row naming the
// columns. "captured" is the picture of the document, and required; "live" a photograph
// of its holder; "template" its kind; "photo_x", "photo_y", "photo_w" and "photo_h" are
// where the holder's photograph is in the picture, in pixels. Other columns are left
// alone. Paths start at dir, a folder below the root. It fails with [ErrIndex].
func ReadIndex(r io.Reader, dir string) (all []Entry, err error) {
	table := csv.NewReader(io.LimitReader(r, 64<<20))
	head, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrIndex, err)
	}
	at := make(map[string]int, len(head))
	for i, name := range head {
		at[name] = i + 1
	}
	if at["captured"] == 0 {
		return nil, fmt.Errorf("%w: it has no column named captured", ErrIndex)
	}
	for len(all) < maxRows {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrIndex, err)
		}
		e, err := entry(row, at, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return nil, fmt.Errorf("%w: it has more than %d rows", ErrIndex, maxRows)
}

func entry(row []string, at map[string]int, dir string) (e Entry, err error) {
	field := func(name string) string {
		if i := at[name]; i > 0 {
			return row[i-1]
		}
		return ""
	}
	e = Entry{Document: path.Join(dir, field("captured")), Kind: field("template")}
	if live := field("live"); live != "" {
		e.Live = path.Join(dir, live)
	}
	for name, to := range map[string]*float64{"photo_x": &e.Photo.X, "photo_y": &e.Photo.Y, "photo_w": &e.Photo.W, "photo_h": &e.Photo.H} {
		text := field(name)
		if text == "" {
			continue
		}
		if *to, err = strconv.ParseFloat(text, 64); err != nil || !(*to >= 0 && *to < 1e6) {
			return Entry{}, fmt.Errorf("%w: %s is %q", ErrIndex, name, text)
		}
	}
	return e, nil
}
