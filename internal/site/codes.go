package site

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

const (
	// CodeTime is for how long a join code is good.
	CodeTime = 24 * time.Hour
	// CodeTries is how many wrong tries lock one.
	CodeTries = 5
	// codeName is how many bytes of a secret name the code.
	codeName = 4
	// MaxCodes is how many codes that can still be used there are at once.
	MaxCodes = 64
)

// ErrCode is returned for a join code that is not good: unknown, wrong, used,
// too old or locked. Which of them is not told, and neither to people: make
// another.
var ErrCode = errors.New("this join code is not good (any more): make another, it can be used once and for 24 hours")

// MakeCode makes a code with which one door or station can join, and returns its
// secret, of which only a hash is kept. It fails with [ErrMember].
func (o *Office) MakeCode(ctx context.Context, by string, kind Kind, name, zone string) (secret [16]byte, err error) {
	return o.makeCode(ctx, by, Member{Kind: kind, Name: name, Zone: zone})
}

// makeCode makes a code for a member to come.
func (o *Office) makeCode(ctx context.Context, by string, m Member) (secret [16]byte, err error) {
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	made := o.now().Unix()
	err = o.give(ctx, act{
		by: by, name: "join-code-made",
		check: func(tx *store.Tx) (map[string]string, error) {
			details := map[string]string{"kind": string(m.Kind), "name": m.Name}
			m.addTo(details)
			return details, errors.Join(o.mayJoin(tx, m), o.dropOldCodes(tx))
		},
		effect: func(tx *store.Tx) error {
			return tx.PutCode(store.CodeRow{
				Name: [codeName]byte(secret[:]), Kind: string(m.Kind), Called: m.Name, Zone: m.Zone, Origin: m.Origin,
				Hash: sha256.Sum256(secret[:]), Made: made,
			})
		},
	})
	if err != nil {
		return [16]byte{}, err
	}
	return secret, nil
}

// addTo says in the ledger where a member is.
func (m Member) addTo(details map[string]string) {
	if m.Zone != "" {
		details["zone"] = m.Zone
	}
	if m.Origin != "" {
		details["origin"] = m.Origin
	}
}

// mayJoin returns [ErrMember] with what is wrong with a member to come.
func (o *Office) mayJoin(tx *store.Tx, m Member) error {
	config, _, err := configOf(tx)
	if err != nil {
		return err
	}
	switch {
	case !goodName(m.Name) || strings.TrimSpace(m.Name) != m.Name:
		return fmt.Errorf("%w: a name has 1 to %d printable characters", ErrMember, maxDoorName)
	case m.Kind == KindDoor && !slices.Contains(config.Zones, m.Zone):
		return fmt.Errorf("%w: this site has no zone %q; it has %s", ErrMember, m.Zone, strings.Join(config.Zones, ", "))
	case m.Kind != KindDoor && m.Zone != "":
		return fmt.Errorf("%w: only a door has a zone", ErrMember)
	case !slices.Contains(Kinds(), m.Kind):
		return fmt.Errorf("%w: there is no kind %q", ErrMember, m.Kind)
	}
	if err := m.checkDesk(); err != nil {
		return err
	}
	all, err := membersOf(tx)
	if err != nil {
		return err
	}
	if len(all) >= MaxMembers {
		return fmt.Errorf("%w: there are %d already", ErrMember, MaxMembers)
	}
	for _, other := range all {
		if other.Name == m.Name {
			return fmt.Errorf("%w: %s is called %q already", ErrMember, other.ID, m.Name)
		}
	}
	return nil
}

// dropOldCodes removes codes that cannot be used any more, and fails with
// [ErrMember] if there are too many that can.
func (o *Office) dropOldCodes(tx *store.Tx) error {
	if err := tx.RemoveCodes(o.now().Add(-CodeTime).Unix()); err != nil {
		return err
	}
	left, err := tx.Codes()
	if err == nil && len(left) >= MaxCodes {
		err = fmt.Errorf("%w: %d join codes were made in the last 24 hours, and no more are", ErrMember, len(left))
	}
	return err
}

// joining is somebody who has a code, and what became of that.
type joining struct {
	member Member
	code   store.CodeRow
	keys   [sha256.Size]byte
	// refused says that the code is not good, which may have been counted.
	refused bool
	// again says that the answer got lost, or the power went, the last time.
	again bool
}

// Join lets in who has a code. m says the kind, keys and host names of whoever
// asks, and gets the rest from the code. Asking again with the same keys gives
// the same answer. It fails with [ErrCode] and [ErrHost].
func (o *Office) Join(ctx context.Context, secret []byte, m Member) (Member, error) {
	if err := checkRelayKey(m.Kind, m.RelayKey); err != nil {
		return Member{}, err
	}
	j := joining{keys: sha256.Sum256(fmt.Appendf(nil, "%d %s%s", len(m.TLSKey), m.TLSKey, m.RelayKey))}
	err := o.change(ctx, func(tx *store.Tx) error {
		j.member, j.refused, j.again = m, false, false
		return o.useCode(tx, secret, &j)
	})
	switch {
	case err != nil:
		return Member{}, err
	case j.refused:
		return Member{}, ErrCode
	case j.again:
		return o.SetHosts(ctx, j.member.ID, m.Hosts)
	}
	return j.member, o.admit(ctx, &j)
}

// useCode finds who a code is for. A wrong try counts against the code that it
// names, and is counted durably before it is answered.
func (o *Office) useCode(tx *store.Tx, secret []byte, j *joining) error {
	j.refused = true
	if len(secret) != 16 {
		return nil
	}
	c, err := tx.Code([codeName]byte(secret))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	age := o.now().Sub(seconds(c.Made))
	if c.Wrong >= CodeTries || age < 0 || age >= CodeTime {
		return nil
	}
	hash := sha256.Sum256(secret)
	if subtle.ConstantTimeCompare(hash[:], c.Hash[:]) != 1 {
		c.Wrong++
		return tx.PutCode(c)
	}
	if string(j.member.Kind) != c.Kind {
		return nil
	}
	j.code = c
	return o.place(tx, j)
}

// place gives whoever has a good code an id, or finds the one that it got.
func (o *Office) place(tx *store.Tx, j *joining) error {
	m := &j.member
	m.Kind, m.Name, m.Zone, m.State, m.Joined = Kind(j.code.Kind), j.code.Called, j.code.Zone, Joined, o.now().UTC().Truncate(time.Second)
	m.Origin = j.code.Origin
	if j.code.Member == nil {
		id, err := pass.NewDoorID(rand.Reader)
		if err != nil {
			return err
		}
		j.code.Member, j.code.Keys = id[:], j.keys[:]
		m.ID, j.refused = id, false
		return errors.Join(o.mayJoin(tx, *m), freeHosts(tx, m.Hosts, pass.DoorID{}), tx.PutCode(j.code))
	}
	if !bytes.Equal(j.code.Keys, j.keys[:]) {
		return nil
	}
	m.ID = pass.DoorID(j.code.Member)
	old, err := memberOf(tx, m.ID)
	switch {
	case errors.Is(err, ErrNoMember): // the power went in between
		j.refused = false
	case err != nil:
		return err
	case old.Present():
		j.refused, j.again = false, true
	}
	return nil
}

// admit makes a member of who used a code.
func (o *Office) admit(ctx context.Context, j *joining) error {
	m := j.member
	return o.give(ctx, act{
		by: ControllerItself, name: string(m.Kind) + "-joined",
		check: func(tx *store.Tx) (map[string]string, error) {
			details := map[string]string{string(m.Kind): m.ID.String(), "name": m.Name, "fingerprint": m.Fingerprint()}
			m.addTo(details)
			return details, nil
		},
		effect: func(tx *store.Tx) error {
			_, err := memberOf(tx, m.ID)
			if err == nil {
				return nil // it asked twice at once
			}
			if !errors.Is(err, ErrNoMember) {
				return err
			}
			if err := errors.Join(o.mayJoin(tx, m), freeHosts(tx, m.Hosts, m.ID)); err != nil {
				return err
			}
			return putMember(tx, m)
		},
	})
}

// checkRelayKey returns [ErrMember] for what is no key of its kind.
func checkRelayKey(kind Kind, key []byte) error {
	if kind == KindDoor && len(key) != bundle.RelayKeySize || kind != KindDoor && len(key) != 0 {
		return fmt.Errorf("%w: a relay key of %d bytes", ErrMember, len(key))
	}
	return nil
}
