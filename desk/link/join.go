package link

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/pass"
)

// Join makes a desk of a folder, with the code that the controller gave for it.
// hosts are the names and addresses by which browsers find its pages. It fails with
// [state.ErrJoined], [doorapi.ErrOtherAuthority] if somebody else answers, a
// [*doorapi.Problem] if the controller refuses, and [ErrAnswer].
func Join(ctx context.Context, code doorapi.Code, folder *state.Folder, hosts []string) (*state.Identity, error) {
	if folder.Joined() {
		return nil, fmt.Errorf("%w: %s", state.ErrJoined, folder.Dir())
	}
	key, err := folder.Key() // before asking, so that a lost answer can be had again
	if err != nil {
		return nil, err
	}
	csr, err := member.Request(key, doorapi.KindDesk, hosts)
	if err != nil {
		return nil, err
	}
	c := member.NewClient("https://"+code.Address, code.ClientTLS(func(*x509.Certificate) {}))
	defer c.Close()
	var r doorapi.JoinResponse
	body := doorapi.JoinRequest{Secret: code.Secret[:], CSR: csr, Kind: doorapi.KindDesk}
	if err := c.Ask(ctx, http.MethodPost, doorapi.PathJoin, body, &r); err != nil {
		return nil, err
	}
	i := &state.Identity{Controller: code.Address, Key: key, Name: r.Name, Demo: r.Demo}
	if err := fill(i, r); err != nil {
		return nil, err
	}
	if sha256.Sum256(i.Authority.Raw) != code.Authority {
		return nil, doorapi.ErrOtherAuthority
	}
	if err := check(i); err != nil {
		return nil, err
	}
	return i, folder.Join(i)
}

// fill reads what a controller says about a desk.
func fill(i *state.Identity, r doorapi.JoinResponse) (err error) {
	if i.Desk, err = pass.ParseDoorID(r.ID); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if i.Site, err = pass.ParseSiteID(r.Site); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if i.Certificate, err = state.ParseCertificate(r.Certificate); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if i.Authority, err = state.ParseCertificate(r.Authority); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// check is whether the certificate is for the desk's key and comes from its
// authority, whatever time it is here.
func check(i *state.Identity) error {
	if own, ok := i.Certificate.PublicKey.(*ecdsa.PublicKey); !ok || !own.Equal(i.Key.Public()) {
		return fmt.Errorf("%w: the certificate is for another key", ErrAnswer)
	}
	roots := x509.NewCertPool()
	roots.AddCert(i.Authority)
	_, err := i.Certificate.Verify(x509.VerifyOptions{
		Roots: roots, CurrentTime: i.Certificate.NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// Hosts returns the names and addresses that the desk's certificate is for.
func (l *Link) Hosts() []string { return member.Hosts(l.Identity().Certificate) }

// Renew gets the next certificate if two thirds of the life of this one are over,
// and else does nothing.
func (l *Link) Renew(ctx context.Context) error {
	own := l.Identity().Certificate
	if l.now().Before(own.NotBefore.Add(own.NotAfter.Sub(own.NotBefore) / 3 * 2)) {
		return nil
	}
	next := *l.Identity()
	csr, err := member.Request(next.Key, doorapi.KindDesk, member.Hosts(own))
	if err != nil {
		return err
	}
	var r doorapi.JoinResponse
	if err := l.client.Ask(ctx, http.MethodPost, doorapi.PathRenew, doorapi.RenewRequest{CSR: csr}, &r); err != nil {
		return err
	}
	if next.Certificate, err = state.ParseCertificate(r.Certificate); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if err := check(&next); err != nil {
		return err
	}
	if err := l.folder.SaveIdentity(&next); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.id = &next
	l.client.Use(l.tls(&next))
	return nil
}

// ServerTLS is with what the desk serves its pages: with its own certificate, as it
// is at the time. Who looks at the pages has none.
func (l *Link) ServerTLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Time: l.now, SessionTicketsDisabled: true, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			own := l.Identity().TLS()
			return &own, nil
		},
	}
}

// again is how long a desk waits after its controller did not answer.
const again = 15 * time.Second
