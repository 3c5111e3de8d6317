// Package authority is the certificate authority of one site: it says which TLS
// keys belong to the site's controller, doors and stations, and to nothing else.
//
// Its certificate has name constraints (RFC 5280 section 4.2.1.10): it can only
// vouch for addresses of private networks and for names that do not exist on the
// public internet. So a tablet that is made to trust it, because cameras need a
// secure context, cannot be lied to about any public web site by whoever gets
// hold of the key.
//
// It never signs for a key that was not shown to be there, never for a name that
// only a controller can have, and never without saying to whom the certificate
// belongs.
package authority

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
)

// Life is how long the authority's certificate is good: longer than doors hang
// on walls.
const Life = 20 * 365 * 24 * time.Hour

var (
	// ErrNone is returned at a site that has no authority yet.
	ErrNone = errors.New("the site has no authority yet")
	// ErrNames is returned where the authority was made without a name that it
	// is now asked to vouch for.
	ErrNames = errors.New("the authority of this site cannot vouch for this name: it has to be given when the authority is made")
)

// Authority signs certificates. It is safe for concurrent use.
type Authority struct {
	// Certificate is its own.
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	now         func() time.Time
}

func keyFile(dir string) string { return filepath.Join(dir, "controller", "authority", "key.pem") }
func certFile(dir string) string {
	return filepath.Join(dir, "controller", "authority", "authority.pem")
}

// Fingerprint is what join codes hold: the SHA-256 of the certificate.
func (a *Authority) Fingerprint() [sha256.Size]byte { return sha256.Sum256(a.Certificate.Raw) }

// PEM returns the certificate, for a tablet that is to trust it.
func (a *Authority) PEM() string { return encode(a.Certificate.Raw) }

func encode(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Open reads the authority of the site in a folder. It fails with [ErrNone].
func Open(dir string, now func() time.Time) (*Authority, error) {
	data, err := os.ReadFile(certFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("%w: %s", site.ErrDamaged, certFile(dir))
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %v", site.ErrDamaged, certFile(dir), err)
	}
	key, err := site.ReadKey(keyFile(dir))
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, fmt.Errorf("%w: %s is not of the key in %s", site.ErrDamaged, certFile(dir), keyFile(dir))
	}
	return &Authority{Certificate: certificate, key: key, now: now}, nil
}

// OpenOrMake is [Open], and makes the authority where there is none. hosts are
// names beside those of [Permitted] that it will vouch for, with all below them.
// It fails with [ErrNames] if it was made without one of them.
func OpenOrMake(dir string, hosts []string, now func() time.Time) (*Authority, error) {
	a, err := Open(dir, now)
	if errors.Is(err, ErrNone) {
		if err := build(dir, hosts, now); err != nil {
			return nil, err
		}
		a, err = Open(dir, now)
	}
	if err != nil {
		return nil, err
	}
	for _, host := range hosts {
		if !slices.ContainsFunc(a.Certificate.PermittedDNSDomains, func(d string) bool { return below(host, d) }) {
			return nil, fmt.Errorf("%w: %s", ErrNames, host)
		}
	}
	return a, nil
}

// below says whether a name is a domain or stands below it.
func below(name, domain string) bool {
	name, domain = strings.ToLower(name), strings.ToLower(domain)
	return name == domain || strings.HasSuffix(name, "."+domain)
}

// build makes the authority of a site. The certificate is what makes it one, and
// is written last; a key that was left alone is used.
func build(dir string, hosts []string, now func() time.Time) error {
	for _, host := range hosts {
		if !domainName(host) || !strings.Contains(host, ".") {
			return fmt.Errorf("%q is not a host name with a dot, such as doors.example.org", host)
		}
	}
	office, err := site.OpenOffice(dir, now)
	if err != nil {
		return err
	}
	defer office.Close()
	if _, err := Open(dir, now); !errors.Is(err, ErrNone) {
		return err // somebody else was faster, or it cannot be read
	}
	disk := durable.Disk{}
	if err := disk.Folder(filepath.Dir(keyFile(dir)), 0o700); err != nil {
		return err
	}
	key, err := keyOf(dir, disk)
	if err != nil {
		return err
	}
	der, err := selfSigned(key, office.Config.Name, hosts, now())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(der)
	details := map[string]string{"sha256": hex.EncodeToString(sum[:])}
	if len(hosts) > 0 {
		details["hosts"] = strings.Join(hosts, " ")
	}
	if err := office.Tell(context.Background(), "controller", "authority-made", details); err != nil {
		return err
	}
	return disk.Create(certFile(dir), []byte(encode(der)), 0o644)
}

func keyOf(dir string, disk durable.Disk) (*ecdsa.PrivateKey, error) {
	key, err := site.ReadKey(keyFile(dir))
	if !errors.Is(err, site.ErrNoKey) {
		return key, err
	}
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	return key, site.CreateKey(disk, keyFile(dir), key)
}

func selfSigned(key *ecdsa.PrivateKey, name string, hosts []string, now time.Time) ([]byte, error) {
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	domains, ranges := Permitted()
	begins := now.UTC().Add(-24 * time.Hour).Truncate(time.Second) // for clocks that are behind
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Facelatch " + short(name, 40), Organization: []string{"Facelatch"}},
		NotBefore: begins, NotAfter: begins.Add(Life),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage:                    x509.KeyUsageCertSign,
		ExtKeyUsage:                 []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: append(domains, hosts...), PermittedIPRanges: ranges,
	}
	return x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
}

// short cuts a text to some characters: a common name has at most 64.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
}
