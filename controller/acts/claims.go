package acts

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

var (
	// ErrDone is returned for a request that was made before, here or at another
	// controller of the site: what came of it was told then, and is kept nowhere.
	// Look at what there is, and ask again under a new key for what is missing.
	ErrDone = errors.New("this request was made before: look at what came of it, and take a new key for what is missing")
	// ErrReused is returned for another request under a key that was used.
	ErrReused = errors.New("this key was used for another request: take a new key for each new request")
)

// ClaimTime is for how long it is known that a request was made.
const ClaimTime = 24 * time.Hour

// Claim names a request that is to be done once, whichever of a site's controllers
// it is sent to, and however often.
type Claim struct {
	// Secret is who asks, in a form that nobody else knows: without it, what is kept
	// of a claim cannot be compared with anything.
	Secret []byte
	// Key is what they call the request.
	Key string
	// Request is the SHA-256 of the request.
	Request [sha256.Size]byte
}

// row is what is kept of a claim.
func (c Claim) row(expires time.Time) store.ClaimRow {
	name := c.sum("name", []byte(c.Key))
	request := c.sum("request", c.Request[:])
	return store.ClaimRow{Hash: name[:], Request: request[:], Expires: expires.Unix()}
}

func (c Claim) sum(what string, data []byte) [sha256.Size]byte {
	text := append([]byte("facelatch claim 1\x00"+what+"\x00"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(text[len(text)-4:], uint32(len(c.Secret)))
	return sha256.Sum256(append(append(text, c.Secret...), data...))
}

// Claim notes that a request is about to be done: whoever gets nil does it, and
// nobody else. It fails with [ErrDone], [ErrReused] and [ErrUnavailable].
func (a *Acts) Claim(ctx context.Context, c Claim) error {
	row := c.row(a.now().Add(ClaimTime))
	err := a.with.Store.Change(ctx, func(tx *store.Tx) error { return tx.Claim(row, a.now().Unix()) })
	if !errors.Is(err, store.ErrConflict) {
		return told(err)
	}
	before, err := read(ctx, a, func(tx *store.Tx) (store.ClaimRow, error) { return tx.Claimed(row.Hash) })
	switch {
	case errors.Is(err, ErrNotFound):
		return ErrDone // it ended in between: whoever asks again may do it
	case err != nil:
		return err
	case subtle.ConstantTimeCompare(before.Request, row.Request) != 1:
		return ErrReused
	}
	return ErrDone
}

// Unclaim forgets a claim of which nothing was done, so that it can be tried again.
func (a *Acts) Unclaim(ctx context.Context, c Claim) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), giveUpTime)
	defer stop()
	hash := c.row(time.Time{}).Hash
	return told(a.with.Store.Change(ctx, func(tx *store.Tx) error { return tx.DropClaim(hash) }))
}
