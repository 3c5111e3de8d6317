package site

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// listLife is how long a signed list may be used. It is longer than a pass can
// last, because a door that reads the folder itself has the newest list at all
// times; what a distant door may do with an old one is for the bundle to say.
const listLife = pass.MaxLifetime + 24*time.Hour

// shown is what the public files say, by name, as far as that is known: SHA-256.
type shown map[string][sha256.Size]byte

// Show signs the lists that have changed, and writes the public files of which
// the database says something new: site.json and the status lists. They are for
// the command line and for any web server; what counts is in the database, and a
// crash in between is made good by the next who shows.
func (o *Office) Show(ctx context.Context) error {
	var lists []store.ListRow
	var notices []store.NoticeRow
	var config Config
	var stale bool
	err := o.store.Read(ctx, func(tx *store.Tx) error {
		changed, err := tx.ChangedLists()
		stale = len(changed) > 0
		return err
	})
	if err == nil && stale {
		err = o.signAhead(ctx, 0, func(tx *store.Tx) (crypto.Signer, error) {
			s, err := keyStateOf(tx)
			if err != nil {
				return nil, err
			}
			return o.issuing(s)
		})
	}
	if err == nil {
		err = o.store.Read(ctx, func(tx *store.Tx) error {
			if config, _, err = configOf(tx); err == nil {
				lists, err = tx.Lists()
			}
			if err == nil {
				notices, err = tx.Notices()
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	return errors.Join(o.showFiles(config, lists), o.showNotices(notices))
}

// unfinishedTime is how old a file is that nobody is writing any more.
const unfinishedTime = time.Minute

// clearUnfinished removes what a crash left half written. Others may be at work, so
// that what is new is left.
func (o *Office) clearUnfinished() (all error) {
	for _, dir := range []string{o.f.path(), o.f.path("notices"), o.f.statuses(), o.f.controller(), o.f.bundles()} {
		left, err := filepath.Glob(filepath.Join(globEscape(dir), durable.Temporary+"*"))
		all = errors.Join(all, err)
		for _, path := range left {
			if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > unfinishedTime {
				all = errors.Join(all, o.disk.Remove(path))
			}
		}
	}
	return all
}

// globEscape writes a path so that it matches itself only.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// ShowAll is Show for who does not know what the files say, and removes what was
// left half written.
func (o *Office) ShowAll(ctx context.Context) error {
	if err := o.clearUnfinished(); err != nil {
		return err
	}
	o.mu.Lock()
	o.shown = nil
	o.mu.Unlock()
	return o.Show(ctx)
}

func (o *Office) showFiles(c Config, lists []store.ListRow) error {
	data, err := Encode(c)
	if err != nil {
		return err
	}
	all := o.showFile(o.f.config(), data)
	for _, l := range lists {
		if l.Signed != nil {
			all = errors.Join(all, o.showFile(o.f.status(l.List), l.Signed))
		}
	}
	return all
}

// showFile writes a public file unless it says so already.
func (o *Office) showFile(path string, data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	hash := sha256.Sum256(data)
	if said, known := o.shown[path]; known && said == hash {
		return nil
	}
	there, err := read(path, maxToken)
	if err != nil || !bytes.Equal(there, data) {
		if err := o.disk.Write(path, data, public); err != nil {
			return err
		}
	}
	if o.shown == nil {
		o.shown = make(shown)
	}
	o.shown[path] = hash
	return nil
}

// signTogether is how many lists one transaction signs, so that nobody else who has
// something to change waits for all the lists of a large site.
const signTogether = 8

// signAhead signs lists that have changed, some in each transaction, until no more
// than some are left to be signed. What changes meanwhile is for the next time: else
// who issues without a pause would keep a bundle, and a revocation in it, from being
// sent. key returns what they are signed with; nil is that they cannot be.
func (o *Office) signAhead(ctx context.Context, leave int, key func(*store.Tx) (crypto.Signer, error)) error {
	left := 0
	err := o.store.Read(ctx, func(tx *store.Tx) error {
		changed, err := tx.ChangedLists()
		left = len(changed)
		return err
	})
	for ; err == nil && left > leave; left -= signTogether {
		signed := false
		err = o.store.Change(ctx, func(tx *store.Tx) error {
			k, err := key(tx)
			if signed = err == nil && k != nil; !signed {
				return err
			}
			return o.signLists(tx, k, signTogether)
		})
		if !signed {
			break
		}
	}
	return err
}

// signLists signs lists that have changed, so many at most. A list is never said to
// be older than it was said to be before, so that a clock that was wrong for a
// while, in either direction, shortens the life of no list.
func (o *Office) signLists(tx *store.Tx, key crypto.Signer, most int) error {
	changed, err := tx.ChangedLists()
	if err != nil {
		return err
	}
	for _, row := range changed[:min(most, len(changed))] {
		valid, err := tx.Places(row.List, wordValid)
		if err != nil {
			return err
		}
		list, err := statuslist.New(listSize)
		if err != nil {
			return err
		}
		for _, place := range valid {
			if err := list.Set(place, statuslist.Valid); err != nil {
				return err
			}
		}
		issued := o.now().UTC().Truncate(time.Second)
		if before := seconds(row.Issued); before.After(issued) {
			issued = before
		}
		header := statuslist.Header{URI: pass.StatusURI(row.List), Issued: issued, Expires: issued.Add(listLife)}
		row.Issued = issued.Unix()
		if row.Signed, err = statuslist.Sign(rand.Reader, key, header, list); err != nil {
			return err
		}
		if err := tx.SignedList(row); err != nil {
			return err
		}
	}
	return nil
}
