package consent

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
)

// MaxReceipt is the largest receipt, in bytes, as it is handed out.
const MaxReceipt = 256 << 10

// receiptContext is the external data of a receipt's signature, so that it can be
// taken for nothing but a receipt.
const receiptContext = "facelatch receipt 1"

// ErrReceipt is returned for bytes that are not a receipt, and for a receipt that
// does not agree with itself, its notice or its signature. The error says what.
var ErrReceipt = errors.New("not a good receipt")

// Receipt is what a holder gets of a consent, or of its withdrawal: a copy of the
// record, and in words of the Data Privacy Vocabulary what it means, with the
// fields of ISO/IEC TS 27560. spec/consent.md has the form.
type Receipt struct {
	record  *Record
	issued  time.Time
	opening []byte         // opaque here; may be nil
	body    map[string]any // all of it but the signature
	signed  *cose.Sign1    // nil before it is signed
	key     *ecdsa.PublicKey
}

// NewReceipt makes the receipt of a record at a time, for the notice that it was
// given to: of the consent, or, once the record is withdrawn, of that. opening is
// what an auditor needs to find it in the ledger, as package ledger writes it, or
// nil. It fails with [ErrOtherNotice], and with [ErrReceipt] for the zero Record.
func NewReceipt(r *Record, n Notice, issued time.Time, opening []byte) (*Receipt, error) {
	if r == nil || r.encoded == nil {
		return nil, fmt.Errorf("%w: there is no record", ErrReceipt)
	}
	if hash, err := n.Hash(); err != nil || hash != r.terms.Notice {
		return nil, errors.Join(ErrOtherNotice, err)
	}
	made := &Receipt{record: r, issued: time.Unix(issued.Unix(), 0).UTC(), opening: opening}
	var err error
	made.body, err = receiptBody(r, &n, made.issued, opening)
	return made, err
}

// Record returns the record. It is the receipt's own.
func (c *Receipt) Record() *Record { return c.record }

// Issued returns when the receipt was made.
func (c *Receipt) Issued() time.Time { return c.issued }

// Opening returns what an auditor needs to find it in the ledger, or nil.
func (c *Receipt) Opening() []byte { return c.opening }

// Sign signs the receipt with the site's issuing key, on P-256. rand is handed to
// the key.
func (c *Receipt) Sign(rand io.Reader, key crypto.Signer) error {
	public, id, err := cose.SignerID(key)
	if err != nil {
		return err
	}
	digest, err := c.digest()
	if err != nil {
		return err
	}
	m, err := cose.NewSign1(rand, key, cose.Header{Alg: cose.AlgES256, KeyID: id[:]}, digest, []byte(receiptContext))
	if err != nil {
		return err
	}
	c.signed, c.key = m, public
	return nil
}

// digest is what is signed: the SHA-256 of the receipt's one form.
func (c *Receipt) digest() ([]byte, error) {
	data, err := canonical(c.body)
	sum := sha256.Sum256(data)
	return sum[:], err
}

// Encode returns the receipt as it is handed out: indented JSON-LD, whose one
// form, without the member "signature", is signed. It fails with [ErrReceipt]
// before it was signed.
func (c *Receipt) Encode() ([]byte, error) {
	if c.signed == nil {
		return nil, fmt.Errorf("%w: it is not signed", ErrReceipt)
	}
	message, err := c.signed.Encode()
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(c.key)
	if err != nil {
		return nil, err
	}
	whole := object{memberSignature: object{
		"cose": base64.RawURLEncoding.EncodeToString(message), "key": base64.RawURLEncoding.EncodeToString(public),
	}}
	for name, value := range c.body {
		whole[name] = value
	}
	data, err := canonical(whole)
	if err != nil {
		return nil, err
	}
	return indented(data)
}

// indented lays JSON out for people.
func indented(data []byte) ([]byte, error) {
	var value json.RawMessage = data
	out, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(out, '\n'), nil
}

// ParseReceipt reads a receipt. Whether it is a good one is for [Receipt.Check]
// to say. Errors wrap [ErrReceipt].
func ParseReceipt(data []byte) (*Receipt, error) {
	c, err := parseReceipt(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return c, nil
}

func parseReceipt(data []byte) (*Receipt, error) {
	if len(data) > MaxReceipt {
		return nil, fmt.Errorf("%d bytes, more than %d", len(data), MaxReceipt)
	}
	value, err := parseJSON(data)
	if err != nil {
		return nil, err
	}
	body, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("it is not an object")
	}
	c := &Receipt{body: body}
	signature := members{where: memberSignature}
	if err := signature.open(body[memberSignature]); err != nil {
		return nil, err
	}
	delete(body, memberSignature)
	if err := c.readSignature(&signature); err != nil {
		return nil, err
	}
	return c, c.readBody()
}

// readSignature takes the signature apart, and does not verify it.
func (c *Receipt) readSignature(m *members) error {
	message, public := m.bytes("cose"), m.bytes("key")
	if err := m.done(); err != nil {
		return err
	}
	var err error
	if c.signed, err = cose.ParseSign1(message); err != nil {
		return err
	}
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	if c.key, _ = key.(*ecdsa.PublicKey); c.key == nil {
		return errors.New("signature: the key is not on P-256")
	}
	return nil
}

// readBody reads what the receipt is about. What it says besides is compared when
// it is checked.
func (c *Receipt) readBody() error {
	m := members{where: "the receipt"}
	if err := m.open(c.body); err != nil {
		return err
	}
	data := m.bytes(memberRecord)
	if _, there := m.left[memberOpening]; there {
		c.opening = m.bytes(memberOpening)
	}
	issued := members{where: memberIssued}
	m.fail(issued.open(m.take(memberIssued)))
	if m.err != nil {
		return m.err
	}
	var err error
	if c.issued, err = time.Parse(time.RFC3339, issued.text("@value")); err != nil {
		return fmt.Errorf("%s: %w", memberIssued, err)
	}
	c.record, err = Decode(data)
	return err
}

// bytes takes a text of base64url without padding (RFC 4648 5).
func (m *members) bytes(name string) []byte {
	data, err := base64.RawURLEncoding.Strict().DecodeString(m.text(name))
	if err != nil {
		m.fail(fmt.Errorf("%s: %q is not base64url", m.where, name))
	}
	return data
}
