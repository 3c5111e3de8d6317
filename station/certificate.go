package station

import (
	"context"
	"crypto/tls"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/internal/member"
)

// Hosts returns the names and addresses that the station's certificate is for.
func (s *Station) Hosts() []string { return member.Hosts(s.client.Certificate()) }

// AddHosts sees to it that the certificate is for some host names and addresses,
// beside those that it is for already: a browser believes no other. The
// controller vouches for private ones only, and what it refuses is a
// [*doorapi.Problem].
func (s *Station) AddHosts(ctx context.Context, hosts []string) error {
	all := s.Hosts()
	for _, host := range hosts {
		if host = strings.ToLower(host); !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	if len(all) == len(s.Hosts()) {
		return nil
	}
	return s.renew(ctx, all)
}

// ServerTLS is with what the station serves its page: with its own certificate,
// as it is at the time. Who looks at the page has none.
func (s *Station) ServerTLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Time: s.now, SessionTicketsDisabled: true,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.client.Shown(), nil },
	}
}
