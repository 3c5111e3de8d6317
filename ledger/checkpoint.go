package ledger

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Limits of a checkpoint.
const (
	// MaxCheckpoint is the longest signed checkpoint, in bytes, with all
	// signatures of witnesses.
	MaxCheckpoint = 3584
	// MaxSize is the largest number of entries of a log.
	MaxSize = 1 << 40
)

// Checkpoint is the state of a log: so many entries, whose Merkle tree (RFC 6962)
// has this root.
type Checkpoint struct {
	Origin string
	// Size is the number of entries; up to [MaxSize].
	Size uint64
	Root tlog.Hash
}

// text is what is signed, C2SP tlog-checkpoint.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// tree is how package tlog names a checkpoint.
func (c Checkpoint) tree() tlog.Tree { return tlog.Tree{N: int64(c.Size), Hash: c.Root} }

// Sign returns the checkpoint as a signed note. The first signer's name is the
// origin; others sign for keys to come. It fails with [ErrCheckpoint], or as the
// signers do.
func (c Checkpoint) Sign(signers ...note.Signer) ([]byte, error) {
	if len(signers) == 0 || c.Origin != signers[0].Name() || c.Size > MaxSize {
		return nil, fmt.Errorf("%w: no signer of this origin, or too large", ErrCheckpoint)
	}
	return note.Sign(&note.Note{Text: c.text()}, signers...)
}

// Signed is a checkpoint that came with the signature of its log.
type Signed struct {
	Checkpoint
	// Bytes are the signed note.
	Bytes []byte
	// Witnesses are those, of the ones asked for, whose cosignature it has.
	Witnesses []Witness
}

// ParseCheckpoint reads a signed checkpoint of the log of a key, with the
// cosignatures of those witnesses that it has. It fails with [ErrCheckpoint].
func ParseCheckpoint(data []byte, key Key, witnesses ...Witness) (Signed, error) {
	if len(data) > MaxCheckpoint {
		return Signed{}, fmt.Errorf("%w: longer than %d bytes", ErrCheckpoint, MaxCheckpoint)
	}
	if key.verifier == nil {
		return Signed{}, fmt.Errorf("%w: no key", ErrCheckpoint)
	}
	n, err := note.Open(data, note.VerifierList(key.verifier))
	if err != nil {
		return Signed{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	c, err := parseText(n.Text, key.Origin())
	if err != nil {
		return Signed{}, err
	}
	return Signed{Checkpoint: c, Bytes: bytes.Clone(data), Witnesses: cosigned(data, witnesses)}, nil
}

// cosigned returns those whose cosignature a note has. A bad one is like none:
// it says something about who sent the note, and nothing about the log.
func cosigned(data []byte, witnesses []Witness) (list []Witness) {
	for _, w := range witnesses {
		if _, err := w.Cosignature(data); err == nil {
			list = append(list, w)
		}
	}
	return list
}

// parseText reads the text of a checkpoint, which has one form and no more lines
// than it needs ([L-31]).
func parseText(text, origin string) (Checkpoint, error) {
	var c Checkpoint
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return Checkpoint{}, fmt.Errorf("%w: not three lines", ErrCheckpoint)
	}
	c.Origin = lines[0]
	if _, err := fmt.Sscanf(lines[1], "%d", &c.Size); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: size %q", ErrCheckpoint, lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: root %q", ErrCheckpoint, lines[2])
	}
	c.Root = root
	switch {
	case c.Origin != origin:
		return Checkpoint{}, fmt.Errorf("%w: it is of %q, not of %q", ErrCheckpoint, c.Origin, origin)
	case c.text() != text:
		return Checkpoint{}, fmt.Errorf("%w: not in its one form", ErrCheckpoint)
	case c.Size > MaxSize:
		return Checkpoint{}, fmt.Errorf("%w: %d entries, more than there can be", ErrCheckpoint, c.Size)
	case c.Size == 0 && c.Root != emptyRoot():
		return Checkpoint{}, fmt.Errorf("%w: a root of no entries that is not theirs", ErrCheckpoint)
	}
	return c, nil
}

// emptyRoot is the root of a log without entries (RFC 6962, 2.1).
func emptyRoot() tlog.Hash {
	h, err := tlog.TreeHash(0, nil)
	if err != nil {
		panic("ledger: " + err.Error()) // it reads nothing
	}
	return h
}
