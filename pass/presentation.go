package pass

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
)

// PresentationPrefix begins the text of every presentation of this version.
const PresentationPrefix = "FLP1:"

const (
	// MaxPresentation is the largest presentation that is made or read, in bytes
	// before Base45: every plain pass has room in one.
	MaxPresentation = MaxSize + 112
	// DoorWindow is how far the phone's clock may be from the door's where the
	// door has no screen, either way.
	DoorWindow = 30 * time.Second
)

// maxPresentationText is the length of the longest text. MaxPresentation is
// even.
const maxPresentationText = len(PresentationPrefix) + MaxPresentation/2*3

// presentationContext is the external data of a holder's signature, so that it
// can be taken for nothing but a presentation.
const presentationContext = "facelatch presentation 1"

// presentationHeader is the protected header. The key stands in the pass, so
// there is no key id.
type presentationHeader struct {
	Alg int `cbor:"1,keyasint"`
}

// wirePresentation is the payload. Requirement [P-77].
type wirePresentation struct {
	Pass  []byte `cbor:"1,keyasint"`
	At    int64  `cbor:"2,keyasint"`
	Nonce []byte `cbor:"3,keyasint,omitempty"`
	Door  []byte `cbor:"4,keyasint,omitempty"`
}

// Presentation is a plain pass with its holder's signature for one door at one
// moment. It has been read and not yet judged: nothing it says may be believed
// before [Presentation.Verify]. It never changes and is safe for concurrent use.
type Presentation struct {
	pass      *Pass
	at        time.Time
	challenge Challenge
	signed    *cose.Sign1
	text      string
}

// Present signs a plain pass, a time and a challenge with the holder's key,
// which must be the one in the pass, and returns the text. rand is handed to
// key. It fails for a text that is no plain pass with a holder's key, for
// another key, and for a challenge that is not one.
func Present(rand io.Reader, key crypto.Signer, passText string, at time.Time, c Challenge) (string, error) {
	p, err := Parse(passText)
	if err != nil {
		return "", err
	}
	if err := c.Check(); err != nil {
		return "", err
	}
	pub, _, err := cose.SignerID(key)
	if err != nil {
		return "", err
	}
	if err := p.presentable(); err != nil {
		return "", err
	}
	if !pub.Equal(p.claims.Holder) {
		return "", errors.New("the key is not the one in the pass")
	}
	data, err := present(rand, key, p, at, c)
	if err != nil {
		return "", err
	}
	return PresentationPrefix + encode45(data), nil
}

func present(rand io.Reader, key crypto.Signer, p *Pass, at time.Time, c Challenge) ([]byte, error) {
	message, err := p.signed.Encode()
	if err != nil {
		return nil, err
	}
	if at.Unix() < 0 || at.Unix() > latest {
		return nil, errors.New("a time before 1970 or after 9999")
	}
	payload, err := cose.Marshal(c.wire(message, at))
	if err != nil {
		return nil, err
	}
	m, err := cose.NewSign1(rand, key, presentationHeader{cose.AlgES256}, payload, []byte(presentationContext))
	if err != nil {
		return nil, err
	}
	return m.Encode()
}

// presentable returns why a pass cannot be in a presentation, or nil.
func (p *Pass) presentable() error {
	switch {
	case p.claims.Kind() != Plain:
		return errors.New("a face pass is not presented: it needs its holder's face")
	case p.claims.Holder == nil:
		return errors.New("the pass has no holder's key")
	}
	return nil
}

// ParsePresentation reads the text of a presentation. The error is a [Refusal]
// with [ReasonMalformed], or [ReasonNoPass] for no text, and then the
// presentation is nil.
func ParsePresentation(text string) (*Presentation, error) {
	body, found := strings.CutPrefix(text, PresentationPrefix)
	switch {
	case text == "":
		return nil, &Refusal{Reason: ReasonNoPass, Detail: "there is no pass"}
	case !found:
		return nil, malformed("it is not a presentation", nil)
	case len(text) > maxPresentationText:
		return nil, malformed("it is longer than any presentation", nil)
	}
	data, err := decode45(body)
	if err != nil {
		return nil, malformed("its characters are not those of a presentation", err)
	}
	p, err := parsePresentation(data)
	if err != nil {
		return nil, malformed("what it holds is not in the form of a presentation", err)
	}
	p.text = text
	return p, nil
}

func parsePresentation(data []byte) (*Presentation, error) {
	m, err := cose.ParseSign1(data)
	if err != nil {
		return nil, err
	}
	var head presentationHeader
	if err := cose.Unmarshal(m.Protected, &head); err != nil {
		return nil, err
	}
	if head.Alg != cose.AlgES256 || !m.PlainHeader() {
		return nil, errors.New("wrong algorithm, or an unprotected header")
	}
	var w wirePresentation
	if err := cose.Unmarshal(m.Payload, &w); err != nil {
		return nil, err
	}
	p := &Presentation{signed: m, at: time.Unix(w.At, 0).UTC()}
	if w.At < 0 || w.At > latest {
		return nil, errors.New("a time before 1970 or after 9999")
	}
	if p.challenge, err = w.challenge(); err != nil {
		return nil, err
	}
	if len(w.Pass) > MaxSize {
		return nil, ErrTooLarge
	}
	if p.pass, err = parse(w.Pass); err != nil {
		return nil, err
	}
	p.pass.text = Prefix + encode45(w.Pass)
	return p, p.pass.presentable()
}

// Pass returns the pass that is presented, unproved.
func (p *Presentation) Pass() *Pass { return p.pass }

// At returns the time that the phone signed, unproved.
func (p *Presentation) At() time.Time { return p.at }

// Challenge returns what the phone answered, unproved.
func (p *Presentation) Challenge() Challenge { return p.challenge }

// Text returns the one text of the presentation.
func (p *Presentation) Text() string { return p.text }

// Verify judges a presentation: v is the verdict on its own pass at this moment,
// c is what the door has asked for, now is the door's time. The error is a
// [Refusal] with [ReasonBadPresentation].
//
// The time is judged only where the challenge is a door's id: with a nonce it is
// the door that knows how fresh the nonce is, and a phone whose clock is wrong
// still opens. What this cannot see is whether the same text opened before: the
// door remembers those that were good until they would no longer be.
func (p *Presentation) Verify(v Verified, c Challenge, now time.Time) error {
	switch {
	case p == nil || v.pass == nil || v.pass.text != p.pass.text:
		return badPresentation("the pass in it was not verified", nil)
	case c.Check() != nil || p.challenge != c:
		return badPresentation("it answers something else than this door shows", nil)
	}
	if err := p.signed.Verify(p.pass.claims.Holder, []byte(presentationContext)); err != nil {
		return badPresentation("it is not signed by the key of the pass", err)
	}
	if c.Door != (DoorID{}) && now.Sub(p.at).Abs() > DoorWindow {
		return badPresentation("it was made too long ago, or a clock is wrong", nil)
	}
	return nil
}

func badPresentation(detail string, cause error) error {
	return &Refusal{Reason: ReasonBadPresentation, Detail: detail, Cause: cause}
}

// Format prints that it is a presentation and nothing else, so that no log
// records by accident who came by.
func (*Presentation) Format(f fmt.State, _ rune) { io.WriteString(f, "a presentation") }

// CheckBearer returns nil if the pass may be used by whoever shows it, which a
// door asks where nothing was presented. A plain pass with a holder's key may
// not: the error is then a [Refusal] with [ReasonNeedsPresentation]. A face pass
// needs its holder's face instead.
func (v Verified) CheckBearer() error {
	if v.pass == nil || v.pass.claims.Kind() != Plain || v.pass.claims.Holder == nil {
		return nil
	}
	return &Refusal{
		Reason: ReasonNeedsPresentation,
		Detail: "the pass belongs to a phone and has to be shown by it",
	}
}
