package site

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

const (
	// TakeoverTime is how long doors are told of a new key for bundles before it
	// signs: as long as a door's certificate is good, so that each that could come
	// back by itself can follow ([B-31]).
	TakeoverTime = 90 * 24 * time.Hour
	// olderTime is for how long what an issuing key has signed can be good: a pass
	// made at the last moment, and a day for clocks.
	olderTime = pass.MaxLifetime + 24*time.Hour
)

// ErrRotation is returned for a key that cannot be replaced now.
var ErrRotation = errors.New("this key cannot be replaced now")

// RotateIssuing replaces the key that signs passes and status lists. That is recorded
// first. Doors learn the new one with their next bundle; passes that the old one has
// signed stay good until they expire. by is who is named in the ledger. It fails with
// [ErrRotation] where there are as many keys already as a bundle has room for.
func (o *Office) RotateIssuing(ctx context.Context, by string) (Keys, error) {
	before, err := o.Keys(ctx)
	if err != nil {
		return Keys{}, err
	}
	return o.rotate(ctx, by, o.f.issuingKey(), before.Issuing, func(s *keyState, id string) error {
		if len(s.Older)+2 > bundle.MaxKeys || s.Issuing != "" && s.Issuing != before.Issuing.String() { // or somebody was quicker
			return ErrRotation
		}
		s.Older = append(s.Older, olderKey{before.Issuing.String(), o.now().Add(olderTime).Unix()})
		s.Issuing = id
		return nil
	})
}

// RotateBundle replaces the key that signs bundles, after [TakeoverTime]. That is
// recorded first. It fails with [ErrRotation] while another is on its way.
func (o *Office) RotateBundle(ctx context.Context, by string) (Keys, error) {
	before, err := o.Keys(ctx)
	if err != nil {
		return Keys{}, err
	}
	if before.Bundle == (pass.KeyID{}) {
		return Keys{}, ErrNoKey
	}
	return o.rotate(ctx, by, o.f.bundleKey(), before.Bundle, func(s *keyState, id string) error {
		if s.Next != "" || s.Bundle != "" && s.Bundle != before.Bundle.String() { // or the last has just taken over
			return ErrRotation
		}
		s.Bundle, s.Next, s.Takeover = before.Bundle.String(), id, o.now().Add(TakeoverTime).Unix()
		return nil
	})
}

// rotate makes a key that is to replace the one at a path, records it, and writes
// what step makes of the state. The key is on the disk before the database names it.
func (o *Office) rotate(ctx context.Context, by, path string, old pass.KeyID, step func(s *keyState, id string) error) (Keys, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Keys{}, err
	}
	id, err := pass.KeyIDOf(&key.PublicKey)
	if err != nil {
		return Keys{}, err
	}
	coming := comingKey(path, id.String())
	if err := CreateKey(o.disk, coming, key); err != nil {
		return Keys{}, err
	}
	var next keyState
	check := func(tx *store.Tx) (details map[string]string, err error) {
		if next, err = keyStateOf(tx); err == nil {
			err = step(&next, id.String())
		}
		if err == nil {
			err = next.notePublic(id.String(), &key.PublicKey)
		}
		return map[string]string{"key": strings.TrimSuffix(filepath.Base(path), ".pem"), "old": old.String(), "new": id.String()}, err
	}
	err = o.give(ctx, act{by: by, name: "key.rotate", check: check, effect: func(tx *store.Tx) error {
		if err := next.put(tx); err != nil { // unless another was quicker
			return err
		}
		return o.tellDoors(tx, false)
	}})
	// What became of a change that the database did not answer is not known yet: then
	// clearComing removes the key later, if nothing names it.
	if err != nil && !errors.Is(err, store.ErrUnavailable) {
		now, unknown := o.keyStateNow(context.WithoutCancel(ctx))
		if unknown == nil && now.Issuing != id.String() && now.Next != id.String() {
			err = errors.Join(err, o.disk.Remove(coming))
		}
	}
	if err != nil {
		return Keys{}, err
	}
	if _, err := o.issuing(next); err != nil { // puts the new one in its place
		return Keys{}, err
	}
	return o.Keys(ctx)
}

// tellDoors has a bundle made of what has changed beside the database's tables; all
// has all status lists signed anew.
func (o *Office) tellDoors(tx *store.Tx, all bool) error {
	lists, err := tx.Lists()
	if err != nil {
		return err
	}
	if !all {
		lists = lists[:min(len(lists), 1)]
	}
	for _, l := range lists {
		if err := tx.AddList(l.List, l.Issued); err != nil { // it is there: this notes that it changed
			return err
		}
	}
	return nil
}

// sweepKeys does what is due: the next key for bundles takes over, and issuing keys
// of which the last pass has expired go. The first waits for the clock alone; the
// second for the record too, as sealing keys do.
func (o *Office) sweepKeys(ctx context.Context) error {
	s, err := o.keyStateNow(ctx)
	if err != nil {
		return err
	}
	if s.Next != "" && o.now().Unix() >= s.Takeover {
		err = o.takeOver(ctx)
	}
	for _, older := range s.Older {
		if over, unknown := o.over(seconds(older.Until)); over && unknown == nil {
			err = errors.Join(err, o.dropOlder(ctx, older.ID))
		} else {
			err = errors.Join(err, unknown)
		}
	}
	return errors.Join(err, o.clearComing(ctx))
}

// takeOver has the next key for bundles sign.
func (o *Office) takeOver(ctx context.Context) error {
	now, err := o.keyStateNow(ctx)
	if err != nil {
		return err
	}
	old, err := o.current(o.f.bundleKey(), now.Bundle)
	if err != nil {
		return err
	}
	before, err := x509.MarshalPKIXPublicKey(&old.PublicKey)
	if err != nil {
		return err
	}
	return o.take(ctx, func(tx *store.Tx) ([]store.QueueID, error) {
		s, err := keyStateOf(tx)
		if err != nil || s.Next == "" || s.version != now.version {
			return nil, err
		}
		queued, _, err := o.tell(tx, ControllerItself, "key.took-over", map[string]string{"key": "signing-key", "old": s.Bundle, "new": s.Next})
		if err != nil {
			return nil, err
		}
		s.Bundle, s.Next, s.Takeover, s.Before = s.Next, "", 0, before
		return []store.QueueID{queued}, errors.Join(s.put(tx), o.tellDoors(tx, false))
	})
}

// over says whether a time is past, by the clock and by the dates in the record, of
// which none went back before it for a month.
func (o *Office) over(t time.Time) (bool, error) {
	if o.now().Before(t) {
		return false, nil
	}
	since, err := officeLedger{o}.Since(t)
	return err == nil && !since.IsZero() && o.now().Sub(since) >= grace, err
}

// dropOlder forgets an issuing key: no pass that it has signed is good any more.
// Receipts of consents may be kept for longer; who checks one then needs the key from
// somewhere else.
func (o *Office) dropOlder(ctx context.Context, id string) error {
	err := o.take(ctx, func(tx *store.Tx) ([]store.QueueID, error) {
		s, err := keyStateOf(tx)
		i := slices.IndexFunc(s.Older, func(k olderKey) bool { return k.ID == id })
		if err != nil || i < 0 {
			return nil, err
		}
		queued, _, err := o.tell(tx, ControllerItself, "key.dropped", map[string]string{"key": "issuing-key", "old": id})
		if err != nil {
			return nil, err
		}
		s.Older = slices.Delete(s.Older, i, i+1)
		s.Public = maps.Clone(s.Public)
		delete(s.Public, id)
		return []store.QueueID{queued}, errors.Join(s.put(tx), o.tellDoors(tx, true))
	})
	if err != nil {
		return err
	}
	return o.disk.Remove(filepath.Join(o.f.issuers(), id+".pem"))
}

// comingTime is how old a key is that was made and never came to be used.
const comingTime = 10 * time.Minute

// clearComing removes keys that a crash left on their way.
func (o *Office) clearComing(ctx context.Context) (all error) {
	for _, path := range []string{o.f.issuingKey(), o.f.bundleKey()} {
		left, err := filepath.Glob(filepath.Join(globEscape(filepath.Dir(path)), "coming-*.pem"))
		all = errors.Join(all, err)
		for _, coming := range left {
			info, err := os.Stat(coming)
			if err != nil || time.Since(info.ModTime()) < comingTime {
				continue
			}
			// After the file is known, so that no rotation in between is missed.
			s, err := o.keyStateNow(ctx)
			id := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(coming), "coming-"), ".pem")
			if err == nil && id != s.Issuing && id != s.Bundle && id != s.Next {
				err = o.disk.Remove(coming)
			}
			all = errors.Join(all, err)
		}
	}
	return all
}
