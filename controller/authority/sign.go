package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

const (
	// DoorLife is how long the certificate of a door or station is good. It is
	// renewed when two thirds of it are over; one that could not be has to join
	// again.
	DoorLife = 90 * 24 * time.Hour
	// serverLife is that of a controller's, which makes itself another in time.
	serverLife = 30 * 24 * time.Hour
	// backdate is for clocks that are behind.
	backdate = time.Hour
)

// Issue returns the certificate (PEM) of a door or station, for client and
// server authentication. The id stands in its subject. It fails with [ErrName]
// for names that the authority cannot vouch for.
func (a *Authority) Issue(r *Request, id pass.DoorID, kind string) (string, error) {
	der, err := a.sign(&x509.Certificate{
		Subject:  pkix.Name{CommonName: id.String(), OrganizationalUnit: []string{kind}, Organization: []string{"Facelatch"}},
		DNSNames: r.names, IPAddresses: r.ips,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}, r.public, DoorLife)
	if err != nil {
		return "", err
	}
	return encode(der), nil
}

// Check returns [ErrName] unless the authority can vouch for what is asked.
func (a *Authority) Check(r *Request) error {
	_, err := a.Issue(r, pass.DoorID{}, doorapi.KindDoor)
	return err
}

// Server returns a new key with a certificate for [doorapi.ServerName], and how
// long it is to be used.
func (a *Authority) Server() (*tls.Certificate, time.Time, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, time.Time{}, err
	}
	der, err := a.sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "controller", Organization: []string{"Facelatch"}},
		DNSNames:    []string{doorapi.ServerName},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, &key.PublicKey, serverLife)
	if err != nil {
		return nil, time.Time{}, err
	}
	// The authority goes along, for who has only its fingerprint.
	chain := [][]byte{der, a.Certificate.Raw}
	return &tls.Certificate{Certificate: chain, PrivateKey: key}, a.now().Add(serverLife / 3 * 2), nil
}

// sign completes a certificate and signs it, and then judges it as whoever meets
// it will.
func (a *Authority) sign(c *x509.Certificate, key *ecdsa.PublicKey, life time.Duration) ([]byte, error) {
	var err error
	if c.SerialNumber, err = newSerial(); err != nil {
		return nil, err
	}
	now := a.now().UTC().Truncate(time.Second)
	c.NotBefore, c.NotAfter = now.Add(-backdate), now.Add(life)
	if c.NotAfter.After(a.Certificate.NotAfter) {
		c.NotAfter = a.Certificate.NotAfter
	}
	c.KeyUsage, c.BasicConstraintsValid = x509.KeyUsageDigitalSignature, true
	der, err := x509.CreateCertificate(rand.Reader, c, a.Certificate, key, a.key)
	if err != nil {
		return nil, err
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate)
	_, err = made.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrName, err)
	}
	return der, nil
}

// Pool returns a pool with the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate)
	return pool
}
