package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"
)

// Disk changes a file durably. After an error the change may have happened.
type Disk interface {
	// Extend makes the file size bytes long and then adds data.
	Extend(path string, size int64, data []byte) error
}

// Log appends to a record. Its caller sees to it that there is one at a time.
// It holds no state: where the file ends is read anew each time, so that an
// append that failed, and may have been written all the same, is followed by
// whatever is true.
type Log struct {
	// Path is that of the file, which must exist; an empty one is a new record.
	Path string
	Disk Disk
}

// Site appends an act about the site, in clear. Nothing in it may be about a
// person. It returns once the entry is durable; after an error the entry may
// or may not be there, and what was to be recorded must not be done.
func (l Log) Site(at time.Time, act string, details map[string]string) error {
	return l.add(Entry{At: at, Act: act, Details: details})
}

// Holder appends a commitment to an act about a person; else it is like
// [Log.Site].
func (l Log) Holder(at time.Time, commitment [32]byte) error {
	return l.add(Entry{At: at, Act: HolderAct, Commitment: hex.EncodeToString(commitment[:])})
}

func (l Log) add(e Entry) error {
	h, err := l.head()
	if err != nil {
		return err
	}
	line, err := h.next(e)
	if err != nil {
		return err
	}
	return l.Disk.Extend(l.Path, h.Size, line)
}

// head finds the head from the end of the file, however long it is. Earlier
// lines are checked by [Verify] and not here.
func (l Log) head() (h Head, err error) {
	f, err := os.Open(l.Path)
	if err != nil {
		return Head{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return Head{}, err
	}
	// Enough for a torn line after a whole one after the end of another.
	start := max(0, size-2*(MaxLine+1)-1)
	tail := make([]byte, size-start)
	if _, err := f.ReadAt(tail, start); err != nil {
		return Head{}, err
	}
	end := bytes.LastIndexByte(tail, '\n') + 1
	if end == 0 {
		if start > 0 {
			return Head{}, ErrBroken
		}
		return Head{}, nil
	}
	line := tail[:end-1]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	e, err := decode(line)
	if err != nil {
		return Head{}, err
	}
	return Head{Entries: e.Number + 1, Hash: sha256.Sum256(line), Size: start + int64(end)}, nil
}
