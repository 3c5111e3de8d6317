package doorapi

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/internal/cose"
)

// CodePrefix begins every join code.
const CodePrefix = "FLJ1:"

// CodeSecret is the length of the secret in a join code, in bytes.
const CodeSecret = 16

var (
	// ErrCode is returned for a text that is not a join code.
	ErrCode = errors.New("not a join code: it begins with FLJ1: and is copied whole")
	// ErrOtherAuthority is returned where the certificate of whoever answers does
	// not come from the authority that the code names.
	ErrOtherAuthority = errors.New("whoever answers there is not the controller that this join code is from")
)

// Code is a join code: everything that somebody who joins needs to find the
// right controller and to be let in, once.
type Code struct {
	// Address is the controller's, as host:port.
	Address string
	// Authority is the SHA-256 of the authority's certificate (DER).
	Authority [sha256.Size]byte
	// Secret is good for one joining. Its first four bytes are no secret: they
	// name the code, so that a wrong guess counts against it and no other.
	Secret [CodeSecret]byte
}

// wireCode is what stands in the text, as deterministic CBOR in base32 without
// padding, which a QR code has in its compact mode.
type wireCode struct {
	Address   string `cbor:"1,keyasint"`
	Authority []byte `cbor:"2,keyasint"`
	Secret    []byte `cbor:"3,keyasint"`
}

func codeEncoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// Text returns the code as people copy it. It fails with [ErrCode] for an
// address that [ParseCode] would refuse.
func (c Code) Text() (string, error) {
	if err := checkAddress(c.Address); err != nil {
		return "", err
	}
	data, err := cose.Marshal(wireCode{c.Address, c.Authority[:], c.Secret[:]})
	return CodePrefix + codeEncoding().EncodeToString(data), err
}

// String returns the address and no secret, so that no log has one by accident.
func (c Code) String() string { return "a join code for " + c.Address }

// maxCode is longer than any code.
const maxCode = 1024

// ParseCode reads what [Code.Text] returned. Spaces and ends of lines, which
// copying brings in, and lower-case letters are put right. It fails with
// [ErrCode], and then the code is zero.
func ParseCode(text string) (Code, error) {
	if len(text) > maxCode {
		return Code{}, ErrCode
	}
	body, ok := strings.CutPrefix(strings.ToUpper(strings.Join(strings.Fields(text), "")), CodePrefix)
	if !ok {
		return Code{}, ErrCode
	}
	data, err := codeEncoding().DecodeString(body)
	if err != nil || codeEncoding().EncodeToString(data) != body {
		return Code{}, ErrCode
	}
	var w wireCode
	if err := cose.Unmarshal(data, &w); err != nil {
		return Code{}, fmt.Errorf("%w: %v", ErrCode, err)
	}
	if len(w.Authority) != sha256.Size || len(w.Secret) != CodeSecret {
		return Code{}, ErrCode
	}
	if err := checkAddress(w.Address); err != nil {
		return Code{}, err
	}
	return Code{w.Address, [sha256.Size]byte(w.Authority), [CodeSecret]byte(w.Secret)}, nil
}

// checkAddress takes host:port with a host that is a name or an address, an
// IPv6 one in brackets, and a port that is not 0.
func checkAddress(address string) error {
	colon := strings.LastIndexByte(address, ':')
	if colon < 1 || len(address) > 255 {
		return fmt.Errorf("%w: its address is not host:port", ErrCode)
	}
	host, port := address[:colon], address[colon+1:]
	inner, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		inner, bracketed = strings.CutSuffix(inner, "]")
	}
	allowed := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '%' && bracketed || r == ':' && bracketed
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || strconv.FormatUint(n, 10) != port || inner == "" || strings.ContainsFunc(inner, func(r rune) bool { return !allowed(r) }) {
		return fmt.Errorf("%w: its address is not host:port", ErrCode)
	}
	return nil
}

// ClientTLS returns a configuration for joining: no certificate is shown, and
// the handshake fails with [ErrOtherAuthority] unless whoever answers is the
// controller that the code is from. On success authority is called with the
// certificate of the authority, which every later connection trusts alone.
func (c Code) ClientTLS(authority func(*x509.Certificate)) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: ServerName,
		InsecureSkipVerify: true, // because of the next line, which is stricter
		VerifyConnection: func(s tls.ConnectionState) error {
			found, err := c.VerifyServer(s)
			if err == nil {
				authority(found)
			}
			return err
		},
	}
}

// VerifyServer returns the certificate of the authority, once the chain that a
// controller showed leads to it, and is for [ServerName]. It fails with
// [ErrOtherAuthority].
func (c Code) VerifyServer(s tls.ConnectionState) (*x509.Certificate, error) {
	at := slices.IndexFunc(s.PeerCertificates, func(cert *x509.Certificate) bool {
		return sha256.Sum256(cert.Raw) == c.Authority
	})
	if at < 1 { // the first is that of the controller itself
		return nil, ErrOtherAuthority
	}
	authority, roots := s.PeerCertificates[at], x509.NewCertPool()
	roots.AddCert(authority)
	_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: ServerName})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOtherAuthority, err)
	}
	return authority, nil
}
