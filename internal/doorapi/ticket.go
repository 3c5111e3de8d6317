package doorapi

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"

	"github.com/facelatch/facelatch/pass"
)

const (
	// TicketType is the header "typ" of a ticket (RFC 8725, section 3.11), so that
	// no other token of the site can be taken for one.
	TicketType = "desk-ticket+jwt"
	// TicketTime is for how long a ticket is good.
	TicketTime = 60 * time.Second
	// TicketSkew is by how much the clocks of controller and desk may differ.
	TicketSkew = 30 * time.Second
	// maxTicket is the longest ticket that is read, in bytes.
	maxTicket = 2048
)

var (
	// ErrTicket is returned for what is no ticket for this desk.
	ErrTicket = errors.New("not a ticket for this desk")
	// ErrTicketKey is returned for a ticket of a key that is not known. A controller
	// makes its key with its first ticket: fetch the configuration, without waiting,
	// and verify once more.
	ErrTicketKey = errors.New("the key of this ticket is not known here")
	// ErrTicketTime is returned for a ticket that is over, or not good yet: the
	// operator goes back and opens the counter again.
	ErrTicketTime = errors.New("this ticket is over: open the counter again")
)

// Ticket lets an operator open the counter of one desk, once: a JWT (RFC 7519)
// signed with ES256.
type Ticket struct {
	// Site is who issued it ("iss"), Desk whom it is for ("aud").
	Site pass.SiteID
	Desk pass.DoorID
	// Staff is the operator's pseudonym as the ledger has it ("sub"), and Role
	// what they are at the site.
	Staff, Role string
	// ID is good once ("jti"): a desk remembers it until Expires plus [TicketSkew].
	ID string
	// Issued and Expires ("iat", "exp") are whole seconds.
	Issued, Expires time.Time
}

// ticketClaims is the body of a ticket.
type ticketClaims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Subject  string `json:"sub"`
	Role     string `json:"role"`
	ID       string `json:"jti"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

var (
	staffForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	jtiForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)
)

// TicketKey returns the public half of a key for tickets, on P-256, as a desk is
// told it: its id is its thumbprint (RFC 7638).
func TicketKey(public crypto.PublicKey) (jose.JSONWebKey, error) {
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return jose.JSONWebKey{}, fmt.Errorf("%w: a key on P-256 is needed", ErrTicketKey)
	}
	made := jose.JSONWebKey{Key: key, Algorithm: string(jose.ES256), Use: "sig"}
	print, err := made.Thumbprint(crypto.SHA256)
	made.KeyID = base64.RawURLEncoding.EncodeToString(print)
	return made, err
}

// SignTicket makes the text of a ticket. It fails with [ErrTicket] for one that no
// desk would take, and with [ErrTicketKey] for a key that is not on P-256.
func SignTicket(key crypto.Signer, t Ticket) (string, error) {
	public, err := TicketKey(key.Public())
	if err != nil {
		return "", err
	}
	if err := t.check(); err != nil {
		return "", err
	}
	body, err := json.Marshal(ticketClaims{
		Issuer: t.Site.String(), Audience: t.Desk.String(), Subject: t.Staff, Role: t.Role, ID: t.ID, Issued: t.Issued.Unix(), Expires: t.Expires.Unix(),
	})
	if err != nil {
		return "", err
	}
	options := (&jose.SignerOptions{}).WithType(TicketType).WithHeader("kid", public.KeyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: cryptosigner.Opaque(key)}, options)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(body)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// check fails with [ErrTicket] for what cannot stand in a ticket.
func (t Ticket) check() error {
	life := t.Expires.Sub(t.Issued)
	switch {
	case !staffForm.MatchString(t.Staff), !staffForm.MatchString(t.Role), !jtiForm.MatchString(t.ID):
		return fmt.Errorf("%w: who it is for", ErrTicket)
	case t.Issued.Unix() <= 0, life <= 0, life > TicketTime:
		return fmt.Errorf("%w: for how long it is good", ErrTicket)
	}
	return nil
}

// VerifyTicket reads a ticket that a browser brought to a desk. It decides by its
// arguments alone, and does not know which tickets were used: whoever calls it
// takes each [Ticket.ID] once. It fails with [ErrTicket], [ErrTicketKey] and
// [ErrTicketTime].
func VerifyTicket(text string, keys jose.JSONWebKeySet, site pass.SiteID, desk pass.DoorID, now time.Time) (Ticket, error) {
	body, err := openTicket(text, keys)
	if err != nil {
		return Ticket{}, err
	}
	t, err := readTicket(body)
	if err != nil {
		return Ticket{}, err
	}
	switch {
	case t.Site != site || t.Desk != desk:
		return Ticket{}, fmt.Errorf("%w: it is for another", ErrTicket)
	case t.Issued.Sub(now) > TicketSkew, now.Sub(t.Expires) >= TicketSkew:
		return Ticket{}, ErrTicketTime
	}
	return t, nil
}

// openTicket verifies the signature and the header.
func openTicket(text string, keys jose.JSONWebKeySet) ([]byte, error) {
	if len(text) > maxTicket {
		return nil, fmt.Errorf("%w: it is too long", ErrTicket)
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(signed.Signatures) != 1 {
		return nil, fmt.Errorf("%w: it is not signed with ES256", ErrTicket)
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != TicketType || header.JSONWebKey != nil || len(header.ExtraHeaders) != 1 {
		return nil, fmt.Errorf("%w: its header", ErrTicket)
	}
	found := keys.Key(header.KeyID)
	if len(found) != 1 {
		return nil, ErrTicketKey
	}
	key, ok := found[0].Key.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, ErrTicketKey
	}
	body, err := signed.Verify(key)
	if err != nil {
		return nil, fmt.Errorf("%w: its signature", ErrTicket)
	}
	return body, nil
}

// readTicket reads the body of a ticket, strictly.
func readTicket(body []byte) (Ticket, error) {
	var c ticketClaims
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Ticket{}, fmt.Errorf("%w: its body", ErrTicket)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Ticket{}, fmt.Errorf("%w: its body", ErrTicket)
	}
	t := Ticket{
		Staff: c.Subject, Role: c.Role, ID: c.ID, Issued: time.Unix(c.Issued, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
	}
	var err error
	if t.Site, err = pass.ParseSiteID(c.Issuer); err != nil {
		return Ticket{}, fmt.Errorf("%w: who issued it", ErrTicket)
	}
	if t.Desk, err = pass.ParseDoorID(c.Audience); err != nil {
		return Ticket{}, fmt.Errorf("%w: whom it is for", ErrTicket)
	}
	if err := t.check(); err != nil {
		return Ticket{}, err
	}
	return t, nil
}
