package bundle

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// PINs is the PINs of one zone: the signed object that [Zone.PINs] names.
type PINs struct {
	// Site is whose they are.
	Site pass.SiteID
	// Zone is the zone for which they are good.
	Zone string
	// Issued is when the object was made; whole seconds.
	Issued time.Time
	// Entries are the PINs; up to [MaxPINs], each number once. There may be
	// none: a zone that accepts PINs has an object also before the first.
	Entries []Entry
}

// wirePINs is the payload. Requirement [B-40].
type wirePINs struct {
	Site    string      `cbor:"1,keyasint"`
	Zone    string      `cbor:"2,keyasint"`
	Issued  int64       `cbor:"3,keyasint"`
	Entries []wireEntry `cbor:"4,keyasint,omitempty"`
}

type wireEntry struct {
	_         struct{} `cbor:",toarray"`
	Number    string
	Salt      []byte
	Tag       []byte
	NotBefore int64
	Expires   int64
	Schedule  []wireSpan
}

func compareEntries(a, b Entry) int { return cmp.Compare(a.Number, b.Number) }

// SignPINs returns the object as a tagged COSE_Sign1 with ES256 by an issuing
// key. The order of entries does not matter. It fails with a [FieldError] if
// [PINs.Validate] does, and with [ErrTooLarge].
func SignPINs(rand io.Reader, key crypto.Signer, p *PINs) ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	w := wirePINs{Site: p.Site.String(), Zone: p.Zone, Issued: p.Issued.Unix()}
	for _, e := range slices.SortedFunc(slices.Values(p.Entries), compareEntries) {
		w.Entries = append(w.Entries, wireEntry{
			Number: e.Number, Salt: e.Salt[:], Tag: e.Tag[:],
			NotBefore: e.NotBefore.Unix(), Expires: e.Expires.Unix(), Schedule: wireSpans(e.Schedule),
		})
	}
	return sign(rand, key, typePINs, w, MaxPINsObject)
}

// wireSpans is an array also when there is no window, since an array's elements
// cannot be left out.
func wireSpans(s pass.Schedule) []wireSpan {
	if spans := wireSchedule(s); spans != nil {
		return spans
	}
	return []wireSpan{}
}

// VerifyPINs reads an object that must be signed by one of a bundle's issuing
// keys and be of a site and a zone. It fails with [ErrTooLarge], [ErrMalformed],
// [ErrUnknownKey], [ErrSignature], [ErrOtherSite] and [ErrOtherZone], and then
// the result is nil.
func VerifyPINs(data []byte, issuers map[pass.KeyID]*ecdsa.PublicKey, site pass.SiteID, zone string) (*PINs, error) {
	var w wirePINs
	if _, err := verify(data, issuers, typePINs, MaxPINsObject, &w); err != nil {
		return nil, err
	}
	p, err := w.pins()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if p.Site != site {
		return nil, ErrOtherSite
	}
	if p.Zone != zone {
		return nil, ErrOtherZone
	}
	return p, nil
}

func (w wirePINs) pins() (p *PINs, err error) {
	p = &PINs{Zone: w.Zone, Issued: time.Unix(w.Issued, 0).UTC()}
	if p.Site, err = pass.ParseSiteID(w.Site); err != nil {
		return nil, err
	}
	for _, e := range w.Entries {
		if len(e.Salt) != saltSize || len(e.Tag) != sha256.Size || e.Schedule == nil {
			return nil, errLength
		}
		p.Entries = append(p.Entries, Entry{
			Number: e.Number, Salt: [saltSize]byte(e.Salt), Tag: [sha256.Size]byte(e.Tag),
			NotBefore: time.Unix(e.NotBefore, 0).UTC(), Expires: time.Unix(e.Expires, 0).UTC(),
			Schedule: readSchedule(e.Schedule),
		})
	}
	if !slices.IsSortedFunc(p.Entries, compareEntries) {
		return nil, errOrder
	}
	return p, p.Validate()
}

// Validate returns what is wrong with the first field that an object of PINs
// cannot have, as a [FieldError], or nil.
func (p *PINs) Validate() error {
	switch {
	case p.Site == pass.SiteID{}:
		return fieldf("site", "it is zero")
	case len(p.Entries) > MaxPINs:
		return fieldf("entries", "%d, more than %d", len(p.Entries), MaxPINs)
	}
	if err := cmp.Or(field("zone", pass.CheckZone(p.Zone)), field("issued", checkTime(p.Issued))); err != nil {
		return err
	}
	for i, e := range p.Entries {
		if err := e.check(fmt.Sprintf("entries[%d]", i)); err != nil {
			return err
		}
	}
	if _, twice := duplicate(p.Entries, compareEntries); twice {
		return fieldf("entries", "a number stands twice")
	}
	return nil
}

func (e Entry) check(at string) error {
	if !isDigits(e.Number) {
		return fieldf(at+".number", "not %d digits", PINDigits)
	}
	if e.Tag == ([sha256.Size]byte{}) {
		return fieldf(at+".tag", "it is zero")
	}
	if err := cmp.Or(field(at+".not_before", checkTime(e.NotBefore)), field(at+".expires", checkTime(e.Expires))); err != nil {
		return err
	}
	if life := e.Expires.Unix() - e.NotBefore.Unix(); life <= 0 || life > int64(pass.MaxLifetime/time.Second) {
		return field(at+".expires", errors.New("not after not_before, or more than 24 months after it"))
	}
	return field(at+".schedule", e.Schedule.Check())
}
