package site

import (
	"crypto/rand"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Receipt returns the signed receipt of the consent under which a pass was made
// at the site in a folder; once that is withdrawn, it is the receipt of the
// withdrawal. It fails with issue.ErrUnknown for a pass that there is not, and for
// one that is made under no consent. Nobody has to have the turn.
func Receipt(dir string, id pass.ID, now time.Time) ([]byte, error) {
	f := folder(dir)
	d, err := dockets{f, durable.Disk{}}.Get(id)
	if err != nil {
		return nil, err
	}
	if d.Consent == nil {
		return nil, issue.ErrUnknown
	}
	n, err := Notice(dir, d.Consent.Terms().Notice)
	if err != nil {
		return nil, err
	}
	key, err := f.readIssuingKey()
	if err != nil {
		return nil, err
	}
	r, err := consent.NewReceipt(d.Consent, n, now, nil)
	if err != nil {
		return nil, err
	}
	if err := r.Sign(rand.Reader, key); err != nil {
		return nil, err
	}
	return r.Encode()
}
