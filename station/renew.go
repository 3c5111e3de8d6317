package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/member"
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

// Renew gets the next certificate if two thirds of the life of this one are over,
// and else does nothing. A station that was not used for 90 days joins again.
func (s *Station) Renew(ctx context.Context) error {
	own := s.client.Certificate()
	if s.now().Before(own.NotBefore.Add(own.NotAfter.Sub(own.NotBefore) / 3 * 2)) {
		return nil
	}
	return s.renew(ctx, member.Hosts(own))
}

// renew gets a certificate for some hosts.
func (s *Station) renew(ctx context.Context, hosts []string) error {
	key, err := site.ReadKey(keyFile(s.dir))
	if err != nil {
		return err
	}
	csr, err := member.Request(key, doorapi.KindStation, hosts)
	if err != nil {
		return err
	}
	var r doorapi.JoinResponse
	if err := s.client.Ask(ctx, "POST", doorapi.PathRenew, doorapi.RenewRequest{CSR: csr}, &r); err != nil {
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
	s.client.Use(config)
	return nil
}
