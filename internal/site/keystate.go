package site

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// Keys says which keys a site works with. The zero KeyID stands for the one that the
// site was made with, as long as it was never replaced.
type Keys struct {
	// Issuing signs passes, status lists and PINs.
	Issuing pass.KeyID
	// Older are issuing keys that were replaced. What they signed is good until then.
	Older []OlderKey
	// Bundle signs bundles. Next, where it is not zero, takes over at Takeover; until
	// then doors learn it from bundles.
	Bundle, Next pass.KeyID
	Takeover     time.Time
}

// OlderKey is an issuing key that signs nothing any more.
type OlderKey struct {
	ID pass.KeyID
	// Until is when the last pass that it may have signed has expired.
	Until time.Time
}

// keysSetting is the name under which the database says which keys a site works
// with: not in a folder, so that of several controllers none goes on with a key that
// another has replaced.
const keysSetting = "keys"

// keyState is what the database says; nothing at a site whose keys were never
// replaced.
type keyState struct {
	Issuing  string     `json:"issuing,omitempty"`
	Older    []olderKey `json:"older,omitempty"`
	Bundle   string     `json:"bundle,omitempty"`
	Next     string     `json:"next,omitempty"`
	Takeover int64      `json:"takeover,omitempty"`
	// Before is the key for bundles before that of now (SubjectPublicKeyInfo): the
	// newest bundle may still be signed with it.
	Before []byte `json:"before,omitempty"`
	// Public are the public keys of those above that came by a replacement, by id
	// (SubjectPublicKeyInfo): a controller with a folder of its own, to which nobody
	// has brought their files, goes on making bundles, and revoking.
	Public map[string][]byte `json:"public,omitempty"`

	version int64
}

// publicOf is a public key that the database holds.
func (s keyState) publicOf(id string) (*ecdsa.PublicKey, error) {
	der, there := s.Public[id]
	if !there {
		return nil, fmt.Errorf("%w: the key %s came at another controller: copy it from there", ErrNoKey, id)
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%w: the public key %s", store.ErrDamaged, id)
	}
	return key, nil
}

// notePublic has the database hold a public key.
func (s *keyState) notePublic(id string, key *ecdsa.PublicKey) error {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return err
	}
	s.Public = maps.Clone(s.Public)
	if s.Public == nil {
		s.Public = make(map[string][]byte)
	}
	s.Public[id] = der
	return nil
}

type olderKey struct {
	ID    string `json:"id"`
	Until int64  `json:"until"`
}

func keyStateOf(tx *store.Tx) (s keyState, err error) {
	text, version, err := tx.Setting(keysSetting)
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &s)
	}
	s.version = version
	return s, err
}

func (s keyState) put(tx *store.Tx) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.PutSetting(keysSetting, s.version, string(text))
}

// keys is the state as others read it.
func (s keyState) keys() (k Keys, err error) {
	read := func(text string) (id pass.KeyID) {
		if text != "" {
			err = errors.Join(err, id.UnmarshalText([]byte(text)))
		}
		return id
	}
	k = Keys{Issuing: read(s.Issuing), Bundle: read(s.Bundle), Next: read(s.Next)}
	if s.Next != "" {
		k.Takeover = seconds(s.Takeover)
	}
	for _, o := range s.Older {
		k.Older = append(k.Older, OlderKey{read(o.ID), seconds(o.Until)})
	}
	return k, err
}

// keyStateNow reads the state.
func (o *Office) keyStateNow(ctx context.Context) (s keyState, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		s, err = keyStateOf(tx)
		return err
	})
	return s, err
}

// Keys returns which keys the site works with.
func (o *Office) Keys(ctx context.Context) (Keys, error) {
	s, err := o.keyStateNow(ctx)
	if err != nil {
		return Keys{}, err
	}
	k, err := s.keys()
	if err == nil && s.Issuing == "" {
		var key *ecdsa.PrivateKey
		if key, err = o.f.readIssuingKey(); err == nil {
			k.Issuing, err = pass.KeyIDOf(&key.PublicKey)
		}
	}
	if err == nil && s.Bundle == "" {
		key, missing := ReadKey(o.f.bundleKey())
		if missing == nil {
			k.Bundle, err = pass.KeyIDOf(&key.PublicKey)
		} else if !errors.Is(missing, ErrNoKey) { // else nobody has served the site yet
			err = missing
		}
	}
	return k, err
}

// comingKey is where a key lies that is to replace the one at a path: beside it, by
// its id.
func comingKey(path, id string) string { return filepath.Join(filepath.Dir(path), "coming-"+id+".pem") }

// current reads the key that the database names, at the path where the one lies that
// signs, and brings a replacement to its end that was interrupted. An empty id is
// whatever lies there. It fails with [ErrNoKey] in the folder of a controller to which
// nobody has brought the new key.
func (o *Office) current(path, id string) (*ecdsa.PrivateKey, error) {
	key, err := ReadKey(path)
	if id == "" || err == nil && hasID(key, id) {
		return key, err
	}
	if err != nil && !errors.Is(err, ErrNoKey) {
		return nil, err
	}
	coming, err := ReadKey(comingKey(path, id))
	if errors.Is(err, ErrNoKey) {
		// Somebody may have put it in its place since that was read.
		if key, err := ReadKey(path); err == nil && hasID(key, id) {
			return key, nil
		}
	}
	if errors.Is(err, ErrNoKey) || err == nil && !hasID(coming, id) {
		return nil, fmt.Errorf("%w: %s was replaced by the key %s at another controller: copy it from there", ErrNoKey, path, id)
	}
	if err != nil {
		return nil, err
	}
	// Another process of this folder may be quicker.
	if err := os.Rename(comingKey(path, id), path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return coming, nil
}

func hasID(key *ecdsa.PrivateKey, id string) bool {
	found, err := pass.KeyIDOf(&key.PublicKey)
	return err == nil && found.String() == id
}

// issuing returns the key that passes and status lists are signed with, by the state
// of the database.
func (o *Office) issuing(s keyState) (*ecdsa.PrivateKey, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.key != nil && (s.Issuing == "" || hasID(o.key, s.Issuing)) {
		return o.key, nil
	}
	key, err := o.current(o.f.issuingKey(), s.Issuing)
	if err != nil {
		return nil, err
	}
	if s.Issuing != "" { // else what is there has to be known already
		if err := o.f.showIssuer(o.disk, key); err != nil {
			return nil, err
		}
	}
	if err := o.f.mustBeIssuer(&key.PublicKey); err != nil {
		return nil, err
	}
	o.key = key
	return key, nil
}

// issuers returns the keys whose passes are good, by the state of the database, the
// one that signs among them.
func (o *Office) issuers(s keyState) (map[pass.KeyID]*ecdsa.PublicKey, error) {
	all, err := o.f.readIssuers()
	if err != nil || s.Issuing == "" {
		return all, err
	}
	k, err := s.keys()
	if err != nil {
		return nil, err
	}
	good := []pass.KeyID{k.Issuing}
	for _, older := range k.Older {
		good = append(good, older.ID)
	}
	for _, id := range good {
		if all[id] != nil {
			continue
		}
		if all[id], err = s.publicOf(id.String()); err != nil {
			return nil, err
		}
	}
	for id := range all {
		if !slices.Contains(good, id) {
			delete(all, id)
		}
	}
	return all, nil
}

// Issuers returns the keys whose passes and receipts are good, the one that signs
// first.
func (o *Office) Issuers(ctx context.Context) (all []*ecdsa.PublicKey, err error) {
	s, err := o.keyStateNow(ctx)
	if err != nil {
		return nil, err
	}
	key, err := o.issuing(s)
	if err != nil {
		return nil, err
	}
	good, err := o.issuers(s)
	all = append(all, &key.PublicKey)
	for _, older := range good {
		if !older.Equal(&key.PublicKey) {
			all = append(all, older)
		}
	}
	return all, err
}

// signers are the keys for bundles: the one that signs, and that of which doors are
// to know before it does.
type signers struct {
	key  *ecdsa.PrivateKey
	next *ecdsa.PublicKey // nil for none
	// before signed before, and signs no more; nil for none.
	before *ecdsa.PublicKey
}

// known are those with which a bundle of this site may be signed.
func (s signers) known() []*ecdsa.PublicKey {
	if s.before == nil {
		return s.public()
	}
	return append(s.public(), s.before)
}

func (s signers) public() []*ecdsa.PublicKey {
	if s.next == nil {
		return []*ecdsa.PublicKey{&s.key.PublicKey}
	}
	return []*ecdsa.PublicKey{&s.key.PublicKey, s.next}
}

func (o *Office) signers(s keyState) (k signers, err error) {
	if k.key, err = o.current(o.f.bundleKey(), s.Bundle); err != nil {
		return k, err
	}
	if len(s.Before) > 0 {
		before, err := x509.ParsePKIXPublicKey(s.Before)
		if err != nil {
			return k, fmt.Errorf("%w: %w", store.ErrDamaged, err)
		}
		k.before, _ = before.(*ecdsa.PublicKey)
	}
	if s.Next == "" {
		return k, nil
	}
	k.next, err = s.publicOf(s.Next)
	return k, err
}
