package member

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"slices"
)

// Request is a request for a certificate (PKCS #10, RFC 2986) for a key, by the kind
// of member, such as "station". Host names and addresses are asked for only by who
// serves pages.
func Request(key crypto.Signer, kind string, hosts []string) ([]byte, error) {
	r := &x509.CertificateRequest{Subject: pkix.Name{CommonName: kind}}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			r.IPAddresses = append(r.IPAddresses, ip)
		} else {
			r.DNSNames = append(r.DNSNames, host)
		}
	}
	return x509.CreateCertificateRequest(rand.Reader, r, key)
}

// Hosts returns the names and addresses that a certificate is for.
func Hosts(c *x509.Certificate) []string {
	hosts := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	return hosts
}
