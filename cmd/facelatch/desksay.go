package main

import (
	"fmt"
	"io"

	"github.com/facelatch/facelatch/idcheck"
)

// deskVerdict is what desk check prints for programs. It has no score, and nothing
// that the document says.
type deskVerdict struct {
	Outcome   idcheck.Outcome `json:"outcome"`
	Reason    idcheck.Reason  `json:"reason"`
	Document  string          `json:"document"` // "not-checked", or "lines-verified" or "lines-not-verified"
	Proof     string          `json:"proof"`    // of the document being genuine: "unproved"
	Threshold string          `json:"threshold"`
	Suspected bool            `json:"attack_suspected"`
	Next      []idcheck.Next  `json:"next"`
}

func deskJSON(r idcheck.Result) deskVerdict {
	return deskVerdict{
		Outcome: r.Outcome, Reason: r.Reason, Document: documentWord(r), Proof: r.Proof.String(),
		Threshold: deskThreshold, Suspected: r.Suspected, Next: append([]idcheck.Next{}, r.Next...),
	}
}

// documentWord says what is known of the document's lines.
func documentWord(r idcheck.Result) string {
	switch {
	case !r.DocumentChecked:
		return "not-checked"
	case r.LinesVerified:
		return "lines-verified"
	}
	return "lines-not-verified"
}

// sayDesk prints a result for people.
func sayDesk(w io.Writer, r idcheck.Result) error {
	document := map[string]string{
		"not-checked":        "not checked",
		"lines-verified":     "its lines fit their check digits and it has not expired; that does not prove that it is genuine",
		"lines-not-verified": "not verified",
	}[documentWord(r)]
	if _, err := fmt.Fprintf(w, "%s\n%s\ndocument: %s\n", r.Outcome, deskReason(r.Reason), document); err != nil {
		return err
	}
	for _, n := range r.Next {
		if _, err := fmt.Fprintf(w, "next: %s\n", deskNext(n)); err != nil {
			return err
		}
	}
	return nil
}

// deskReason is a reason as a sentence, without a full stop.
func deskReason(r idcheck.Reason) string {
	return map[idcheck.Reason]string{
		idcheck.FaceMatches:       "the face is that of the portrait",
		idcheck.FaceDiffers:       "the face is not that of the portrait",
		idcheck.FaceUnclear:       "the face or the portrait cannot be seen well enough to tell",
		idcheck.FaceLooksCopied:   "the face looks like a picture of one",
		idcheck.SamePicture:       "the photograph is as like the portrait as only a picture of that portrait is",
		idcheck.TurnNotSeen:       "it was not seen that the head turned as was asked",
		idcheck.FaceNotJudged:     "there is no model that could tell a face from a picture of one",
		idcheck.NoFaceYet:         "the photograph shows no face",
		idcheck.SeveralFaces:      "the photograph shows several people about as close",
		idcheck.NoPortrait:        "no portrait was found in the picture of the document",
		idcheck.SeveralDocuments:  "the picture of the document shows two portraits of the same size, as two documents do",
		idcheck.LinesNotRead:      "the document's lines were not read",
		idcheck.CheckDigitWrong:   "a check digit of the document's lines does not fit: they were mistyped, or the document is wrong",
		idcheck.FieldImpossible:   "a field of the document's lines cannot be",
		idcheck.BornInTheFuture:   "the date of birth is still to come, or nearly a hundred years ago: two figures of a year do not tell, and a member of staff can",
		idcheck.ExpiryNotKnown:    "the document does not say when it expires",
		idcheck.Expired:           "the document has expired",
		idcheck.StaffFoundSame:    "a member of staff found the same person",
		idcheck.StaffFoundOther:   "a member of staff found another person",
		idcheck.StaffUnsure:       "staff could not tell",
		idcheck.StaffDisagreed:    "members of staff did not agree",
		idcheck.NobodyLookedYet:   "nobody has looked yet",
		idcheck.SecondLookMissing: "a second member of staff has to look",
	}[r]
}

// deskNext is what may be done, as a sentence without a full stop.
func deskNext(n idcheck.Next) string {
	return map[idcheck.Next]string{
		idcheck.TakeAnother:   "take another photograph: straight, near, in good light, one person",
		idcheck.ScanAgain:     "take another picture of the document: whole, flat, without glare, one document",
		idcheck.TypeLines:     "type the lines at its foot, with --mrz",
		idcheck.LetStaffLook:  "let a member of staff look",
		idcheck.OtherDocument: "ask for another document",
		idcheck.AskColleague:  "ask a colleague to look",
		idcheck.EndHere:       "nothing more to do here",
	}[n]
}
