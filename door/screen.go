package door

import (
	"time"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// Key is what a screen says. It is coarse on purpose: whoever tries things out
// learns from it what a holder needs to know and no more. In particular nothing
// tells a face that did not match from one that could not be seen well.
type Key string

const (
	// KeyReady asks for a pass. The hint may say why nothing happens.
	KeyReady Key = "ready"
	// KeyChecking is while a code is being checked, for at most a few seconds.
	KeyChecking Key = "checking"
	// KeyAboutToLook says that the camera will look, and offers "not me" until
	// [Screen.Until].
	KeyAboutToLook Key = "about-to-look"
	// KeyLook is while the camera looks, with a hint, and until when.
	KeyLook Key = "look"
	// KeyPrompt asks for what the hint says, and offers "I cannot do this".
	KeyPrompt Key = "prompt"
	// KeyOpened says that the door is open. It stays while it is.
	KeyOpened Key = "opened"
	// KeyTryAgain is for what may go better the next time; the hint says how.
	KeyTryAgain Key = "try-again"
	// KeyAskForHelp is for a pass that does not open this door: only whoever
	// issues passes can say why.
	KeyAskForHelp Key = "ask-for-help"
	// KeyNotNow is for hours, and for a pass that has not begun or has ended.
	KeyNotNow Key = "not-now"
	// KeyUseOtherWay is where faces are not taken, or rest, or were declined;
	// [Screen.Ways] are the others.
	KeyUseOtherWay Key = "use-other-way"
	// KeyTooManyTries is for a pass or a number that has to wait.
	KeyTooManyTries Key = "too-many-tries"
	// KeyLocked is for a door that takes nothing: it ran out of news, or it is
	// out of order.
	KeyLocked Key = "locked"
	// KeyLatchFailed says that the way was free, and the latch did not move.
	KeyLatchFailed Key = "latch-failed"
)

// Keys returns every key.
func Keys() []Key {
	return []Key{
		KeyReady, KeyChecking, KeyAboutToLook, KeyLook, KeyPrompt, KeyOpened, KeyTryAgain, KeyAskForHelp,
		KeyNotNow, KeyUseOtherWay, KeyTooManyTries, KeyLocked, KeyLatchFailed,
	}
}

// Hint is one thing to do.
type Hint string

const (
	// HintNone is that there is nothing to say.
	HintNone Hint = ""
	// HintLookHere asks to look at the camera. It is also what is said where
	// nothing better is known, or better left unsaid.
	HintLookHere Hint = "look-here"
	// HintComeCloser is for a face of too few pixels, and for none.
	HintComeCloser Hint = "come-closer"
	// HintTurnToLight is for too little light on the face.
	HintTurnToLight Hint = "turn-to-light"
	// HintLessLight is for too much of it, or glare.
	HintLessLight Hint = "less-light"
	// HintOnePerson is for several people at the same distance.
	HintOnePerson Hint = "one-person"
	// HintHoldStill is for a blurred picture.
	HintHoldStill Hint = "hold-still"
	// HintHoldHeadUp is for a head that leans to one side.
	HintHoldHeadUp Hint = "hold-head-up"
	// HintRemoveGlasses is for dark glasses, or a cap's shadow.
	HintRemoveGlasses Hint = "remove-glasses"
	// HintShowWholeFace is for a hand, a scarf or a mask.
	HintShowWholeFace Hint = "show-whole-face"
	// HintShowPassFlat is for a pass that was read wrongly.
	HintShowPassFlat Hint = "show-pass-flat"
	// HintTakePassAway is for a pass that is still held up after its showing.
	HintTakePassAway Hint = "take-pass-away"
	// HintShowPhoneCode asks for the moving code on the phone instead of a
	// picture of it.
	HintShowPhoneCode Hint = "show-phone-code"
	// HintNotAPass is for a code that is something else.
	HintNotAPass Hint = "not-a-pass"
	// HintTurnLeft and those after it ask for a movement: see package face. There is
	// [HintComeCloser], too.
	HintTurnLeft Hint = "turn-left"
	// HintTurnRight asks to turn the head to one's own right.
	HintTurnRight Hint = "turn-right"
	// HintTypeAgain is for a number and a code that do not belong together.
	HintTypeAgain Hint = "type-again"
)

// Hints returns every hint but [HintNone].
func Hints() []Hint {
	return []Hint{
		HintLookHere, HintComeCloser, HintTurnToLight, HintLessLight, HintOnePerson, HintHoldStill, HintHoldHeadUp,
		HintRemoveGlasses, HintShowWholeFace, HintShowPassFlat, HintTakePassAway, HintShowPhoneCode, HintNotAPass, HintTurnLeft, HintTurnRight, HintTypeAgain,
	}
}

// Screen is what people at the door see.
type Screen struct {
	Key  Key
	Hint Hint
	// Until is when it changes by itself, zero if it does not.
	Until time.Time
	// Ways are the methods that would be accepted now, so that every screen can
	// show one that needs no face.
	Ways Methods
	// Light is the screen's colour, empty for its own.
	Light Light
}

// keyOf is what a screen says for a reason, where nothing else was said.
func keyOf(r pass.Reason) Key {
	switch r {
	case pass.ReasonOpened:
		return KeyOpened
	case pass.ReasonNotYetValid, pass.ReasonExpired, pass.ReasonOutOfHours:
		return KeyNotNow
	case pass.ReasonNotMe, pass.ReasonNotAcceptedHere:
		return KeyUseOtherWay
	case pass.ReasonTooManyTries:
		return KeyTooManyTries
	case pass.ReasonBundleExpired, pass.ReasonDoorFailed:
		return KeyLocked
	case pass.ReasonNoPass, pass.ReasonMalformed, pass.ReasonBadImage, pass.ReasonNoFace, pass.ReasonSeveralFaces,
		pass.ReasonPoorQuality, pass.ReasonAttackSuspected, pass.ReasonFaceMismatch, pass.ReasonTimedOut,
		pass.ReasonWrongPIN, pass.ReasonBadPresentation, pass.ReasonNeedsPresentation:
		return KeyTryAgain
	}
	return KeyAskForHelp
}

// hintOf is what to do about a reason, where nothing better is known.
func hintOf(r pass.Reason) Hint {
	switch r {
	case pass.ReasonMalformed:
		return HintShowPassFlat
	case pass.ReasonNoFace:
		return HintComeCloser
	case pass.ReasonSeveralFaces:
		return HintOnePerson
	case pass.ReasonBadImage, pass.ReasonPoorQuality, pass.ReasonAttackSuspected, pass.ReasonFaceMismatch, pass.ReasonTimedOut:
		return HintLookHere
	case pass.ReasonWrongPIN:
		return HintTypeAgain
	case pass.ReasonBadPresentation, pass.ReasonNeedsPresentation:
		return HintShowPhoneCode
	}
	return HintNone
}

// HintFor is what to do about a problem of a capture.
func HintFor(p face.Problem) Hint {
	switch p {
	case face.TooFar:
		return HintComeCloser
	case face.TooDark:
		return HintTurnToLight
	case face.TooBright, face.Flat:
		return HintLessLight
	case face.Blurred:
		return HintHoldStill
	case face.Tilted:
		return HintHoldHeadUp
	case face.EyesCovered:
		return HintRemoveGlasses
	case face.PartHidden:
		return HintShowWholeFace
	}
	return HintLookHere
}
