package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/internal/doorapi"
)

// ErrRequest is returned for a request that no certificate follows from.
var ErrRequest = errors.New("not a certificate request that can be granted")

// ErrName is returned for a name that the authority cannot or may not vouch for.
var ErrName = errors.New("no certificate is given for this name")

// maxHosts is how many names and addresses a door has, at most.
const maxHosts = 16

// Permitted returns what the authority can vouch for: domains with all below
// them, and addresses. None of it means anything on the public internet (RFC
// 1918, 3927, 4193, 4291, 6598, 6761, 6762, 8375).
func Permitted() (domains []string, addresses []*net.IPNet) {
	for _, text := range []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10",
		"::1/128", "fc00::/7", "fe80::/10",
	} {
		p := netip.MustParsePrefix(text)
		addresses = append(addresses, &net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		})
	}
	return []string{"localhost", "local", "lan", "home.arpa", "internal"}, addresses
}

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// domainName says whether a text is a host name (RFC 1123), in whatever case.
func domainName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	return !slices.ContainsFunc(strings.Split(strings.ToLower(s), "."), func(l string) bool { return !label.MatchString(l) })
}

// Request is a certificate request that was checked.
type Request struct {
	// Key is the SubjectPublicKeyInfo of whoever asks.
	Key []byte
	// Hosts are names in lower case, and addresses.
	Hosts []string

	public *ecdsa.PublicKey
	names  []string
	ips    []net.IP
}

// ParseRequest checks a PKCS #10 request: its signature, that its key is on
// P-256, and its names. It fails with [ErrRequest] and [ErrName].
func ParseRequest(der []byte) (*Request, error) {
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRequest, err)
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRequest, err)
	}
	public, ok := csr.PublicKey.(*ecdsa.PublicKey)
	switch {
	case !ok || public.Curve != elliptic.P256():
		return nil, fmt.Errorf("%w: the key is not on P-256", ErrRequest)
	case len(csr.EmailAddresses)+len(csr.URIs) > 0:
		return nil, fmt.Errorf("%w: it has names that are no hosts", ErrRequest)
	case len(csr.DNSNames)+len(csr.IPAddresses) > maxHosts:
		return nil, fmt.Errorf("%w: more than %d names", ErrRequest, maxHosts)
	}
	r := &Request{Key: csr.RawSubjectPublicKeyInfo, public: public, ips: csr.IPAddresses}
	for _, name := range csr.DNSNames {
		if !domainName(name) || below(name, doorapi.Reserved) {
			return nil, fmt.Errorf("%w: %q", ErrName, name)
		}
		r.names = append(r.names, strings.ToLower(name))
	}
	r.Hosts = slices.Clone(r.names)
	for _, ip := range r.ips {
		r.Hosts = append(r.Hosts, ip.String())
	}
	return r, nil
}
