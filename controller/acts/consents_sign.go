package acts

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/issue"
)

// DraftConsent makes a record for the holder's own key to sign, which is given as
// [issue.EncodeHolder] writes it. [Acts.GiveConsent] takes the same input again,
// with the draft, the key and the signature. Nothing is kept meanwhile. It fails
// as GiveConsent does.
func (a *Acts) DraftConsent(ctx context.Context, actor Actor, holder string, in ConsentInput, key []byte) (Draft, error) {
	c, err := a.consentNow(ctx, actor, holder, in)
	if err != nil {
		return Draft{}, err
	}
	d := draft{Given: a.now().Unix(), Salt: make([]byte, saltSize)}
	_, _ = rand.Read(d.Salt) // never fails (Go 1.24)
	unsigned, err := d.unsigned(c, key)
	if err != nil {
		return Draft{}, recordError(err)
	}
	message, err := unsigned.Message()
	if err != nil {
		return Draft{}, err
	}
	data, err := json.Marshal(d)
	return Draft{Draft: data, Message: message}, err
}

// saltSize is that of a consent record's salt, in bytes.
const saltSize = 16

// unsigned makes the record of a draft: the same each time.
func (d draft) unsigned(c asked, key []byte) (*consent.Unsigned, error) {
	public, err := issue.ParseHolder(key)
	if err != nil || public == nil {
		return nil, invalid("key", "is not a key on P-256: x and y, 64 bytes")
	}
	return consent.ToSign(bytes.NewReader(d.Salt), public, c.terms(time.Unix(d.Given, 0).UTC()))
}

// signed makes the record again and puts the signature to it.
func (a *Acts) signed(c asked, in ConsentInput) (*consent.Record, error) {
	var d draft
	if err := json.Unmarshal(in.Draft, &d); err != nil || len(d.Salt) != saltSize {
		return nil, invalid("draft", "is not from here")
	}
	if late := a.now().Unix() - d.Given; late < 0 || late > int64(draftTime/time.Second) {
		return nil, invalid("draft", "is older than ten minutes: begin again")
	}
	unsigned, err := d.unsigned(c, in.Key)
	if err != nil {
		return nil, err
	}
	record, err := unsigned.Sign(in.Signature)
	if err != nil {
		return nil, invalid("signature", "is not the key's over what was agreed to")
	}
	return record, nil
}
