package site

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

const (
	// ticketsSetting is the name under which the database has the public halves of
	// the keys for tickets. Each controller has a key of its own in its folder, and
	// desks take tickets of all.
	ticketsSetting = "tickets"
	// ticketKeyLife is how long a key for tickets is used. A year is long for one
	// that signs for a minute, and short for one that somebody has copied.
	ticketKeyLife = 366 * 24 * time.Hour
	// maxTicketKeys is how many there are at once. The oldest gives way: who still
	// has it notes it again.
	maxTicketKeys = 16
)

// ticketKeys are the public halves, the oldest first.
type ticketKeys struct {
	Keys []ticketKey `json:"keys"`

	version int64
}

type ticketKey struct {
	// Key is a SubjectPublicKeyInfo, and Until when it ends, in Unix seconds.
	Key   []byte `json:"key"`
	Until int64  `json:"until"`
}

func ticketKeysOf(tx *store.Tx) (k ticketKeys, err error) {
	text, version, err := tx.Setting(ticketsSetting)
	if errors.Is(err, store.ErrNotFound) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &k)
	}
	k.version = version
	return k, err
}

// good says whether a key is known, and not about to end.
func (k ticketKeys) good(der []byte, now time.Time) bool {
	return slices.ContainsFunc(k.Keys, func(one ticketKey) bool {
		return string(one.Key) == string(der) && now.Unix() < one.Until
	})
}

// note adds a key. Those that have ended stay known, so that none begins anew, until
// there are too many.
func (k ticketKeys) note(tx *store.Tx, der []byte, now time.Time) error {
	k.Keys = slices.DeleteFunc(slices.Clone(k.Keys), func(one ticketKey) bool { return string(one.Key) == string(der) })
	k.Keys = append(k.Keys, ticketKey{der, now.Add(ticketKeyLife).Unix()})
	if over := len(k.Keys) - maxTicketKeys; over > 0 {
		k.Keys = k.Keys[over:]
	}
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return tx.PutSetting(ticketsSetting, k.version, string(text))
}

// set is what desks are told.
func (k ticketKeys) set(now time.Time) (set jose.JSONWebKeySet, err error) {
	set.Keys = []jose.JSONWebKey{}
	for _, one := range k.Keys {
		if now.Unix() >= one.Until {
			continue
		}
		public, err := x509.ParsePKIXPublicKey(one.Key)
		if err != nil {
			return set, fmt.Errorf("%w: a key for tickets", store.ErrDamaged)
		}
		key, err := doorapi.TicketKey(public)
		if err != nil {
			return set, fmt.Errorf("%w: a key for tickets: %w", store.ErrDamaged, err)
		}
		set.Keys = append(set.Keys, key)
	}
	return set, nil
}

// Ticket makes a ticket with which an operator opens the counter of a desk, once.
// It returns its text, and the address to which a browser takes it. staff is the
// operator's pseudonym. It fails with [ErrNoMember] for what is no desk, and with
// [issue.ErrLedger] where a key had to be made and could not be recorded.
func (o *Office) Ticket(ctx context.Context, id pass.DoorID, staff, role string) (text, address string, err error) {
	m, err := o.Member(ctx, id)
	if err == nil && (m.Kind != KindDesk || !m.Present()) {
		err = ErrNoMember
	}
	if err != nil {
		return "", "", err
	}
	key, err := o.ticketSigner(ctx)
	if err != nil {
		return "", "", err
	}
	now := o.now().UTC().Truncate(time.Second)
	text, err = doorapi.SignTicket(key, doorapi.Ticket{
		Site: o.Config.ID, Desk: id, Staff: staff, Role: role, ID: rand.Text(), Issued: now, Expires: now.Add(doorapi.TicketTime),
	})
	return text, m.Origin + doorapi.PathCounter, err
}

// ticketSigner is the key for tickets in this folder, of which desks are told. It is
// made when it is first needed, and again when it has ended.
func (o *Office) ticketSigner(ctx context.Context) (crypto.Signer, error) {
	known, err := o.ticketKeysNow(ctx)
	if err != nil {
		return nil, err
	}
	key, der, err := o.readTicketKey()
	switch {
	case err == nil && known.good(der, o.now()):
		return key, nil
	case errors.Is(err, ErrNoKey):
		key, der, err = o.makeTicketKey()
	case err == nil && known.has(der):
		key, der, err = o.replaceTicketKey()
	}
	if err != nil {
		return nil, err
	}
	return key, o.noteTicketKey(ctx, der)
}

// has says whether a key is known, ended or not.
func (k ticketKeys) has(der []byte) bool {
	return slices.ContainsFunc(k.Keys, func(one ticketKey) bool { return string(one.Key) == string(der) })
}

func (o *Office) ticketKeysNow(ctx context.Context) (known ticketKeys, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		known, err = ticketKeysOf(tx)
		return err
	})
	return known, err
}

func (o *Office) readTicketKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ReadKey(o.f.ticketKey())
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return key, der, err
}

// makeTicketKey makes the key, unless another process of this folder is quicker.
func (o *Office) makeTicketKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), o.rand)
	if err != nil {
		return nil, nil, err
	}
	if err := CreateKey(o.disk, o.f.ticketKey(), key); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, nil, err
	}
	return o.readTicketKey()
}

// replaceTicketKey makes another in the place of one that has ended.
func (o *Office) replaceTicketKey() (*ecdsa.PrivateKey, []byte, error) {
	if err := o.disk.Remove(o.f.ticketKey()); err != nil {
		return nil, nil, err
	}
	return o.makeTicketKey()
}

// noteTicketKey tells desks of a key. That is recorded first.
func (o *Office) noteTicketKey(ctx context.Context, der []byte) error {
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return err
	}
	shown, err := doorapi.TicketKey(public)
	if err != nil {
		return err
	}
	return o.give(ctx, act{
		by: ControllerItself, name: "ticket-key-made",
		check: func(*store.Tx) (map[string]string, error) { return map[string]string{"key": shown.KeyID}, nil },
		effect: func(tx *store.Tx) error {
			known, err := ticketKeysOf(tx)
			if err != nil || known.good(der, o.now()) {
				return err
			}
			return known.note(tx, der, o.now())
		},
	})
}
