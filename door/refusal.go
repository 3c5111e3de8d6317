package door

import (
	"errors"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// Refusal returns what an error means to somebody who shows a pass or a face,
// and false for a failure of the machine. It is the one place where the errors
// of pictures and faces become reasons.
func Refusal(err error) (*pass.Refusal, bool) {
	var r *pass.Refusal
	if errors.As(err, &r) {
		return r, true
	}
	var notYet NotYet
	if errors.As(err, &notYet) {
		return &pass.Refusal{Reason: pass.ReasonPoorQuality, Detail: notYet.Problem.Advice(), Cause: err}, true
	}
	for _, m := range meanings() {
		if errors.Is(err, m.err) {
			detail := m.detail
			if detail == "" {
				detail = err.Error()
			}
			return &pass.Refusal{Reason: m.reason, Detail: detail, Cause: err}, true
		}
	}
	return nil, false
}

// meaning is the reason that an error is, and a sentence in the place of its
// own where that says too little.
type meaning struct {
	err    error
	reason pass.Reason
	detail string
}

func meanings() []meaning {
	return []meaning{
		{face.ErrNoFace, pass.ReasonNoFace, "no face was found in the picture"},
		{face.ErrSeveralFaces, pass.ReasonSeveralFaces, "more than one face is close to the camera: one person at a time"},
		{face.ErrReference, pass.ReasonOtherModel, "the reference was not made by the model that is used here; the pass has to be made again"},
		{picture.ErrFormat, pass.ReasonBadImage, ""},
		{picture.ErrEmpty, pass.ReasonBadImage, ""},
		{picture.ErrTruncated, pass.ReasonBadImage, ""},
		{picture.ErrDamaged, pass.ReasonBadImage, ""},
		{picture.ErrTooLarge, pass.ReasonBadImage, ""},
		{picture.ErrAnimated, pass.ReasonBadImage, ""},
		{picture.ErrUnsupported, pass.ReasonBadImage, ""},
	}
}
