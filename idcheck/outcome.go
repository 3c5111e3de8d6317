package idcheck

import "github.com/facelatch/facelatch/iddoc"

// Outcome is how a check ended, in the form that programs read.
type Outcome string

// The outcomes.
const (
	// SamePerson: the person is the one in the document's portrait.
	SamePerson Outcome = "same-person"
	// NotSamePerson: the person is not.
	NotSamePerson Outcome = "not-same-person"
	// Inconclusive: it could not be told.
	Inconclusive Outcome = "inconclusive"
	// AttackSuspected: something else than a face may have been shown to the
	// camera.
	AttackSuspected Outcome = "attack-suspected"
	// DocumentInvalid: the document says what no document can say.
	DocumentInvalid Outcome = "document-invalid"
	// DocumentExpired: the document's date of expiry has passed.
	DocumentExpired Outcome = "document-expired"
	// Abandoned: the person left, said no later on, or time ran out. It is set by
	// who runs a check, never decided here.
	Abandoned Outcome = "abandoned"
)

// Outcomes returns all of them, in the order above.
func Outcomes() []Outcome {
	return []Outcome{SamePerson, NotSamePerson, Inconclusive, AttackSuspected, DocumentInvalid, DocumentExpired, Abandoned}
}

// Reason is why, in the form that programs read. A reason never carries a value
// read from a document, and never a score.
type Reason string

// The reasons.
const (
	FaceMatches       Reason = "face-matches"
	FaceDiffers       Reason = "face-differs"
	FaceUnclear       Reason = "face-unclear"      // a cause is seen that can be mended
	FaceLooksCopied   Reason = "face-looks-copied" // PAD
	SamePicture       Reason = "same-picture"      // as alike as two photographs of one person never are
	FaceNotJudged     Reason = "face-not-judged"   // PAD is asked for, and there is none
	TurnNotSeen       Reason = "turn-not-seen"     // the person was asked to turn their head
	NoFaceYet         Reason = "no-face-yet"
	SeveralFaces      Reason = "several-faces"
	NoPortrait        Reason = "no-portrait"
	SeveralDocuments  Reason = "several-documents"
	LinesNotRead      Reason = "lines-not-read"
	CheckDigitWrong   Reason = "check-digit-wrong" // typed lines: mistyped, or the document is wrong
	FieldImpossible   Reason = "field-impossible"
	BornInTheFuture   Reason = "born-in-the-future" // or nearly a hundred years ago
	ExpiryNotKnown    Reason = "expiry-not-known"
	Expired           Reason = "expired"
	StaffFoundSame    Reason = "staff-found-same"
	StaffFoundOther   Reason = "staff-found-other"
	StaffUnsure       Reason = "staff-unsure"
	StaffDisagreed    Reason = "staff-disagreed"
	NobodyLookedYet   Reason = "nobody-looked-yet"
	SecondLookMissing Reason = "second-look-missing"
)

// Next is something that staff, or the person alone, may do after a result.
type Next string

// What may be done next.
const (
	TakeAnother   Next = "take-another-picture" // of the face
	ScanAgain     Next = "scan-again"           // of the document
	TypeLines     Next = "type-the-lines"
	LetStaffLook  Next = "let-staff-look"
	OtherDocument Next = "other-document"
	AskColleague  Next = "ask-a-colleague"
	EndHere       Next = "end-here" // nothing more helps; the relying party decides without us
)

// Result is the end of a check, or where it stands. It holds nothing about a face
// but the outcome, and nothing that the document says.
type Result struct {
	Outcome Outcome
	Reason  Reason
	// Open says that the check is not over: Outcome is what it would be if it
	// ended now.
	Open bool
	// Next is what may be done, most useful first; nothing after SamePerson.
	Next []Next
	Way  Way
	// DocumentChecked is false where the policy was to compare faces only.
	DocumentChecked bool
	// LinesVerified says that the lines were had, that every check digit fits, and
	// that the document has not expired.
	LinesVerified bool
	Proof         iddoc.Proof
	// Threshold is the one that was used, 0 where no face was compared.
	Threshold float64
	// Suspected says that PAD suspected an attack, also where the policy does not
	// let that decide: passive PAD on a still is weak both ways.
	Suspected bool
	// Looked is how many members of staff looked.
	Looked     int
	Unattended bool
}

// with ends a result.
func (r Result) with(o Outcome, why Reason) Result {
	r.Outcome, r.Reason, r.Next = o, why, nil
	if o != SamePerson {
		r.Next = next(why, r.Unattended)
	}
	return r
}

// waiting leaves a result open.
func (r Result) waiting(why Reason) Result {
	r.Open = true
	return r.with(Inconclusive, why)
}

// next returns what helps after a reason. A person alone with a phone has no staff
// to turn to, and is sent to a counter by EndHere.
func next(why Reason, unattended bool) []Next {
	all := map[Reason][]Next{
		FaceDiffers:       {TakeAnother, LetStaffLook},
		FaceUnclear:       {TakeAnother, LetStaffLook},
		FaceLooksCopied:   {LetStaffLook},
		SamePicture:       {LetStaffLook},
		FaceNotJudged:     {LetStaffLook},
		TurnNotSeen:       {TakeAnother, LetStaffLook},
		NoFaceYet:         {TakeAnother, LetStaffLook},
		SeveralFaces:      {TakeAnother, LetStaffLook},
		NoPortrait:        {ScanAgain, LetStaffLook, OtherDocument},
		SeveralDocuments:  {ScanAgain},
		LinesNotRead:      {ScanAgain, TypeLines, OtherDocument},
		CheckDigitWrong:   {TypeLines, ScanAgain, OtherDocument},
		FieldImpossible:   {TypeLines, OtherDocument},
		BornInTheFuture:   {LetStaffLook, TypeLines, OtherDocument},
		ExpiryNotKnown:    {TypeLines, OtherDocument},
		Expired:           {OtherDocument},
		StaffUnsure:       {AskColleague, OtherDocument},
		StaffDisagreed:    {OtherDocument},
		NobodyLookedYet:   {LetStaffLook},
		SecondLookMissing: {AskColleague},
	}[why]
	kept := make([]Next, 0, len(all)+1)
	for _, n := range all {
		if unattended && (n == LetStaffLook || n == AskColleague) {
			continue
		}
		kept = append(kept, n)
	}
	if len(kept) == 0 {
		return []Next{EndHere}
	}
	return kept
}
