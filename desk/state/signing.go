package state

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// Published is a key as relying parties know it, for a JWK set (RFC 7517).
type Published struct {
	// ID is the key's SHA-256 thumbprint (RFC 7638), without padding.
	ID string
	// Key is on P-256, for ES256.
	Key *ecdsa.PublicKey
	// Made is when it began to sign, Until when the last result that it signed has
	// expired; Until is zero for the one that signs.
	Made, Until time.Time
}

// Signing are the keys that results are signed with. It never changes: after
// [Folder.Rotate] there is another one.
type Signing struct {
	// Signer signs with the newest key, of which All[0] is the public half.
	Signer crypto.Signer
	// All are the keys to publish, the newest first.
	All []Published
}

// signingFile says which keys there are.
const signingFile = "signing.json"

// wireKey is one key in signing.json, the first of which signs.
type wireKey struct {
	Key   []byte    `json:"key"` // SubjectPublicKeyInfo
	Made  time.Time `json:"made"`
	Until time.Time `json:"until,omitzero"`
}

type wireSigning struct {
	Format int       `json:"format"`
	Keys   []wireKey `json:"keys"`
}

// Thumbprint is the SHA-256 thumbprint (RFC 7638) of a key on P-256.
func Thumbprint(key *ecdsa.PublicKey) (string, error) {
	if key.Curve != elliptic.P256() {
		return "", errors.New("the key is not on P-256")
	}
	point, err := key.Bytes() // 4, x, y (SEC 1 section 2.3.3)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, encode(point[1:33]), encode(point[33:])))
	return encode(sum[:]), nil
}

// Signing reads the keys, without those that are not published any more at a time,
// and makes the first key where there is none. It fails with [ErrExposed] and
// [ErrDamaged].
func (f *Folder) Signing(now time.Time) (*Signing, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.signing(now)
	if errors.Is(err, ErrMissing) {
		return f.replace(nil, now, time.Time{})
	}
	if err != nil {
		return nil, err
	}
	return s, f.clearSigning(s.All[0].ID)
}

// Rotate makes another key the one that signs. The private half of the one before is
// removed; its public half stays published until a time, at which the last result
// that it signed has expired. After an error the one before signs on, until the next
// start at the latest. What an interrupted Rotate left is cleared by [Folder.Signing].
func (f *Folder) Rotate(now, until time.Time) (*Signing, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, err := f.signing(now)
	if err != nil {
		return nil, err
	}
	return f.replace(s.All, now, until)
}

// signing reads what is there.
func (f *Folder) signing(now time.Time) (*Signing, error) {
	var w wireSigning
	if err := f.own.ReadJSON(signingFile, &w); err != nil {
		return nil, err
	}
	if w.Format != format || len(w.Keys) == 0 || !w.Keys[0].Until.IsZero() {
		return nil, f.own.Damaged(signingFile, errors.New("there is no key that signs, or its format is not known here"))
	}
	s := new(Signing)
	for i, k := range w.Keys {
		p, err := k.published()
		if err != nil {
			return nil, f.own.Damaged(signingFile, err)
		}
		if i == 0 || now.Before(p.Until) {
			s.All = append(s.All, p)
		}
	}
	var err error
	if s.Signer, err = f.readKey(keyFileOf(s.All[0].ID)); err != nil {
		if errors.Is(err, ErrMissing) {
			err = f.own.Damaged(signingFile, err) // it names a key, so there was one
		}
		return nil, err
	}
	if !s.All[0].Key.Equal(s.Signer.Public()) {
		return nil, f.own.Damaged(signingFile, errors.New("the key is not the one that it is named by"))
	}
	return s, nil
}

func (k wireKey) published() (Published, error) {
	parsed, err := x509.ParsePKIXPublicKey(k.Key)
	if err != nil {
		return Published{}, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok {
		return Published{}, errors.New("a key is not on P-256")
	}
	id, err := Thumbprint(key)
	return Published{ID: id, Key: key, Made: k.Made, Until: k.Until}, err
}

// replace makes a key that signs from now on. signing.json is the change: before it
// is written the new key is unknown, and after it the old one is not needed.
func (f *Folder) replace(before []Published, now, until time.Time) (*Signing, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	id, err := Thumbprint(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	s := &Signing{Signer: key, All: []Published{{ID: id, Key: &key.PublicKey, Made: now.UTC().Truncate(time.Second)}}}
	for i, p := range before {
		if i == 0 {
			p.Until = until.UTC().Truncate(time.Second)
		}
		s.All = append(s.All, p)
	}
	if err := f.writeKey(keyFileOf(id), key); err != nil {
		return nil, err
	}
	if err := f.writeSigning(s.All); err != nil {
		return nil, err
	}
	return s, f.clearSigning(id)
}

func (f *Folder) writeSigning(all []Published) error {
	w := wireSigning{Format: format}
	for _, p := range all {
		spki, err := x509.MarshalPKIXPublicKey(p.Key)
		if err != nil {
			return err
		}
		w.Keys = append(w.Keys, wireKey{Key: spki, Made: p.Made, Until: p.Until})
	}
	return f.own.WriteJSON(signingFile, w)
}

// clearSigning removes private keys that sign nothing.
func (f *Folder) clearSigning(id string) error {
	files, err := filepath.Glob(f.own.Path(signingFolder, "*.pem"))
	for _, file := range files {
		if strings.TrimSuffix(filepath.Base(file), ".pem") != id {
			err = errors.Join(err, f.own.Remove(filepath.Join(signingFolder, filepath.Base(file))))
		}
	}
	return err
}

func keyFileOf(id string) string { return filepath.Join(signingFolder, id+".pem") }

// makeKey makes a key on P-256 in a file.
func (f *Folder) makeKey(name string) (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return key, f.writeKey(name, key)
}

// writeKey clears what it makes of the key.
func (f *Folder) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	defer clear(der)
	text := encodePEM(keyType, der)
	defer clear(text)
	return f.own.Write(name, text)
}
