package idcheck

// Face is what comparing the person's face with the portrait gave.
type Face struct {
	// Score is the comparison score of the best frame. It is used here and goes no
	// further.
	Score float64
	// Unclear says that a cause is seen for which the comparison may fail, in the
	// best frame or in the portrait: too dark, too far, too old a print.
	Unclear bool
	// Suspected says that PAD took what was shown for something else than a face,
	// and Judged that there was PAD at all.
	Suspected, Judged bool
	// Unanswered says that the person was asked to turn their head, and that it was
	// not seen.
	Unanswered bool
	// Others is how many further faces the best frame shows.
	Others int
}

// Copied says whether a face is so like the portrait that it is a picture of that very
// portrait. Whether PAD decides does not matter for it.
func (p Policy) Copied(f *Face) bool { return p.SamePicture > 0 && f.Score >= p.SamePicture }

// Doubtful says whether a face is nearly so like the portrait: then all frames that a
// check may compare are looked at before one is believed.
func (p Policy) Doubtful(f *Face) bool {
	return p.SamePicture > 0 && p.Doubt > 0 && f.Score >= p.Doubt
}

// byFace decides by a comparison. Whoever is suspected learns nothing about
// whether the faces match. A score below the threshold with a cause that can be
// mended is no proof of another person.
func byFace(p Policy, r Result, f *Face) Result {
	if f == nil {
		return r.waiting(NoFaceYet)
	}
	r.Threshold, r.Suspected = p.Threshold, f.Suspected
	switch {
	case p.RequireLive && f.Suspected:
		return r.with(AttackSuspected, FaceLooksCopied)
	case p.RequireLive && !f.Judged && f.Others == 0:
		return r.with(Inconclusive, FaceNotJudged)
	case f.Others > 0:
		return r.waiting(SeveralFaces)
	case p.Copied(f):
		r.Suspected = true
		return r.with(AttackSuspected, SamePicture)
	case p.RequireLive && f.Unanswered:
		return r.with(Inconclusive, TurnNotSeen)
	// Written so that a score or a threshold which is not a number matches nobody.
	case p.Threshold > 0 && f.Score >= p.Threshold:
		return r.with(SamePerson, FaceMatches)
	case f.Unclear:
		return r.with(Inconclusive, FaceUnclear)
	}
	return r.with(NotSamePerson, FaceDiffers)
}

// Look is what one member of staff found.
type Look struct {
	// By is a pseudonym of theirs, so that nobody counts as two people.
	By string
	// Found is SamePerson, NotSamePerson or Inconclusive.
	Found Outcome
}

// byStaff decides by what members of staff found. One who is unsure may ask a
// colleague; two who are sure and disagree leave it inconclusive.
func byStaff(p Policy, r Result, looks []Look) (Result, error) {
	found, unsure, people := Outcome(""), false, map[string]bool{}
	for _, l := range looks {
		if l.By == "" || people[l.By] {
			return Result{}, ErrOrder
		}
		people[l.By] = true
		switch {
		case l.Found == Inconclusive:
			unsure = true
		case l.Found != SamePerson && l.Found != NotSamePerson:
			return Result{}, ErrOrder
		case found != "" && found != l.Found:
			r.Looked = len(looks)
			return r.with(Inconclusive, StaffDisagreed), nil
		default:
			found = l.Found
		}
	}
	r.Looked = len(looks)
	switch {
	case len(looks) == 0:
		return r.waiting(NobodyLookedYet), nil
	case p.TwoPeople && len(looks) < 2:
		return r.waiting(SecondLookMissing), nil
	case found == "" || unsure && p.TwoPeople:
		return r.with(Inconclusive, StaffUnsure), nil
	case found == SamePerson:
		return r.with(SamePerson, StaffFoundSame), nil
	}
	return r.with(NotSamePerson, StaffFoundOther), nil
}
