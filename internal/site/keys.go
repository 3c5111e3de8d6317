package site

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/facelatch/facelatch/pass"
)

const (
	privateType = "PRIVATE KEY" // PKCS #8 (RFC 7468 section 10)
	publicType  = "PUBLIC KEY"  // SubjectPublicKeyInfo (section 13)
	sealingType = "FACELATCH SEALING KEY"
)

const maxKeyFile = 1 << 14

// makeIssuingKey makes the key that passes are signed with, and the file from
// which doors learn it.
func (f folder) makeIssuingKey(disk Disk, rand io.Reader) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand)
	if err != nil {
		return nil, err
	}
	if err := CreateKey(disk, f.issuingKey(), key); err != nil {
		return nil, err
	}
	return key, f.showIssuer(disk, key)
}

// showIssuer writes the file from which doors learn a key, unless it is there.
func (f folder) showIssuer(disk Disk, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	id, err := pass.KeyIDOf(&key.PublicKey)
	if err != nil {
		return err
	}
	path := filepath.Join(f.issuers(), id.String()+".pem")
	err = disk.Create(path, pem.EncodeToMemory(&pem.Block{Type: publicType, Bytes: der}), public)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// readIssuingKey reads the key that passes are signed with.
func (f folder) readIssuingKey() (*ecdsa.PrivateKey, error) { return ReadKey(f.issuingKey()) }

// CreateKey writes a signing key to a new file for its owner only.
func CreateKey(disk Disk, path string, key *ecdsa.PrivateKey) error {
	return createPrivate(disk, path, key)
}

func createPrivate(disk Disk, path string, key any) error {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	defer clear(private)
	return disk.Create(path, pem.EncodeToMemory(&pem.Block{Type: privateType, Bytes: private}), secret)
}

// ReadKey reads a signing key on P-256 from a file that only its owner can read.
// It fails with [ErrNoKey], [ErrExposed] and [ErrDamaged].
func ReadKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || ec.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%w: %s: the key is not on P-256", ErrDamaged, path)
	}
	return ec, nil
}

func readPrivate(path string) (any, error) {
	block, err := readSecret(path, privateType)
	if err != nil {
		return nil, err
	}
	defer clear(block.Bytes)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrDamaged, path, err)
	}
	return key, nil
}

// makeLedgerKey makes the key that the ledger's checkpoints are signed with.
func (f folder) makeLedgerKey(disk Disk) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	return createPrivate(disk, f.ledgerKey(), key)
}

// readLedgerKey reads it. It fails with [ErrNoKey], [ErrExposed] and [ErrDamaged].
func (f folder) readLedgerKey() (ed25519.PrivateKey, error) {
	key, err := readPrivate(f.ledgerKey())
	if err != nil {
		return nil, err
	}
	ed, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: %s: not an Ed25519 key", ErrDamaged, f.ledgerKey())
	}
	return ed, nil
}

// readIssuers reads the public keys of all whose passes are accepted here.
func (f folder) readIssuers() (map[pass.KeyID]*ecdsa.PublicKey, error) {
	ids, err := keyIDs(f.issuers())
	if err != nil {
		return nil, err
	}
	keys := make(map[pass.KeyID]*ecdsa.PublicKey, len(ids))
	for _, id := range ids {
		path := filepath.Join(f.issuers(), id.String()+".pem")
		key, err := readPublic(path)
		if err != nil {
			return nil, err
		}
		if found, err := pass.KeyIDOf(key); err != nil || found != id {
			return nil, fmt.Errorf("%w: %s is not named by its key", ErrDamaged, path)
		}
		keys[id] = key
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: there is no issuer in %s", ErrNoKey, f.issuers())
	}
	return keys, nil
}

// keyIDs lists the keys of a folder, whose files are named by their ids.
func keyIDs(dir string) ([]pass.KeyID, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []pass.KeyID
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".pem")
		if !ok {
			continue
		}
		var id pass.KeyID
		if err := id.UnmarshalText([]byte(name)); err != nil {
			return nil, fmt.Errorf("%w: %s is not named by a key", ErrDamaged, filepath.Join(dir, e.Name()))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func readPublic(path string) (*ecdsa.PublicKey, error) {
	data, err := read(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != publicType {
		return nil, fmt.Errorf("%w: %s is not a public key in PEM", ErrDamaged, path)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", ErrDamaged, path, err)
	}
	ec, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: %s is not a key for ES256", ErrDamaged, path)
	}
	return ec, nil
}

// readSecret reads a PEM file that only its owner may read. The mode is that of
// the file that was opened, so that it cannot be exchanged in between.
func readSecret(path, kind string) (*pem.Block, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoKey, path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: chmod 600 %s, and consider it stolen if others had access", ErrExposed, path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, err
	}
	defer clear(data)
	block, _ := pem.Decode(data)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%w: %s holds no %s", ErrDamaged, path, kind)
	}
	return block, nil
}

// mustBeIssuer returns [ErrDamaged] unless doors trust the key: what any other
// key signs, they refuse, passes and status lists alike.
func (f folder) mustBeIssuer(key *ecdsa.PublicKey) error {
	issuers, err := f.readIssuers()
	if err != nil {
		return err
	}
	id, err := pass.KeyIDOf(key)
	if err != nil {
		return err
	}
	if trusted := issuers[id]; trusted == nil || !trusted.Equal(key) {
		return fmt.Errorf("%w: %s is not one of the keys in %s: put the site's own key back", ErrDamaged, f.issuingKey(), f.issuers())
	}
	return nil
}
