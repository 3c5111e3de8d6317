package acts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/store"
)

const (
	// linkTime is how long a holder has to open a link: it is printed or mailed.
	linkTime = 7 * day
	// maxLinks is how many links of one holder can be open at once.
	maxLinks = 5
	// sessionTime is how long a holder's session lasts, and idleTime how long it
	// lasts without being used.
	sessionTime = 12 * time.Hour
	idleTime    = 30 * time.Minute
	// idleStep is how often using a session is noted.
	idleStep = time.Minute
	// maxPasskeys is how many passkeys a holder has at most.
	maxPasskeys = 10
)

// MakeLink makes a link to a holder's page, for the operator to print or to mail,
// or for the holder to open elsewhere or to show at a station, which opens once
// within seven days. It fails with [ErrForbidden], [ErrNotFound],
// [ErrConflict] for a holder with many open links, and [ErrLedger].
func (a *Acts) MakeLink(ctx context.Context, actor Actor, id string) (Link, error) {
	if err := actor.own(ActHolderLink, id); err != nil {
		return Link{}, err
	}
	return a.makeLink(ctx, actor, id)
}

func (a *Acts) makeLink(ctx context.Context, actor Actor, id string) (Link, error) {
	e, err := a.personEntry(actor, ActHolderLink, id, map[string]string{"holder": id})
	if err != nil {
		return Link{}, err
	}
	now := a.now()
	link := Link{Token: rand.Text(), Expires: now.Add(linkTime).UTC().Truncate(time.Second)}
	owner := store.Owner{Holder: id}
	return link, a.give(ctx, giving{
		entries: []entry{e},
		check: func(tx *store.Tx) error {
			if _, err := tx.Holder(id); err != nil {
				return err
			}
			open, err := tx.Links(owner, now.Unix())
			if err == nil && len(open) >= maxLinks {
				return store.ErrConflict
			}
			return err
		},
		effect: func(tx *store.Tx) error {
			if _, err := tx.Holder(id); err != nil {
				return err
			}
			return tx.AddLink(store.LinkRow{Hash: hashOf(link.Token), Owner: owner, Made: dayOf(now), Expires: link.Expires.Unix()})
		},
	})
}

func dayOf(t time.Time) int64 { return t.UTC().Truncate(day).Unix() }

// OpenLink opens a holder's link, once, and begins a session on their page. It
// fails with [ErrSignedOut].
func (a *Acts) OpenLink(ctx context.Context, token string) (s Session, err error) {
	err = a.with.Store.Change(ctx, func(tx *store.Tx) error {
		holder, err := a.useLink(tx, token)
		if err != nil {
			return err
		}
		s, err = a.begin(tx, holder)
		return err
	})
	return s, signedOut(err)
}

// OpenLinkAt takes a holder's link that was shown at a station, once, and tells the
// station who stands there: an id, and whether a guardian consents. It fails with
// [ErrForbidden] and [ErrSignedOut].
func (a *Acts) OpenLinkAt(ctx context.Context, actor Actor, token string) (holder string, under14 bool, err error) {
	if err := actor.may(ActHolderMeet); err != nil {
		return "", false, err
	}
	err = a.with.Store.Change(ctx, func(tx *store.Tx) error {
		id, err := a.useLink(tx, token)
		if err != nil {
			return err
		}
		row, err := tx.Holder(id)
		holder, under14 = row.ID, row.Under14
		return err
	})
	return holder, under14, signedOut(err)
}

// useLink uses a holder's link up.
func (a *Acts) useLink(tx *store.Tx, token string) (holder string, err error) {
	hash := hashOf(token)
	l, err := tx.Link(hash)
	if err != nil {
		return "", err
	}
	if l.Holder == "" || l.Expires <= a.now().Unix() || subtle.ConstantTimeCompare(l.Hash, hash) != 1 {
		return "", store.ErrNotFound
	}
	return l.Holder, tx.UseLink(hash)
}

// begin begins a holder's session.
func (a *Acts) begin(tx *store.Tx, holder string) (Session, error) {
	if _, err := tx.Holder(holder); err != nil {
		return Session{}, err
	}
	now := a.now()
	s := Session{
		Token: rand.Text() + rand.Text(), Expires: now.Add(sessionTime).UTC().Truncate(time.Second),
		Actor: Actor{Role: HolderRole, Holder: holder},
	}
	return s, tx.AddHolderSession(store.HolderSessionRow{
		Hash: hashOf(s.Token), Holder: holder, Expires: s.Expires.Unix(), Idle: now.Add(idleTime).Unix(),
	})
}

// signedOut tells whoever could not be let in no more than that.
func signedOut(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return ErrSignedOut
	}
	return told(err)
}

// SessionOf returns the session of a holder's browser, and notes that it is in
// use. It fails with [ErrSignedOut].
func (a *Acts) SessionOf(ctx context.Context, token string) (Session, error) {
	hash, now := hashOf(token), a.now()
	row, err := read(ctx, a, func(tx *store.Tx) (store.HolderSessionRow, error) {
		s, err := tx.HolderSession(hash)
		if err == nil {
			_, err = tx.Holder(s.Holder)
		}
		return s, err
	})
	if err == nil && (row.Expires <= now.Unix() || row.Idle <= now.Unix() || subtle.ConstantTimeCompare(row.Hash, hash) != 1) {
		err = ErrNotFound
	}
	if err != nil {
		return Session{}, signedOutTold(err)
	}
	if idle := now.Add(idleTime).Unix(); idle-row.Idle >= int64(idleStep/time.Second) {
		err = told(a.with.Store.Change(ctx, func(tx *store.Tx) error { return tx.PutOffHolderSession(hash, idle) }))
	}
	return Session{Token: token, Expires: time.Unix(row.Expires, 0).UTC(), Actor: Actor{Role: HolderRole, Holder: row.Holder}}, err
}

func signedOutTold(err error) error {
	if errors.Is(err, ErrNotFound) {
		return ErrSignedOut
	}
	return err
}

// SignOut ends a holder's session, if there is one.
func (a *Acts) SignOut(ctx context.Context, token string) error {
	return told(a.with.Store.Change(ctx, func(tx *store.Tx) error { return tx.DropHolderSession(hashOf(token)) }))
}

// HolderPasskeys returns a holder's passkeys, for signing in: the caller shows
// nothing of them to somebody who is not signed in.
func (a *Acts) HolderPasskeys(ctx context.Context, holder string) (all []Passkey, err error) {
	rows, err := read(ctx, a, func(tx *store.Tx) ([]store.HolderPasskeyRow, error) { return tx.HolderPasskeys(holder) })
	for _, r := range rows {
		all = append(all, passkeyOf(r))
	}
	return all, err
}

func passkeyOf(r store.HolderPasskeyRow) Passkey {
	return Passkey{ID: r.ID, Label: r.Label, Made: time.Unix(r.Made, 0).UTC(), Credential: []byte(r.Credential)}
}

// AddPasskey keeps a passkey of the holder who acts; the caller has checked that it
// is theirs. It fails with [ErrForbidden], [ErrInvalid] and [ErrConflict].
func (a *Acts) AddPasskey(ctx context.Context, actor Actor, p Passkey) error {
	if err := actor.own(ActHolderKey, actor.Holder); err != nil {
		return err
	}
	label, err := checkWords("label", p.Label, 0, MaxLabel)
	switch {
	case err != nil:
		return err
	case len(p.ID) == 0 || len(p.ID) > 1023:
		return invalid("id", "has 1 to 1023 bytes")
	case len(p.Credential) == 0 || len(p.Credential) > 4096:
		return invalid("credential", "has 1 to 4096 bytes")
	}
	return told(a.with.Store.Change(ctx, func(tx *store.Tx) error {
		if _, err := tx.Holder(actor.Holder); err != nil {
			return err
		}
		all, err := tx.HolderPasskeys(actor.Holder)
		if err != nil {
			return err
		}
		if len(all) >= maxPasskeys {
			return store.ErrConflict
		}
		return tx.AddHolderPasskey(store.HolderPasskeyRow{
			ID: p.ID, Holder: actor.Holder, Label: label, Made: dayOf(a.now()), Credential: string(p.Credential),
		})
	}))
}

// RemovePasskey forgets a passkey of the holder who acts. It fails with
// [ErrForbidden] and [ErrNotFound].
func (a *Acts) RemovePasskey(ctx context.Context, actor Actor, id []byte) error {
	if err := actor.own(ActHolderKey, actor.Holder); err != nil {
		return err
	}
	err := a.with.Store.Change(ctx, func(tx *store.Tx) error { return tx.DropHolderPasskey(actor.Holder, id) })
	if errors.Is(err, store.ErrConflict) {
		return ErrNotFound
	}
	return told(err)
}

// PasskeyOwner returns the holder whose a credential is. It fails with
// [ErrSignedOut].
func (a *Acts) PasskeyOwner(ctx context.Context, id []byte) (holder string, p Passkey, err error) {
	row, err := read(ctx, a, func(tx *store.Tx) (store.HolderPasskeyRow, error) {
		row, err := tx.HolderPasskey(id)
		if err == nil {
			_, err = tx.Holder(row.Holder)
		}
		return row, err
	})
	if err != nil {
		return "", Passkey{}, signedOutTold(err)
	}
	return row.Holder, passkeyOf(row), nil
}

// SignIn begins a session of the holder whose passkey was used a moment ago, which
// the caller has checked, and keeps its counter. It fails with [ErrSignedOut].
func (a *Acts) SignIn(ctx context.Context, used Passkey) (s Session, err error) {
	if len(used.Credential) == 0 || len(used.Credential) > 4096 {
		return Session{}, invalid("credential", "has 1 to 4096 bytes")
	}
	err = a.with.Store.Change(ctx, func(tx *store.Tx) error {
		row, err := tx.HolderPasskey(used.ID)
		if err != nil {
			return err
		}
		if err := tx.UseHolderPasskey(used.ID, string(used.Credential)); err != nil {
			return err
		}
		s, err = a.begin(tx, row.Holder)
		return err
	})
	return s, signedOut(err)
}
