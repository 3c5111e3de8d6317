package pass

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/facelatch/facelatch/internal/cose"
)

// Pass is a pass that has been read, and not yet judged: nothing it says may be
// believed before [Pass.Verify]. It never changes and is safe for concurrent
// use.
type Pass struct {
	claims Claims
	keyID  KeyID
	signed *cose.Sign1
	// sealed and sealedBytes are nil for a plain pass.
	sealed      *cose.Encrypt0
	sealedBytes []byte
	text        string
	size        int
}

// maxText is the length of the longest text: the prefix and MaxSize bytes in
// Base45. MaxSize is even, so no shorter text has more bytes.
const maxText = len(Prefix) + MaxSize/2*3

// Parse reads the text of a pass. The error is a [Refusal] with
// [ReasonMalformed], or [ReasonNoPass] for no text, and then the pass is nil. The text is taken as it stands:
// the line end of a text file is not a part of it, and a space may be.
func Parse(text string) (*Pass, error) {
	body, found := strings.CutPrefix(text, Prefix)
	switch {
	case text == "":
		return nil, &Refusal{Reason: ReasonNoPass, Detail: "there is no pass"}
	case !found:
		return nil, notAPass(text)
	case len(text) > maxText:
		return nil, malformed("it is longer than any pass", nil)
	}
	data, err := decode45(body)
	if err != nil {
		return nil, malformed("its characters are not those of a pass", err)
	}
	p, err := parse(data)
	if err != nil {
		return nil, malformed("what it holds is not in the form of a pass", err)
	}
	p.text = text
	return p, nil
}

// notAPass says what else a text without the prefix of a pass may be.
func notAPass(text string) error {
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return malformed("it is a web address, not a pass", nil)
	case strings.HasPrefix(text, PresentationPrefix):
		return malformed("it is a presentation by a phone, not a pass alone", nil)
	case strings.HasPrefix(lower, strings.ToLower(Prefix)):
		return malformed("its letters are not capitals", nil)
	case strings.HasPrefix(lower, "fl"):
		return malformed("it is of a version that is not known here", nil)
	}
	return malformed("it is not a pass", nil)
}

func malformed(detail string, cause error) error {
	return &Refusal{Reason: ReasonMalformed, Detail: detail, Cause: cause}
}

func parse(data []byte) (*Pass, error) {
	p := &Pass{size: len(data)}
	var err error
	if p.signed, err = cose.ParseSign1(data); err != nil {
		return nil, err
	}
	if p.keyID, err = cose.ParseHeader(p.signed.Protected, cose.AlgES256); err != nil {
		return nil, err
	}
	var w wireClaims
	if err := cose.Unmarshal(p.signed.Payload, &w); err != nil {
		return nil, err
	}
	if p.claims, err = w.claims(); err != nil {
		return nil, err
	}
	if err := p.parseSealed(); err != nil {
		return nil, err
	}
	if (p.claims.Kind() == Face) != (p.sealed != nil) {
		return nil, errors.New("a face pass without a sealed reference, or a plain pass with one")
	}
	return p, nil
}

// parseSealed reads the unprotected header. Requirement [P-13].
func (p *Pass) parseSealed() error {
	if p.signed.PlainHeader() {
		return nil
	}
	var head wireUnprotected
	if err := cose.Unmarshal(p.signed.Unprotected, &head); err != nil {
		return err
	}
	sealed, err := cose.ParseEncrypt0(head.Sealed)
	if err != nil {
		return err
	}
	p.sealed, p.sealedBytes = sealed, head.Sealed
	return nil
}

// sealedMatches returns whether the sealed reference is the one that the claims
// name, or there is none and none is named.
func (p *Pass) sealedMatches() bool {
	if p.claims.Face == nil {
		return p.sealed == nil
	}
	sum := sha256.Sum256(p.sealedBytes)
	return subtle.ConstantTimeCompare(sum[:], p.claims.Face.Sealed[:]) == 1
}

// Claims returns a copy of what the pass says, unproved.
func (p *Pass) Claims() Claims { return p.claims.clone() }

// KeyID returns the id of the issuing key that the pass names.
func (p *Pass) KeyID() KeyID { return p.keyID }

// SealID returns the id of the sealing key that a face pass names, and false
// for a plain pass.
func (p *Pass) SealID() (KeyID, bool) {
	if p.sealed == nil {
		return KeyID{}, false
	}
	return p.sealed.KeyID, true
}

// Text returns the one text of the pass.
func (p *Pass) Text() string { return p.text }

// Size returns the size of the pass in bytes before Base45.
func (p *Pass) Size() int { return p.size }

// Format prints the kind and nothing else, so that no log records by accident
// who came by.
func (p *Pass) Format(f fmt.State, _ rune) { io.WriteString(f, "a "+p.claims.Kind().String()+" pass") }
