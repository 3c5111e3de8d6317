package state

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// Identity is who a door is, and whom it believes.
type Identity struct {
	// Door is its id.
	Door pass.DoorID
	// Name is what the operator calls it, and Zone the set of doors that it is
	// one of.
	Name, Zone string
	// Site is whose door it is; Demo is whether that is one for trying out.
	Site pass.SiteID
	Demo bool
	// Controller is the address, host:port, that it was joined at.
	Controller string
	// Signers are the keys that may sign the next bundle.
	Signers []*ecdsa.PublicKey
	// Certificate is the door's own, and Authority that of whoever made it,
	// which is also the only one that the door believes.
	Certificate, Authority *x509.Certificate
	// Key is the certificate's. It is a file's today; whatever signs will do.
	Key crypto.Signer
	// Relay is the key that stations seal secrets to.
	Relay bundle.DoorKey
}

// wireIdentity is door.json. The keys stand in files of their own.
type wireIdentity struct {
	Format      int         `json:"format"`
	Door        pass.DoorID `json:"id"`
	Name        string      `json:"name"`
	Zone        string      `json:"zone"`
	Site        pass.SiteID `json:"site"`
	Demo        bool        `json:"demo"`
	Controller  string      `json:"controller"`
	Signers     [][]byte    `json:"signers"`
	Certificate string      `json:"certificate"`
	Authority   string      `json:"authority"`
}

const (
	format       = 1
	identityFile = "door.json"
)

// TLS returns the certificate with which the door shows who it is, to its
// controller and to its tablet.
func (i *Identity) TLS() tls.Certificate {
	return tls.Certificate{
		Certificate: [][]byte{i.Certificate.Raw, i.Authority.Raw}, PrivateKey: i.Key, Leaf: i.Certificate,
	}
}

// Fingerprint returns what a person compares before a station gives the door
// its secrets.
func (i *Identity) Fingerprint() (string, error) {
	spki, err := x509.MarshalPKIXPublicKey(i.Key.Public())
	if err != nil {
		return "", err
	}
	return bundle.Fingerprint(spki, i.Relay.Public()), nil
}

// Joined returns whether there is a door in the folder.
func (f *Folder) Joined() bool {
	_, err := os.Lstat(f.own.Path(identityFile))
	return err == nil
}

// Join keeps a new door. The file that makes it one is written last; what an
// interrupted Join left is overwritten by the next. It fails with [ErrJoined].
func (f *Folder) Join(i *Identity) error {
	if f.Joined() {
		return fmt.Errorf("%w: %s", ErrJoined, f.Dir())
	}
	if err := f.writeKeys(i); err != nil {
		return err
	}
	return f.SaveIdentity(i)
}

// SaveIdentity replaces what changes while the keys stay: the certificate, and
// who may sign.
func (f *Folder) SaveIdentity(i *Identity) error {
	w := wireIdentity{
		Format: format, Door: i.Door, Name: i.Name, Zone: i.Zone, Site: i.Site, Demo: i.Demo, Controller: i.Controller,
		Certificate: string(encodePEM("CERTIFICATE", i.Certificate.Raw)),
		Authority:   string(encodePEM("CERTIFICATE", i.Authority.Raw)),
	}
	for _, key := range i.Signers {
		spki, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			return err
		}
		w.Signers = append(w.Signers, spki)
	}
	return f.own.WriteJSON(identityFile, w)
}

// Identity reads who the door is. It fails with [ErrNotJoined], [ErrExposed]
// and [ErrDamaged].
func (f *Folder) Identity() (*Identity, error) {
	var w wireIdentity
	if err := f.own.ReadJSON(identityFile, &w); err != nil {
		if errors.Is(err, ErrMissing) {
			return nil, fmt.Errorf("%w (%s)", ErrNotJoined, f.Dir())
		}
		return nil, err
	}
	i := &Identity{Door: w.Door, Name: w.Name, Zone: w.Zone, Site: w.Site, Demo: w.Demo, Controller: w.Controller}
	if err := w.fill(i); err != nil {
		return nil, f.own.Damaged(identityFile, err)
	}
	if err := f.readKeys(i); err != nil {
		return nil, err
	}
	if key, ok := i.Certificate.PublicKey.(*ecdsa.PublicKey); !ok || !key.Equal(i.Key.Public()) {
		return nil, f.own.Damaged(identityFile, errors.New("the certificate is not that of key.pem"))
	}
	return i, nil
}

func (w wireIdentity) fill(i *Identity) (err error) {
	if w.Format != format {
		return fmt.Errorf("format %d is not known here", w.Format)
	}
	if i.Signers, err = ParseKeys(w.Signers); err != nil {
		return err
	}
	if i.Certificate, err = ParseCertificate(w.Certificate); err != nil {
		return err
	}
	i.Authority, err = ParseCertificate(w.Authority)
	return err
}

// ParseKeys reads public keys on P-256, as SubjectPublicKeyInfo; there is at
// least one.
func ParseKeys(list [][]byte) (keys []*ecdsa.PublicKey, err error) {
	for _, spki := range list {
		key, err := x509.ParsePKIXPublicKey(spki)
		if err != nil {
			return nil, err
		}
		ec, ok := key.(*ecdsa.PublicKey)
		if !ok || ec.Curve != elliptic.P256() {
			return nil, errors.New("a key is not on P-256")
		}
		keys = append(keys, ec)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no key that may sign a bundle")
	}
	return keys, nil
}

// ParseCertificate reads one certificate in PEM and nothing else.
func ParseCertificate(text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		return nil, errors.New("not one certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

func encodePEM(kind string, data []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
}
