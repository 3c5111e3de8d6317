package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
)

// Browser returns a new key with a certificate under which browsers reach the
// controller by a host name or an address, and how long it is to be used. It fails
// with [ErrName] for one that the authority cannot vouch for.
func (a *Authority) Browser(host string) (*tls.Certificate, time.Time, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, time.Time{}, err
	}
	c := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "controller", Organization: []string{"Facelatch"}},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	switch ip := net.ParseIP(host); {
	case ip != nil:
		c.IPAddresses = []net.IP{ip}
	case domainName(host) && !below(host, doorapi.Reserved):
		c.DNSNames = []string{host}
	default:
		return nil, time.Time{}, fmt.Errorf("%w: %q", ErrName, host)
	}
	der, err := a.sign(c, &key.PublicKey, serverLife)
	if err != nil {
		return nil, time.Time{}, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.Certificate.Raw}, PrivateKey: key}, a.now().Add(serverLife / 3 * 2), nil
}
