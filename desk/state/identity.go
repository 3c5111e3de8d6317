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

	"github.com/facelatch/facelatch/pass"
)

// Identity is who a desk is, and whom it believes.
type Identity struct {
	// Desk is its id, from the controller.
	Desk pass.DoorID
	// Name is what the operator calls it.
	Name string
	// Site is whose desk it is; Demo is whether that is one for trying out.
	Site pass.SiteID
	Demo bool
	// Controller is the address, host:port, that it was joined at.
	Controller string
	// Certificate is the desk's own, and Authority that of whoever made it, which
	// is also the only one that the desk believes.
	Certificate, Authority *x509.Certificate
	// Key is the certificate's, on P-256. It is a file's today.
	Key crypto.Signer
}

// wireIdentity is desk.json. The key stands in a file of its own.
type wireIdentity struct {
	Format      int         `json:"format"`
	Desk        pass.DoorID `json:"id"`
	Name        string      `json:"name"`
	Site        pass.SiteID `json:"site"`
	Demo        bool        `json:"demo"`
	Controller  string      `json:"controller"`
	Certificate string      `json:"certificate"`
	Authority   string      `json:"authority"`
}

const (
	identityFile    = "desk.json"
	keyFile         = "key.pem"
	keyType         = "PRIVATE KEY" // PKCS #8 (RFC 7468 section 10)
	certificateType = "CERTIFICATE"
)

// TLS returns the certificate with which the desk shows who it is.
func (i *Identity) TLS() tls.Certificate {
	return tls.Certificate{
		Certificate: [][]byte{i.Certificate.Raw, i.Authority.Raw}, PrivateKey: i.Key, Leaf: i.Certificate,
	}
}

// Joined returns whether there is a desk in the folder.
func (f *Folder) Joined() bool {
	_, err := os.Lstat(f.own.Path(identityFile))
	return err == nil
}

// Key returns the key to join with, and makes it at the first call: it is saved
// before anybody is asked for a certificate, so that an answer which was lost can be
// had again. It fails with [ErrExposed] and [ErrDamaged].
func (f *Folder) Key() (crypto.Signer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, err := f.readKey(keyFile)
	if !errors.Is(err, ErrMissing) {
		return key, err
	}
	return f.makeKey(keyFile)
}

// Join keeps a new desk, whose key is that of [Folder.Key]. It fails with
// [ErrJoined].
func (f *Folder) Join(i *Identity) error {
	if f.Joined() {
		return fmt.Errorf("%w: %s", ErrJoined, f.Dir())
	}
	return f.SaveIdentity(i)
}

// SaveIdentity replaces what changes while the key stays: the certificate.
func (f *Folder) SaveIdentity(i *Identity) error {
	w := wireIdentity{
		Format: format, Desk: i.Desk, Name: i.Name, Site: i.Site, Demo: i.Demo, Controller: i.Controller,
		Certificate: string(encodePEM(certificateType, i.Certificate.Raw)),
		Authority:   string(encodePEM(certificateType, i.Authority.Raw)),
	}
	return f.own.WriteJSON(identityFile, w)
}

// Identity reads who the desk is. It fails with [ErrNotJoined], [ErrExposed] and
// [ErrDamaged].
func (f *Folder) Identity() (*Identity, error) {
	var w wireIdentity
	if err := f.own.ReadJSON(identityFile, &w); err != nil {
		if errors.Is(err, ErrMissing) {
			return nil, fmt.Errorf("%w (%s)", ErrNotJoined, f.Dir())
		}
		return nil, err
	}
	i := &Identity{Desk: w.Desk, Name: w.Name, Site: w.Site, Demo: w.Demo, Controller: w.Controller}
	if err := w.fill(i); err != nil {
		return nil, f.own.Damaged(identityFile, err)
	}
	key, err := f.readKey(keyFile)
	if err != nil {
		return nil, err
	}
	if own, ok := i.Certificate.PublicKey.(*ecdsa.PublicKey); !ok || !own.Equal(key.Public()) {
		return nil, f.own.Damaged(identityFile, errors.New("the certificate is not that of "+keyFile))
	}
	i.Key = key
	return i, nil
}

func (w wireIdentity) fill(i *Identity) (err error) {
	if w.Format != format {
		return fmt.Errorf("format %d is not known here", w.Format)
	}
	if i.Certificate, err = ParseCertificate(w.Certificate); err != nil {
		return err
	}
	i.Authority, err = ParseCertificate(w.Authority)
	return err
}

// ParseCertificate reads one certificate in PEM and nothing else.
func ParseCertificate(text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != certificateType || len(rest) > 0 {
		return nil, errors.New("not one certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

func encodePEM(kind string, data []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
}

// readKey reads a private key on P-256. It fails with [ErrMissing], [ErrExposed]
// and [ErrDamaged].
func (f *Folder) readKey(name string) (crypto.Signer, error) {
	data, err := f.own.Read(name, 1<<14)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	block, rest := pem.Decode(data)
	if block == nil || block.Type != keyType || len(rest) > 0 {
		return nil, f.own.Damaged(name, errors.New("there is no "+keyType+" in it"))
	}
	defer clear(block.Bytes)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, f.own.Damaged(name, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || ec.Curve != elliptic.P256() {
		return nil, f.own.Damaged(name, errors.New("the key is not on P-256"))
	}
	return ec, nil
}
