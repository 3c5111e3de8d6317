package party

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

const (
	maxName      = 80
	maxNames     = 16
	maxRedirects = 16
	maxAddress   = 512
	maxKeyID     = 128
)

// ErrParty is returned for what is no party. It always comes with a [*FieldError],
// or with several, joined.
var ErrParty = errors.New("not a relying party")

// FieldError says which field of a party is wrong, and why.
type FieldError struct {
	// Field is its name in JSON, such as "redirects[1]" or "name.en".
	Field string
	// Cause is a sentence without a full stop. It repeats nothing of the value.
	Cause string
}

// Error returns field and cause.
func (e *FieldError) Error() string { return e.Field + ": " + e.Cause }

// Unwrap returns [ErrParty].
func (e *FieldError) Unwrap() error { return ErrParty }

func wrong(field, cause string, values ...any) error {
	return &FieldError{field, fmt.Sprintf(cause, values...)}
}

var (
	identifier = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	language   = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
	keyID      = regexp.MustCompile(`^[!-~]*$`)
)

// Valid returns nil for a party that may be registered, else every fault that it
// has, each a [*FieldError].
func (p Party) Valid() error {
	var faults []error
	if !identifier.MatchString(p.ID) {
		faults = append(faults, wrong("id", "1 to 64 of a-z, 0-9, '-', '_' and '.', beginning with a letter or a digit"))
	}
	faults = append(faults, p.names()...)
	faults = append(faults, p.addresses()...)
	faults = append(faults, p.key())
	faults = append(faults, listed("claims", p.Claims, Claims())...)
	faults = append(faults, listed("formats", p.Formats, Formats())...)
	if p.Public() && len(p.Redirects) == 0 {
		faults = append(faults, wrong("secret_sha256", "a party that has no redirects asks with a secret"))
	}
	return errors.Join(faults...)
}

func (p Party) names() (faults []error) {
	if len(p.Name) == 0 || len(p.Name) > maxNames {
		faults = append(faults, wrong("name", "a name in 1 to %d languages", maxNames))
	}
	for _, lang := range languages(p.Name) {
		switch {
		case !language.MatchString(lang):
			faults = append(faults, wrong("name", "a language is a tag of BCP 47, such as en or zh-CN"))
		case !shown(p.Name[lang], maxName):
			faults = append(faults, wrong("name."+lang, "1 to %d characters that can be seen, with no space at either end", maxName))
		}
	}
	return faults
}

// languages are the languages that there is a name in, in order.
func languages(names map[string]string) []string { return slices.Sorted(maps.Keys(names)) }

func (p Party) addresses() (faults []error) {
	if len(p.Redirects) > maxRedirects {
		faults = append(faults, wrong("redirects", "at most %d", maxRedirects))
	}
	for i, address := range p.Redirects {
		field := fmt.Sprintf("redirects[%d]", i)
		u, cause := https(address)
		switch {
		case cause != "":
			faults = append(faults, wrong(field, "%s", cause))
		case slices.Contains(p.Redirects[:i], address):
			faults = append(faults, wrong(field, "is there twice"))
		case answers(u):
			faults = append(faults, wrong(field, "its query has a parameter that an answer has: code, state, iss or error"))
		}
	}
	if p.Webhook != "" {
		if _, cause := https(p.Webhook); cause != "" {
			faults = append(faults, wrong("webhook", "%s", cause))
		}
	}
	return faults
}

// answers says whether an address has a parameter that the answer of an OpenID
// Provider has.
func answers(u *url.URL) bool {
	query, err := url.ParseQuery(u.RawQuery)
	return err != nil || query.Has("code") || query.Has("state") || query.Has("iss") || query.Has("error")
}

// https reads an address that a browser or a desk may be sent to, and returns what
// is wrong with it. It takes one spelling of each: what is not as Go writes it
// again could be read differently by a browser.
func https(address string) (u *url.URL, cause string) {
	if len(address) > maxAddress {
		return nil, fmt.Sprintf("at most %d characters", maxAddress)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, "not an address"
	case u.Scheme != "https":
		return nil, "not https"
	case u.User != nil:
		return nil, "has a name or a password before its host"
	case u.Hostname() == "" || u.Opaque != "" || u.Port() == "0":
		return nil, "has no host"
	case u.Fragment != "" || strings.Contains(address, "#"):
		return nil, "has a fragment"
	case u.String() != address || u.Host != strings.ToLower(u.Host) || strings.ContainsAny(address, "\\*"):
		return nil, "not in its plain form: host in small letters, other characters percent-encoded, no * or \\"
	case strings.Contains(u.EscapedPath(), "/./") || strings.Contains(u.EscapedPath(), "/../") || strings.HasSuffix(u.Host, ":"):
		return nil, "not in its plain form: without /./, /../ and an empty port"
	}
	return u, ""
}

// key judges the key that results are encrypted to.
func (p Party) key() error {
	if !p.HasKey() {
		if p.Webhook != "" || len(p.Redirects) == 0 {
			return wrong("key", "a party with a webhook, or without redirects, needs one, to encrypt results that wait")
		}
		return nil
	}
	public, ok := p.Key.Key.(*ecdsa.PublicKey)
	switch {
	case !ok || public.Curve != elliptic.P256():
		return wrong("key", "not a public key on P-256")
	case p.Key.Use != "" && p.Key.Use != "enc":
		return wrong("key", "its use is not enc")
	case p.Key.Algorithm != "" && p.Key.Algorithm != string(jose.ECDH_ES) && p.Key.Algorithm != string(jose.ECDH_ES_A256KW):
		return wrong("key", "its algorithm is neither ECDH-ES nor ECDH-ES+A256KW")
	case len(p.Key.KeyID) > maxKeyID || !keyID.MatchString(p.Key.KeyID):
		return wrong("key", "its kid is more than %d characters, or has one that is not printable ASCII", maxKeyID)
	case len(p.Key.Certificates) > 0 || p.Key.CertificatesURL != nil || len(p.Key.CertificateThumbprintSHA1) > 0 || len(p.Key.CertificateThumbprintSHA256) > 0:
		return wrong("key", "certificates are not expected with it")
	case !p.Key.Valid():
		return wrong("key", "not a point on P-256")
	}
	return nil
}

// listed finds faults in a list of which each may be one of all, once.
func listed[T ~string](field string, list, all []T) (faults []error) {
	for i, one := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch {
		case !slices.Contains(all, one):
			faults = append(faults, wrong(at, "none of those that there are: %v", all))
		case slices.Contains(list[:i], one):
			faults = append(faults, wrong(at, "is there twice"))
		}
	}
	return faults
}
