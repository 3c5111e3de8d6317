package pass

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/facelatch/facelatch/statuslist"
)

// Verified is a pass that was good at one time for one zone. It is only made by
// [Pass.Verify]; its zero value is refused by everything that takes one.
type Verified struct {
	pass *Pass
	at   time.Time
	zone string
}

// Verify judges a pass at a time for a zone. The error is a [Refusal]. The
// checks are made in the order of spec/pass.md section 9, which is also that of
// [Reasons], and the first to fail is the reason: the key and the signature
// before anything that the claims say (then the site that they name), the time
// before the status, because places in a list are used again after their pass
// has expired.
func (p *Pass) Verify(trust Trust, zone string, at time.Time) (Verified, error) {
	if p == nil {
		return Verified{}, &Refusal{Reason: ReasonNoPass, Detail: "there is no pass"}
	}
	err := p.checkIssuer(trust)
	if err == nil {
		err = p.checkTime(trust, at)
	}
	if err == nil {
		err = p.checkStatus(trust, at)
	}
	if err == nil {
		err = p.checkPlace(trust, zone, at)
	}
	if err != nil {
		return Verified{}, err
	}
	return Verified{pass: p, at: at, zone: zone}, nil
}

func (p *Pass) checkIssuer(trust Trust) error {
	pub, ok := trust.Keys[p.keyID]
	if !ok {
		return &Refusal{Reason: ReasonUnknownIssuer, Detail: "the pass is not from this site"}
	}
	if err := p.signed.Verify(pub, nil); err != nil {
		return &Refusal{Reason: ReasonBadSignature, Detail: "the pass was changed, or not made by this site", Cause: err}
	}
	if !p.sealedMatches() {
		return &Refusal{Reason: ReasonBadSignature, Detail: "the sealed reference is not the one that the pass was made with"}
	}
	if p.claims.Site != trust.Site {
		return &Refusal{Reason: ReasonUnknownIssuer, Detail: "the pass is from another site"}
	}
	return nil
}

func (p *Pass) checkTime(trust Trust, at time.Time) error {
	if at.Before(p.claims.NotBefore) {
		return &Refusal{Reason: ReasonNotYetValid, Detail: "the pass begins on " + local(p.claims.NotBefore, trust)}
	}
	if !at.Before(p.claims.Expires) {
		return &Refusal{Reason: ReasonExpired, Detail: "the pass ended on " + local(p.claims.Expires, trust)}
	}
	return nil
}

// local writes a time for a person at the site.
func local(t time.Time, trust Trust) string {
	loc := trust.Location
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc).Format("2006-01-02 15:04 MST")
}

func (p *Pass) checkStatus(trust Trust, at time.Time) error {
	if trust.Status == nil {
		return &Refusal{Reason: ReasonStatusUnknown, Detail: "there is no list of valid passes here"}
	}
	status, err := trust.Status.Status(p.claims.Status.URI(), p.claims.Status.Index, at)
	if err != nil {
		return &Refusal{Reason: ReasonStatusUnknown, Detail: "the list of valid passes here is missing, too short or too old", Cause: err}
	}
	if status != statuslist.Valid {
		return &Refusal{Reason: ReasonRevoked, Detail: "the pass is not in the list of valid passes: " +
			"it was revoked, or issued after the list reached this door, or never issued"}
	}
	return nil
}

func (p *Pass) checkPlace(trust Trust, zone string, at time.Time) error {
	if !slices.Contains(p.claims.Zones, zone) {
		return &Refusal{Reason: ReasonWrongZone, Detail: fmt.Sprintf("the pass is not for the zone %q", zone)}
	}
	if p.claims.Schedule.Allows(at, trust.Location) {
		return nil
	}
	if trust.Location == nil {
		return &Refusal{Reason: ReasonOutOfHours, Detail: "the pass has hours, and the time zone here is not known"}
	}
	return &Refusal{Reason: ReasonOutOfHours, Detail: "the pass is good " + p.claims.Schedule.String()}
}

// OK returns whether v came from [Pass.Verify].
func (v Verified) OK() bool { return v.pass != nil }

// Format prints that a pass was verified and nothing else, so that no log
// records by accident who came by.
func (v Verified) Format(f fmt.State, _ rune) {
	if v.pass == nil {
		io.WriteString(f, "no verified pass")
		return
	}
	fmt.Fprintf(f, "%v, verified", v.pass)
}

// At returns the time at which the pass was judged.
func (v Verified) At() time.Time { return v.at }

// Zone returns the zone for which it was judged.
func (v Verified) Zone() string { return v.zone }

// Claims returns a copy of what the pass says. They are zero if v is.
func (v Verified) Claims() Claims {
	if v.pass == nil {
		return Claims{}
	}
	return v.pass.Claims()
}

// ErrNoReference is returned by [Verified.Open] and [Verified.Model] for a
// plain pass or a zero Verified.
var ErrNoReference = errors.New("the pass has no reference")

// Model returns the first of the door's models that made one of the pass's
// references. The error is [ErrNoReference] or a [Refusal] with
// [ReasonOtherModel].
func (v Verified) Model(loaded ...ModelID) (ModelID, error) {
	if v.pass == nil || v.pass.claims.Face == nil {
		return ModelID{}, ErrNoReference
	}
	for _, m := range loaded {
		if slices.Contains(v.pass.claims.Face.Models, m) {
			return m, nil
		}
	}
	return ModelID{}, &Refusal{
		Reason: ReasonOtherModel,
		Detail: "the pass was made with a model that this door does not have; it has to be made again",
	}
}

// Open opens the references. The key is found by its id, never by trial. The
// error is [ErrNoReference] or a [Refusal] with [ReasonUnknownSeal] or
// [ReasonBadSeal].
func (v Verified) Open(keys SealingKeys) (*References, error) {
	if v.pass == nil || v.pass.claims.Face == nil {
		return nil, ErrNoReference
	}
	sealed, claims := v.pass.sealed, v.pass.claims
	key, ok := keys[sealed.KeyID]
	if !ok || key.id != sealed.KeyID || !key.OK() {
		return nil, &Refusal{Reason: ReasonUnknownSeal, Detail: "the reference is sealed under a key that is not here"}
	}
	aad, err := claims.Binding().external(key.id, claims.Face.Models)
	if err != nil {
		return nil, err
	}
	plaintext, err := sealed.Decrypt(key.vault.secret, aad)
	if err != nil {
		return nil, badSeal(err)
	}
	refs, err := decodeReferences(plaintext)
	if err != nil {
		return nil, badSeal(err)
	}
	if !refs.sameModels(claims.Face.Models) {
		refs.Wipe()
		return nil, badSeal(errReferences)
	}
	return refs, nil
}

func badSeal(cause error) error {
	return &Refusal{Reason: ReasonBadSeal, Detail: "the sealed reference does not open for this pass", Cause: cause}
}
