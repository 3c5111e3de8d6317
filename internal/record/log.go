package record

import (
	"encoding/hex"
	"errors"
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

// head reads the whole record, so that nothing is added to one that was
// changed: what is recorded has to be true of what stands before it. That costs
// some microseconds for each entry there is.
func (l Log) head() (h Head, err error) {
	f, err := os.Open(l.Path)
	if err != nil {
		return Head{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return Verify(f, nil)
}
