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

// The reasons of a door that stands at an entrance. A command that judges one
// pass and one photograph has none of them.
const (
	// ReasonBadPresentation: the phone's signature over the pass, the time and
	// what the door showed is not by the holder's key, not of this door or not
	// of this moment.
	ReasonBadPresentation Reason = "bad-presentation"
	// ReasonNeedsPresentation: a plain pass that belongs to a phone was shown
	// without the phone's signature: it is a picture of the pass.
	ReasonNeedsPresentation Reason = "needs-presentation"
	// ReasonWrongPIN: the number is not known here, or the code is not its own.
	ReasonWrongPIN Reason = "wrong-pin"
	// ReasonNotAcceptedHere: the pass is good, and of a kind that this door does
	// not accept, or not at the moment.
	ReasonNotAcceptedHere Reason = "not-accepted-here"
	// ReasonBundleExpired: the door has had no news for longer than it may
	// decide without.
	ReasonBundleExpired Reason = "bundle-expired"
	// ReasonTooManyTries: this pass or number, or everybody at this door, failed
	// too often in the last minutes.
	ReasonTooManyTries Reason = "too-many-tries"
	// ReasonNotMe: the person said so before the camera looked, or left while it
	// did.
	ReasonNotMe Reason = "not-me"
	// ReasonTimedOut: the time for looking ended without a decision.
	ReasonTimedOut Reason = "timed-out"
	// ReasonDoorFailed: the door could not do its part: its latch, camera, clock
	// or screen.
	ReasonDoorFailed Reason = "door-failed"
)

// ReasonOpened is the reason of a decision to open.
const ReasonOpened Reason = "opened"

// Reasons returns every reason, with [ReasonOpened] last. Those about a pass and
// about a picture stand in the order in which they are looked for.
func Reasons() []Reason {
	return []Reason{
		ReasonNoPass, ReasonMalformed, ReasonUnknownIssuer, ReasonBadSignature, ReasonNotYetValid,
		ReasonExpired, ReasonStatusUnknown, ReasonRevoked, ReasonWrongZone, ReasonOutOfHours,
		ReasonOtherModel, ReasonUnknownSeal, ReasonBadSeal,
		ReasonBadImage, ReasonNoFace, ReasonSeveralFaces, ReasonPoorQuality, ReasonAttackSuspected,
		ReasonFaceMismatch,
		ReasonBadPresentation, ReasonNeedsPresentation, ReasonWrongPIN, ReasonNotAcceptedHere, ReasonBundleExpired,
		ReasonTooManyTries, ReasonNotMe, ReasonTimedOut, ReasonDoorFailed,
		ReasonOpened,
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
