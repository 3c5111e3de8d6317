// Package record keeps a site's record of what its operator did, in a file of
// lines of which each holds the hash of the one before it, so that no line can
// be changed, taken out or put in without changing all that follow.
//
// Acts about the site are in clear. Acts about a person are commitments of one
// size, which tell nothing to who does not hold their salt: not which act, not
// which pass.
//
// It stands in for the ledger that the controller will keep, and is weaker: its
// owner can write the whole file anew. Who notes the head (see [Verify]) on one
// day can prove on another that nothing before it was changed. The package
// never rewrites a line, and never records a passage through a door.
package record

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// HolderAct is the act of every entry about a person.
const HolderAct = "holder"

// MaxLine is the longest line, in bytes without its end.
const MaxLine = 4096

var (
	// ErrBroken is returned for a record whose lines do not follow from each
	// other, or are not in their one form.
	ErrBroken = errors.New("the record was changed or damaged")
	// ErrEntry is returned for an entry that cannot be recorded.
	ErrEntry = errors.New("this cannot be recorded")
)

// Entry is one line.
type Entry struct {
	// Number counts from 0.
	Number uint64 `json:"number"`
	// At is when it was recorded; whole seconds, UTC.
	At time.Time `json:"at"`
	// Act is what was done, or [HolderAct].
	Act string `json:"act"`
	// Details say more about an act in clear.
	Details map[string]string `json:"details,omitempty"`
	// Commitment is 64 hexadecimal digits, on a [HolderAct] only.
	Commitment string `json:"commitment,omitempty"`
	// Previous is the SHA-256 of the line before, without its end, in
	// hexadecimal; 64 zeros on the first line.
	Previous string `json:"previous"`
}

// Head is where a record stands.
type Head struct {
	// Entries is how many there are.
	Entries uint64
	// Hash is the SHA-256 of the last line; zeros if there is none.
	Hash [sha256.Size]byte
	// Size is the length in bytes of the entries; beyond it there is nothing,
	// or what a crash left of an entry that never counted.
	Size int64
}

// next returns the line, with its end, that follows h.
func (h Head) next(e Entry) ([]byte, error) {
	e.Number, e.Previous = h.Entries, hex.EncodeToString(h.Hash[:])
	e.At = e.At.UTC().Truncate(time.Second)
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrEntry, err)
	}
	if e.Act == "" || len(line) > MaxLine {
		return nil, fmt.Errorf("%w: no act, or longer than %d bytes", ErrEntry, MaxLine)
	}
	return append(line, '\n'), nil
}

// after returns the head once a line, given without its end, follows h.
func (h Head) after(line []byte) (Head, error) {
	e, err := decode(line)
	if err != nil {
		return Head{}, err
	}
	if e.Number != h.Entries || e.Previous != hex.EncodeToString(h.Hash[:]) {
		return Head{}, fmt.Errorf("%w: entry %d does not follow the one before", ErrBroken, h.Entries)
	}
	return Head{Entries: h.Entries + 1, Hash: sha256.Sum256(line), Size: h.Size + int64(len(line)) + 1}, nil
}

// decode reads a line, which must be in its one form.
func decode(line []byte) (e Entry, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("%w: %v", ErrBroken, err)
	}
	again, err := json.Marshal(e)
	if err != nil || !bytes.Equal(again, line) {
		return Entry{}, fmt.Errorf("%w: a line is not in its one form", ErrBroken)
	}
	return e, nil
}

// Verify reads a whole record and returns its head, calling each with every
// entry; each may be nil. A last line without an end never counted and is left
// out. It fails with [ErrBroken], and then the head is zero.
func Verify(r io.Reader, each func(Entry)) (Head, error) {
	var h Head
	lines := bufio.NewReaderSize(r, MaxLine+1)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			return Head{}, fmt.Errorf("%w: entry %d is too long", ErrBroken, h.Entries)
		}
		if err != nil {
			return Head{}, err
		}
		line = line[:len(line)-1]
		if h, err = h.after(line); err != nil {
			return Head{}, err
		}
		if each != nil {
			e, _ := decode(line) // read once already
			each(e)
		}
	}
}
