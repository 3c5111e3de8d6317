package link

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/pass"
)

// ErrCertificate is returned for a certificate that is not what was asked for.
var ErrCertificate = errors.New("the controller made a certificate that this door cannot use")

// Join makes the keys of a door and has it join the site that the code is from.
// hosts are the names and addresses of its kiosk. Nothing is written. Errors are
// [doorapi.ErrOtherAuthority] if somebody else answers, a [*doorapi.Problem] if
// the controller refuses, and [ErrCertificate].
func Join(ctx context.Context, code doorapi.Code, hosts []string) (*state.Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	relay, err := bundle.NewDoorKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := member.Request(key, doorapi.KindDoor, hosts)
	if err != nil {
		return nil, err
	}
	c := newClient(code.Address, code.ClientTLS(func(*x509.Certificate) {}))
	defer c.Close()
	var r doorapi.JoinResponse
	err = c.ask(ctx, http.MethodPost, doorapi.PathJoin, doorapi.JoinRequest{
		Secret: code.Secret[:], CSR: csr, RelayKey: relay.Public(), Kind: doorapi.KindDoor,
	}, &r)
	if err != nil {
		return nil, err
	}
	i := &state.Identity{Controller: code.Address, Key: key, Relay: relay}
	if err := fill(i, r); err != nil {
		return nil, err
	}
	if sha256.Sum256(i.Authority.Raw) != code.Authority {
		return nil, doorapi.ErrOtherAuthority
	}
	return i, check(i)
}

// fill reads what a controller says about a door.
func fill(i *state.Identity, r doorapi.JoinResponse) (err error) {
	if i.Door, err = pass.ParseDoorID(r.ID); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if i.Site, err = pass.ParseSiteID(r.Site); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if err := pass.CheckZone(r.Zone); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if i.Signers, err = state.ParseKeys(r.Signers); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	i.Name, i.Zone, i.Demo = r.Name, r.Zone, r.Demo
	if i.Certificate, err = state.ParseCertificate(r.Certificate); err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	if i.Authority, err = state.ParseCertificate(r.Authority); err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return nil
}

// check is whether the certificate is for the door's key and comes from its
// authority, whatever time it is here.
func check(i *state.Identity) error {
	if key, ok := i.Certificate.PublicKey.(*ecdsa.PublicKey); !ok || !key.Equal(i.Key.Public()) {
		return fmt.Errorf("%w: it is for another key", ErrCertificate)
	}
	roots := x509.NewCertPool()
	roots.AddCert(i.Authority)
	_, err := i.Certificate.Verify(x509.VerifyOptions{
		Roots: roots, CurrentTime: i.Certificate.NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return nil
}

// RenewAt returns when a certificate is to be renewed: two thirds of its life.
func RenewAt(c *x509.Certificate) time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 3 * 2)
}

// Renew returns the door with its next certificate: for the same key, which is
// what people compared, and from the same authority.
func (c *Client) Renew(ctx context.Context, i *state.Identity, hosts []string) (*state.Identity, error) {
	csr, err := member.Request(i.Key, doorapi.KindDoor, hosts)
	if err != nil {
		return nil, err
	}
	var r doorapi.JoinResponse
	if err := c.ask(ctx, http.MethodPost, doorapi.PathRenew, doorapi.RenewRequest{CSR: csr}, &r); err != nil {
		return nil, err
	}
	next := *i
	if next.Certificate, err = state.ParseCertificate(r.Certificate); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	if err := check(&next); err != nil {
		return nil, err
	}
	if !next.Certificate.NotAfter.After(i.Certificate.NotAfter) {
		return nil, fmt.Errorf("%w: it ends no later than the one before", ErrCertificate)
	}
	return &next, nil
}
