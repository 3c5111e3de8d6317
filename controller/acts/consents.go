package acts

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// attester is who attests what a holder did on their own page.
const attester = "controller"

// GiveConsent records a consent that a holder gave, and signs the receipt. A
// station may leave the holder "". It fails with [ErrForbidden], [ErrNotFound],
// [ErrInvalid], with [ErrConflict] for a notice that is not the current one, and
// with [ErrLedger].
func (a *Acts) GiveConsent(ctx context.Context, actor Actor, holder string, in ConsentInput) (ConsentView, error) {
	c, err := a.consentNow(ctx, actor, holder, in)
	if err != nil {
		return ConsentView{}, err
	}
	record, err := a.recordOf(actor, c, in)
	if err != nil {
		return ConsentView{}, err
	}
	hash := record.Hash()
	e, err := a.personEntry(actor, ActConsentGive, holder, map[string]string{
		"consent": hash.String(), "notice": hex.EncodeToString(in.Notice[:]), "purpose": in.Purpose.String(),
		"by-whom": record.Terms().By.String(), "method": record.Method().String(),
	})
	if err != nil {
		return ConsentView{}, err
	}
	row, err := c.row(record)
	if err != nil {
		return ConsentView{}, err
	}
	if row.Receipt, err = a.receipt(record, c.notice, e); err != nil {
		return ConsentView{}, err
	}
	again := func(tx *store.Tx) error { _, err := c.check(tx); return err }
	err = a.give(ctx, giving{entries: []entry{e}, check: again, effect: func(tx *store.Tx) error {
		if err := again(tx); err != nil {
			return err
		}
		return tx.AddConsent(row)
	}})
	return consentOf(row), err
}

// asked is what somebody agrees to, as it stands now.
type asked struct {
	in     ConsentInput
	holder string
	site   store.SiteRow
	notice consent.Notice
	// child says that the holder is under 14.
	child bool
	// keep is for how many years the record is kept after its end.
	keep int
}

// check reads what an input is about. It fails with [ErrConflict] where that has
// changed since it was shown, and with [ErrInvalid] where it cannot be.
func (c asked) check(tx *store.Tx) (asked, error) {
	c.child = c.in.Guardian
	if c.holder != "" {
		h, err := tx.Holder(c.holder)
		if err != nil {
			return c, err
		}
		c.child = h.Under14
	}
	var err error
	if c.site, err = tx.Site(); err != nil {
		return c, err
	}
	s, _, err := settingsOf(tx)
	if err != nil {
		return c, err
	}
	c.keep = s.KeepYears
	row, err := tx.CurrentNotice(string(consent.AgreesFor(c.child).Rules()))
	if err == nil && !slices.Equal(row.Hash, c.in.Notice[:]) {
		err = store.ErrConflict
	}
	if err != nil {
		return c, err
	}
	c.notice, err = consent.DecodeNotice([]byte(row.Document))
	return c, err
}

// consentNow checks an input as far as it can be before there is a record.
func (a *Acts) consentNow(ctx context.Context, actor Actor, holder string, in ConsentInput) (asked, error) {
	if err := actor.own(ActConsentGive, holder); err != nil {
		return asked{}, err
	}
	switch {
	case !in.Agreed:
		return asked{}, invalid("agreed", "is not set: nobody consents without saying so")
	case in.Purpose != pass.PurposeAccess:
		return asked{}, invalid("purpose", "is one for which there are no consents")
	case !slices.Contains(consent.Langs(), in.Language):
		return asked{}, invalid("language", "is not one that notices are written in")
	case holder == "" && actor.Role != StationRole:
		return asked{}, ErrNotFound
	}
	return read(ctx, a, func(tx *store.Tx) (asked, error) { return asked{in: in, holder: holder}.check(tx) })
}

// terms are what a person agrees to who does so at a time.
func (c asked) terms(given time.Time) consent.Terms {
	t := consent.Terms{
		Site: pass.SiteID(c.site.ID), Purpose: c.in.Purpose, Notice: c.in.Notice, Given: given, Until: c.in.Until,
		By: consent.AgreesFor(c.in.Guardian), Lang: c.in.Language,
	}
	if t.Until.IsZero() {
		t.Until = given.Add(consent.MaxTime)
		if c.in.Guardian {
			t.Until = given.AddDate(1, 0, 0)
		}
	}
	return t
}

// recordOf returns the record: the station's own, one that the holder signed, or
// one that is attested.
func (a *Acts) recordOf(actor Actor, c asked, in ConsentInput) (record *consent.Record, err error) {
	switch {
	case in.Record != nil && (actor.Role != StationRole || in.Draft != nil):
		return nil, invalid("record", "is made by stations only")
	case in.Record != nil:
		record, err = a.fromStation(actor, c, in)
	case in.Draft != nil:
		record, err = a.signed(c, in)
	default:
		t := c.terms(a.now())
		if t.Attester = attester; actor.Role == StationRole {
			t.Attester = actor.by()
		}
		record, err = consent.Attest(rand.Reader, t)
	}
	if err == nil {
		err = record.Terms().Fits(c.notice, c.child)
	}
	return record, recordError(err)
}

// recordError names the field that a record cannot be made of.
func recordError(err error) error {
	switch {
	case errors.Is(err, consent.ErrGuardian), errors.Is(err, consent.ErrOtherAdult):
		return invalid("guardian", "does not fit: %v", err)
	case errors.Is(err, consent.ErrOtherNotice):
		return ErrConflict
	case errors.Is(err, consent.ErrRecord):
		return invalid("until", "or another field is not what somebody can agree to: %v", err)
	}
	return err
}

// draftTime is how long a consent may be on its way: to be signed, or from a
// station.
const draftTime = 10 * time.Minute

// fromStation reads a station's record, which says what the other fields say: that
// the station attests it, or by a signature that nobody needs to.
func (a *Acts) fromStation(actor Actor, c asked, in ConsentInput) (*consent.Record, error) {
	record, err := consent.Decode(in.Record)
	if err != nil {
		return nil, invalid("record", "is not a consent record")
	}
	t := record.Terms()
	want := c.terms(t.Given)
	if record.Method() == consent.Attested {
		want.Attester = actor.by()
	}
	if in.Until.IsZero() {
		want.Until = t.Until
	}
	if _, withdrawn := record.Withdrawn(); withdrawn || t != want {
		return nil, invalid("record", "does not say what the other fields say")
	}
	if late := a.now().Sub(t.Given); late > draftTime || late < -draftTime {
		return nil, invalid("record", "was not given now: compare the clocks of the station and of the controller")
	}
	return record, nil
}

// draft is what has to be known to make the same record again.
type draft struct {
	Given int64  `json:"given"`
	Salt  []byte `json:"salt"`
}

// row is what is kept of a record.
func (c asked) row(record *consent.Record) (store.ConsentRow, error) {
	encoded, err := record.Encode()
	t, hash := record.Terms(), record.Hash()
	return store.ConsentRow{
		Hash: hash[:], Holder: c.holder, Notice: t.Notice[:], Record: encoded, Purpose: int64(t.Purpose),
		Signed: record.Method() == consent.Signed, Guardian: t.By == consent.ByGuardian,
		Given: t.Given.Unix(), Until: t.Until.Unix(), Keep: t.Until.AddDate(c.keep, 0, 0).Unix(),
	}, err
}

func consentOf(r store.ConsentRow) ConsentView {
	v := ConsentView{
		Holder: r.Holder, Purpose: pass.Purpose(r.Purpose), Given: time.Unix(r.Given, 0).UTC(), Until: time.Unix(r.Until, 0).UTC(),
		Signed: r.Signed, Guardian: r.Guardian, Record: r.Record, Receipt: []byte(r.Receipt),
	}
	copy(v.Hash[:], r.Hash)
	copy(v.Notice[:], r.Notice)
	if r.Withdrawn != 0 {
		v.Withdrawn = time.Unix(r.Withdrawn, 0).UTC()
	}
	return v
}
