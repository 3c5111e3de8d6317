package ledger

import (
	"bytes"
	"context"
	"fmt"
)

// MaxStatement is the longest statement, in bytes.
const MaxStatement = MaxKey + 1 + MaxCheckpoint

// Statement is what a bundle says of the ledger: its key and its checkpoint
// ([L-50]). A door keeps the last, and takes only one that extends it.
type Statement struct {
	Key        Key
	Checkpoint Signed
}

// Encode returns the statement as a bundle carries it: the key, a line end, and
// the signed checkpoint.
func (s Statement) Encode() []byte {
	return append([]byte(s.Key.String()+"\n"), s.Checkpoint.Bytes...)
}

// ParseStatement reads a statement. It fails with [ErrKey] or [ErrCheckpoint].
func ParseStatement(data []byte) (Statement, error) {
	vkey, rest, _ := bytes.Cut(data, []byte("\n"))
	key, err := ParseKey(string(vkey))
	if err != nil {
		return Statement{}, err
	}
	if key.String() != string(vkey) {
		return Statement{}, fmt.Errorf("%w: space around it", ErrKey)
	}
	c, err := ParseCheckpoint(rest, key)
	if err != nil {
		return Statement{}, err
	}
	return Statement{key, c}, nil
}

// beforeLedgers begins what bundles said before there were ledgers: it counts as nothing.
const beforeLedgers = "facelatch record\n"

func orNothing(statement []byte) []byte {
	if bytes.HasPrefix(statement, []byte(beforeLedgers)) {
		return nil
	}
	return statement
}

// Follow checks that what a bundle says of the ledger follows what the bundle
// before said, as a door does ([L-51]). last and next may be empty: a ledger can
// begin, and cannot end. Its key can change, if the checkpoint is signed by the
// old one as well. It fails with [ErrKey], [ErrCheckpoint], [ErrShrunk],
// [ErrFork], [ErrChanged], or with a [ReadError], after which nothing is known.
func Follow(ctx context.Context, from Source, last, next []byte) error {
	last, next = orNothing(last), orNothing(next)
	if bytes.Equal(last, next) {
		return nil
	}
	if len(next) == 0 {
		return fmt.Errorf("%w: there is none any more", ErrShrunk)
	}
	now, err := ParseStatement(next)
	if err != nil || len(last) == 0 {
		return err
	}
	then, err := ParseStatement(last)
	if err != nil {
		return err
	}
	if _, err := ParseCheckpoint(now.Checkpoint.Bytes, then.Key); err != nil {
		return fmt.Errorf("not signed by the key of before: %w", err)
	}
	return Extends(ctx, from, then.Checkpoint.Checkpoint, now.Checkpoint.Checkpoint)
}

// Later returns which of two statements a bundle has to carry: that of the
// bundle before, unless the other is of more entries. Bundles are made one after
// another and checkpoints beside them, so whoever makes a bundle may have read a
// checkpoint before a newer one was put into the bundle before.
func Later(last, next []byte) []byte {
	now, err := ParseStatement(next)
	if err != nil {
		return last
	}
	then, err := ParseStatement(last)
	if err == nil && then.Checkpoint.Size >= now.Checkpoint.Size && then.Key.String() == now.Key.String() {
		return last
	}
	return next
}
