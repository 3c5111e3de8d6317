package consent

import (
	"bytes"
	"crypto/ecdsa"
	"fmt"
	"maps"

	"github.com/facelatch/facelatch/internal/cose"
)

// Checked is what could be said of a good receipt.
type Checked struct {
	// Site says that the signature is that of the key that was given. Without one,
	// the receipt is whole, and whose the key is stays open.
	Site bool
	// Notice says that the notice that was given is the one that was agreed to,
	// and that all that the receipt says of it stands in it.
	Notice bool
	// Holder says that whoever agreed signed the record with a key of their own;
	// otherwise the operator attests it.
	Holder bool
	// Withdrawn says that it is the receipt of a withdrawal.
	Withdrawn bool
}

// Check sees that everything in a receipt follows from the record in it, that the
// record is a good one, and that the receipt was not changed since it was signed.
// key is the site's issuing key and n the notice; either may be nil, and what they
// would show is then left open. It fails with [ErrReceipt] or [ErrOtherNotice].
func (c *Receipt) Check(key *ecdsa.PublicKey, n *Notice) (Checked, error) {
	if c.signed == nil {
		return Checked{}, fmt.Errorf("%w: it is not signed", ErrReceipt)
	}
	if err := c.checkBody(n); err != nil {
		return Checked{}, err
	}
	if err := c.checkSignature(); err != nil {
		return Checked{}, err
	}
	if key != nil && !key.Equal(c.key) {
		return Checked{}, fmt.Errorf("%w: it was signed with another key (%s) than that of the site", ErrReceipt, c.KeyID())
	}
	_, withdrawn := c.record.Withdrawn()
	return Checked{Site: key != nil, Notice: n != nil, Holder: c.record.method == Signed, Withdrawn: withdrawn}, nil
}

// KeyID names the key that the receipt was signed with, as doors and the site's
// public page do.
func (c *Receipt) KeyID() cose.KeyID {
	id, _ := cose.KeyIDOf(c.key) // it is on P-256, or the signature does not verify
	return id
}

// checkBody makes the receipt again from what it is about, and compares. Without
// the notice, what follows from it is left alone: the site's signature vouches
// for it.
func (c *Receipt) checkBody(n *Notice) error {
	if n != nil {
		if hash, err := n.Hash(); err != nil || hash != c.record.terms.Notice {
			return ErrOtherNotice
		}
	}
	want, err := receiptBody(c.record, n, c.issued, c.opening)
	if err != nil {
		return err
	}
	have := maps.Clone(c.body)
	if n == nil {
		delete(have, memberProcess)
	}
	for name := range have {
		if _, known := want[name]; !known {
			return fmt.Errorf("%w: it has a member %q", ErrReceipt, name)
		}
	}
	for name, value := range want {
		one, err := canonical(value)
		if err != nil {
			return err
		}
		other, err := canonical(have[name])
		if err != nil || !bytes.Equal(one, other) {
			return fmt.Errorf("%w: %q does not follow from the record in it", ErrReceipt, name)
		}
	}
	return nil
}

func (c *Receipt) checkSignature() error {
	id, err := cose.ParseHeader(c.signed.Protected, cose.AlgES256)
	if err != nil {
		return fmt.Errorf("%w: signature: %w", ErrReceipt, err)
	}
	if own, err := cose.KeyIDOf(c.key); err != nil || own != id || !c.signed.PlainHeader() {
		return fmt.Errorf("%w: signature: the header does not fit the key", ErrReceipt)
	}
	digest, err := c.digest()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	if !bytes.Equal(digest, c.signed.Payload) {
		return fmt.Errorf("%w: it was changed after it was signed", ErrReceipt)
	}
	if err := c.signed.Verify(c.key, []byte(receiptContext)); err != nil {
		return fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return nil
}
