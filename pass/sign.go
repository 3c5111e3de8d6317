package pass

import (
	"crypto"
	"errors"
	"io"
)

// Sign is the controller's half of issuing: it signs the claims and returns the
// signed part, a tagged COSE_Sign1. For a face pass the claims hold the hash of
// the sealed reference, which the controller never sees. It fails if
// [Claims.Check] does or if the pass would be larger than [MaxSize].
func Sign(rand io.Reader, key crypto.Signer, c Claims) ([]byte, error) {
	return nil, errors.New("not written yet")
}

// Join is the station's half: it puts the sealed reference beside the signed
// part and returns the text of the pass. sealed is nil for a plain pass. It
// fails if the two do not belong together.
func Join(signed, sealed []byte) (string, error) { return "", errors.New("not written yet") }

// Pass is a pass that has been read, and not yet judged: nothing it says may be
// believed before [Pass.Verify].
type Pass struct {
	claims Claims
}

// Parse reads the text of a pass. The error is a [Refusal] with
// [ReasonMalformed]. A text file's last line end is not part of the text.
func Parse(text string) (*Pass, error) { return nil, errors.New("not written yet") }

// Claims returns a copy of what the pass says, unproved.
func (p *Pass) Claims() Claims { return p.claims }

// KeyID returns the id of the issuing key that the pass names.
func (p *Pass) KeyID() KeyID { return KeyID{} }

// SealID returns the id of the sealing key that a face pass names.
func (p *Pass) SealID() (KeyID, bool) { return KeyID{}, false }

// Text returns the one text of the pass.
func (p *Pass) Text() string { return "" }

// Size returns the size of the pass in bytes before Base45.
func (p *Pass) Size() int { return 0 }
