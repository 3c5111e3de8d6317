package pass

import "errors"

// Reason is why a door opened or did not. It is what `check --json` prints and
// what a door counts; it never says who.
type Reason string

// The reasons about a pass, in the order in which they are looked for.
const (
	// ReasonNoPass: there was no pass to look at.
	ReasonNoPass Reason = "no-pass"
	// ReasonMalformed: what was shown is not a pass in its one exact form.
	ReasonMalformed Reason = "malformed"
	// ReasonUnknownIssuer: the pass is of another site, or signed by a key that
	// this door does not know.
	ReasonUnknownIssuer Reason = "unknown-issuer"
	// ReasonBadSignature: what was signed is not what the pass says, or the
	// sealed reference is not the one that was signed for.
	ReasonBadSignature Reason = "bad-signature"
	// ReasonNotYetValid: the pass begins later.
	ReasonNotYetValid Reason = "not-yet-valid"
	// ReasonExpired: the pass has ended.
	ReasonExpired Reason = "expired"
	// ReasonStatusUnknown: the list that the pass refers to is missing, too
	// short or too old.
	ReasonStatusUnknown Reason = "status-unknown"
	// ReasonRevoked: the site's list does not say that the pass is valid. It
	// was revoked, or never issued, or issued after the list was made.
	ReasonRevoked Reason = "revoked"
	// ReasonWrongZone: the pass is not for this zone.
	ReasonWrongZone Reason = "wrong-zone"
	// ReasonOutOfHours: the pass is not for this hour of the week.
	ReasonOutOfHours Reason = "out-of-hours"
	// ReasonOtherModel: the reference was made with none of the models that
	// this door has.
	ReasonOtherModel Reason = "other-model"
	// ReasonUnknownSeal: the reference is sealed under a key that this door
	// does not have.
	ReasonUnknownSeal Reason = "unknown-seal"
	// ReasonBadSeal: the sealed reference does not open for this pass.
	ReasonBadSeal Reason = "bad-seal"
)

// The reasons about a picture. They are here so that there is one list of
// reasons; this package returns none of them.
const (
	// ReasonBadImage: the picture cannot be read as one.
	ReasonBadImage Reason = "bad-image"
	// ReasonNoFace: no face was found in the picture.
	ReasonNoFace Reason = "no-face"
	// ReasonSeveralFaces: there is more than one clear subject.
	ReasonSeveralFaces Reason = "several-faces"
	// ReasonPoorQuality: the face cannot be compared as it is.
	ReasonPoorQuality Reason = "poor-quality"
	// ReasonAttackSuspected: the face looks like a picture of one.
	ReasonAttackSuspected Reason = "attack-suspected"
	// ReasonFaceMismatch: the face is not the one that the pass was made for.
	ReasonFaceMismatch Reason = "face-mismatch"
)

// ReasonOpened is the reason of a decision to open.
const ReasonOpened Reason = "opened"

// Reasons returns every reason, in the order in which they are looked for, with
// [ReasonOpened] last.
func Reasons() []Reason {
	return []Reason{
		ReasonNoPass, ReasonMalformed, ReasonUnknownIssuer, ReasonBadSignature, ReasonNotYetValid,
		ReasonExpired, ReasonStatusUnknown, ReasonRevoked, ReasonWrongZone, ReasonOutOfHours,
		ReasonOtherModel, ReasonUnknownSeal, ReasonBadSeal,
		ReasonBadImage, ReasonNoFace, ReasonSeveralFaces, ReasonPoorQuality, ReasonAttackSuspected,
		ReasonFaceMismatch, ReasonOpened,
	}
}

// Refusal is the error of everything that a pass or a probe can be refused for.
type Refusal struct {
	Reason Reason
	// Detail is one sentence for a person, without a full stop. It never holds
	// a reference, a score or anything that names a holder.
	Detail string
	// Cause is what was found, where there is more to say to a developer.
	Cause error
}

// Error returns the reason and the detail.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// ReasonOf returns the reason of a refusal, and false for any other error.
func ReasonOf(err error) (Reason, bool) {
	var r *Refusal
	if !errors.As(err, &r) {
		return "", false
	}
	return r.Reason, true
}
