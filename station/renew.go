package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"os"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
)

func ownKey(disk durable.Disk, dir string) (*ecdsa.PrivateKey, error) {
	key, err := site.ReadKey(keyFile(dir))
	if !errors.Is(err, site.ErrNoKey) {
		return key, err
	}
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	return key, site.CreateKey(disk, keyFile(dir), key)
}

// request is a PKCS #10 request (RFC 2986). A station has host names only if it
// serves its page.
func request(key *ecdsa.PrivateKey, hosts []string) ([]byte, error) {
	r := &x509.CertificateRequest{Subject: pkix.Name{CommonName: "station"}}
	r.DNSNames, r.IPAddresses = split(hosts)
	return x509.CreateCertificateRequest(rand.Reader, r, key)
}

// Renew gets the next certificate if two thirds of the life of this one are over,
// and else does nothing. A station that was not used for 90 days joins again.
func (s *Station) Renew(ctx context.Context) error {
	own := s.client.certificate()
	if s.now().Before(own.NotBefore.Add(own.NotAfter.Sub(own.NotBefore) / 3 * 2)) {
		return nil
	}
	return s.renew(ctx, hostsOf(own))
}

// renew gets a certificate for some hosts.
func (s *Station) renew(ctx context.Context, hosts []string) error {
	key, err := site.ReadKey(keyFile(s.dir))
	if err != nil {
		return err
	}
	csr, err := request(key, hosts)
	if err != nil {
		return err
	}
	var r doorapi.JoinResponse
	if err := s.client.ask(ctx, "POST", doorapi.PathRenew, doorapi.RenewRequest{CSR: csr}, &r); err != nil {
		return err
	}
	var i identity
	data, err := os.ReadFile(identityFile(s.dir))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &i); err != nil {
		return err
	}
	i.Certificate = r.Certificate
	config, err := i.tls(key, s.now)
	if err != nil {
		return err
	}
	if err := i.write(durable.Disk{}, s.dir); err != nil {
		return err
	}
	s.client.use(config)
	return nil
}
