package idcheck_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
)

// The specimen of ICAO Doc 9303-4, appendix B, which expired on 15 April 2012.
var passport = []string{
	"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
	"L898902C36UTO7408122F1204159ZE184226B<<<<<10",
}

var (
	valid   = time.Date(2012, 4, 15, 23, 59, 0, 0, time.UTC)
	expired = time.Date(2012, 4, 16, 0, 0, 0, 0, time.UTC)
	policy  = idcheck.Policy{Threshold: 0.5}
)

func document(t testing.TB) iddoc.Evidence {
	t.Helper()
	m, err := iddoc.ParseMRZ(passport)
	if err != nil {
		t.Fatal(err)
	}
	return iddoc.Evidence{Lines: iddoc.Print, MRZ: m, Portrait: iddoc.Print, Documents: 1}
}

func TestDecide(t *testing.T) {
	good := idcheck.Face{Score: 0.5}
	look := func(by string, found idcheck.Outcome) idcheck.Look { return idcheck.Look{By: by, Found: found} }
	for name, tt := range map[string]struct {
		change  func(c *idcheck.Check, p *idcheck.Policy)
		now     time.Time
		outcome idcheck.Outcome
		reason  idcheck.Reason
		open    bool
	}{
		"same person":   {func(c *idcheck.Check, _ *idcheck.Policy) { c.Face = &good }, valid, idcheck.SamePerson, idcheck.FaceMatches, false},
		"another":       {func(c *idcheck.Check, _ *idcheck.Policy) { c.Face = &idcheck.Face{Score: 0.499} }, valid, idcheck.NotSamePerson, idcheck.FaceDiffers, false},
		"dark":          {func(c *idcheck.Check, _ *idcheck.Policy) { c.Face = &idcheck.Face{Score: 0.4, Unclear: true} }, valid, idcheck.Inconclusive, idcheck.FaceUnclear, false},
		"dark but same": {func(c *idcheck.Check, _ *idcheck.Policy) { c.Face = &idcheck.Face{Score: 0.6, Unclear: true} }, valid, idcheck.SamePerson, idcheck.FaceMatches, false},
		"attack": {func(c *idcheck.Check, p *idcheck.Policy) {
			c.Face, p.RequireLive = &idcheck.Face{Score: 0.9, Suspected: true, Judged: true}, true
		}, valid, idcheck.AttackSuspected, idcheck.FaceLooksCopied, false},
		"suspicion alone": {func(c *idcheck.Check, _ *idcheck.Policy) {
			c.Face = &idcheck.Face{Score: 0.9, Suspected: true, Judged: true}
		}, valid, idcheck.SamePerson, idcheck.FaceMatches, false},
		"the portrait itself": {func(c *idcheck.Check, p *idcheck.Policy) {
			c.Face, p.SamePicture = &idcheck.Face{Score: 0.97, Judged: true}, 0.97
		}, valid, idcheck.AttackSuspected, idcheck.SamePicture, false},
		"almost": {func(c *idcheck.Check, p *idcheck.Policy) {
			c.Face, p.SamePicture = &idcheck.Face{Score: 0.969, Judged: true}, 0.97
		}, valid, idcheck.SamePerson, idcheck.FaceMatches, false},
		"asked to turn": {func(c *idcheck.Check, p *idcheck.Policy) {
			c.Face, p.RequireLive = &idcheck.Face{Score: 0.9, Judged: true, Unanswered: true}, true
		}, valid, idcheck.Inconclusive, idcheck.TurnNotSeen, false},
		"no PAD": {func(c *idcheck.Check, p *idcheck.Policy) {
			c.Face, p.RequireLive = &idcheck.Face{Score: 0.9}, true
		}, valid, idcheck.Inconclusive, idcheck.FaceNotJudged, false},
		"two people":       {func(c *idcheck.Check, _ *idcheck.Policy) { c.Face = &idcheck.Face{Score: 0.9, Others: 1} }, valid, idcheck.Inconclusive, idcheck.SeveralFaces, true},
		"no number":        {func(c *idcheck.Check, _ *idcheck.Policy) { c.Face = &idcheck.Face{Score: math.NaN()} }, valid, idcheck.NotSamePerson, idcheck.FaceDiffers, false},
		"no threshold":     {func(c *idcheck.Check, p *idcheck.Policy) { c.Face, p.Threshold = &good, 0 }, valid, idcheck.NotSamePerson, idcheck.FaceDiffers, false},
		"no face yet":      {func(*idcheck.Check, *idcheck.Policy) {}, valid, idcheck.Inconclusive, idcheck.NoFaceYet, true},
		"expired":          {func(*idcheck.Check, *idcheck.Policy) {}, expired, idcheck.DocumentExpired, idcheck.Expired, false},
		"not read":         {func(c *idcheck.Check, _ *idcheck.Policy) { c.Document.MRZ, c.Document.Lines = nil, iddoc.None }, valid, idcheck.Inconclusive, idcheck.LinesNotRead, false},
		"misread":          {func(c *idcheck.Check, _ *idcheck.Policy) { misread(c, iddoc.Print, iddoc.ErrCheckDigit) }, valid, idcheck.Inconclusive, idcheck.CheckDigitWrong, false},
		"chip's own lines": {func(c *idcheck.Check, _ *idcheck.Policy) { misread(c, iddoc.Chip, iddoc.ErrCheckDigit) }, valid, idcheck.DocumentInvalid, idcheck.CheckDigitWrong, false},
		"month 13":         {func(c *idcheck.Check, _ *idcheck.Policy) { misread(c, iddoc.Typed, iddoc.ErrField) }, valid, idcheck.DocumentInvalid, idcheck.FieldImpossible, false},
		"no portrait":      {func(c *idcheck.Check, _ *idcheck.Policy) { c.Document.Portrait = iddoc.None }, valid, idcheck.Inconclusive, idcheck.NoPortrait, false},
		"two documents":    {func(c *idcheck.Check, _ *idcheck.Policy) { c.Document.Documents = 2 }, valid, idcheck.Inconclusive, idcheck.SeveralDocuments, false},
		"portrait only": {func(c *idcheck.Check, p *idcheck.Policy) {
			c.Document.MRZ, c.Document.Lines, c.Face, p.PortraitOnly = nil, iddoc.None, &good, true
		}, expired, idcheck.SamePerson, idcheck.FaceMatches, false},
		"staff":           {byStaff(false), valid, idcheck.Inconclusive, idcheck.NobodyLookedYet, true},
		"staff same":      {byStaff(false, look("a", idcheck.SamePerson)), valid, idcheck.SamePerson, idcheck.StaffFoundSame, false},
		"staff other":     {byStaff(false, look("a", idcheck.NotSamePerson)), valid, idcheck.NotSamePerson, idcheck.StaffFoundOther, false},
		"staff unsure":    {byStaff(false, look("a", idcheck.Inconclusive)), valid, idcheck.Inconclusive, idcheck.StaffUnsure, false},
		"then a second":   {byStaff(false, look("a", idcheck.Inconclusive), look("b", idcheck.SamePerson)), valid, idcheck.SamePerson, idcheck.StaffFoundSame, false},
		"one of two":      {byStaff(true, look("a", idcheck.SamePerson)), valid, idcheck.Inconclusive, idcheck.SecondLookMissing, true},
		"two":             {byStaff(true, look("a", idcheck.SamePerson), look("b", idcheck.SamePerson)), valid, idcheck.SamePerson, idcheck.StaffFoundSame, false},
		"two, one unsure": {byStaff(true, look("a", idcheck.SamePerson), look("b", idcheck.Inconclusive)), valid, idcheck.Inconclusive, idcheck.StaffUnsure, false},
		"disagreed":       {byStaff(true, look("a", idcheck.SamePerson), look("b", idcheck.NotSamePerson)), valid, idcheck.Inconclusive, idcheck.StaffDisagreed, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, p := idcheck.Check{Way: idcheck.ByFace, Document: document(t)}, policy
			tt.change(&c, &p)
			r, err := idcheck.Decide(p, c, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != tt.outcome || r.Reason != tt.reason || r.Open != tt.open {
				t.Errorf("got %s (%s), open %t, want %s (%s), open %t", r.Outcome, r.Reason, r.Open, tt.outcome, tt.reason, tt.open)
			}
			if r.DocumentChecked == p.PortraitOnly {
				t.Error("the result does not say whether the document was checked")
			}
		})
	}
}

// born changes the date of birth of the specimen, and its check digits.
func born(t testing.TB, birth string) *iddoc.MRZ {
	t.Helper()
	second := passport[1][:13] + birth + string(iddoc.CheckDigit(birth)) + passport[1][20:43]
	m, err := iddoc.ParseMRZ([]string{passport[0], second + string(iddoc.CheckDigit(second[0:10]+second[13:20]+second[21:43]))})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBornInTheFuture: by two figures of its year a birth of next year is one of 99 years
// ago. No face is compared then, and staff, who see the document, may look.
func TestBornInTheFuture(t *testing.T) {
	for birth, future := range map[string]bool{"120416": true, "130812": true, "170415": true, "170416": false, "120415": false, "180101": false, "990101": false} {
		for _, way := range []idcheck.Way{idcheck.ByFace, idcheck.ByStaff} {
			c := idcheck.Check{Way: way, Document: document(t)}
			c.Document.MRZ = born(t, birth)
			r, err := idcheck.Decide(policy, c, valid)
			if err != nil || r.Open == (future && way == idcheck.ByFace) || r.Open == (r.Reason == idcheck.BornInTheFuture) || r.Outcome != idcheck.Inconclusive {
				t.Errorf("%s by %s: %v, %+v", birth, way, err, r)
			}
		}
	}
}

func misread(c *idcheck.Check, how iddoc.Origin, err error) {
	c.Document.MRZ, c.Document.Lines = nil, how
	c.Document.LinesErr = &iddoc.FieldError{Field: "date of birth", Err: err}
}

func byStaff(two bool, looks ...idcheck.Look) func(*idcheck.Check, *idcheck.Policy) {
	return func(c *idcheck.Check, p *idcheck.Policy) {
		c.Way, c.Looks, p.TwoPeople = idcheck.ByStaff, looks, two
	}
}

// TestOrder: steps that may not be done do not turn into results.
func TestOrder(t *testing.T) {
	face, look := &idcheck.Face{Score: 1}, []idcheck.Look{{By: "a", Found: idcheck.SamePerson}}
	old := document(t)
	for name, tt := range map[string]struct {
		check idcheck.Check
		want  error
	}{
		"no choice":             {idcheck.Check{Document: document(t), Face: face}, idcheck.ErrNoChoice},
		"staff after face":      {idcheck.Check{Way: idcheck.ByFace, Document: document(t), Looks: look}, idcheck.ErrOrder},
		"face after staff":      {idcheck.Check{Way: idcheck.ByStaff, Document: document(t), Face: face}, idcheck.ErrOrder},
		"face, document over":   {idcheck.Check{Way: idcheck.ByFace, Document: iddoc.Evidence{}, Face: face}, idcheck.ErrOrder},
		"looks, document over":  {idcheck.Check{Way: idcheck.ByStaff, Document: iddoc.Evidence{}, Looks: look}, idcheck.ErrOrder},
		"one person twice":      {idcheck.Check{Way: idcheck.ByStaff, Document: old, Looks: append(look, look...)}, idcheck.ErrOrder},
		"nobody looked":         {idcheck.Check{Way: idcheck.ByStaff, Document: old, Looks: []idcheck.Look{{Found: idcheck.SamePerson}}}, idcheck.ErrOrder},
		"staff found an attack": {idcheck.Check{Way: idcheck.ByStaff, Document: old, Looks: []idcheck.Look{{By: "a", Found: idcheck.AttackSuspected}}}, idcheck.ErrOrder},
	} {
		if r, err := idcheck.Decide(policy, tt.check, valid); !errors.Is(err, tt.want) || r.Outcome != "" {
			t.Errorf("%s: got %v, outcome %q", name, err, r.Outcome)
		}
	}
}

// TestNeverSameWithoutGrounds: whatever is found, same-person needs a score at the
// threshold with nothing suspected and nobody else there, or staff who said so and
// nobody of staff who said otherwise; and unless only portraits are compared, lines
// that verify and have not expired.
func TestNeverSameWithoutGrounds(t *testing.T) {
	whole := document(t)
	rapid.Check(t, func(r *rapid.T) {
		c, p := drawCheck(r, whole), idcheck.Policy{
			Threshold: rapid.Float64Range(-1, 1).Draw(r, "threshold"), SamePicture: rapid.Float64Range(-1, 1).Draw(r, "same picture"), PortraitOnly: rapid.Bool().Draw(r, "portrait only"), RequireLive: rapid.Bool().Draw(r, "require live"), TwoPeople: rapid.Bool().Draw(r, "two"),
		}
		now := rapid.SampledFrom([]time.Time{valid, expired}).Draw(r, "now")
		got, err := idcheck.Decide(p, c, now)
		if err != nil {
			if got.Outcome != "" || len(got.Next) != 0 {
				r.Fatal("a mistake has a result")
			}
			return
		}
		if (len(got.Next) == 0) != (got.Outcome == idcheck.SamePerson) || got.Open && got.Outcome != idcheck.Inconclusive {
			r.Fatalf("%+v", got)
		}
		if got.Unattended && (slices.Contains(got.Next, idcheck.LetStaffLook) || slices.Contains(got.Next, idcheck.AskColleague)) {
			r.Fatal("sent to staff where there is none")
		}
		if got.Outcome != idcheck.SamePerson {
			return
		}
		if !p.PortraitOnly && (c.Document.MRZ == nil || now.Equal(expired)) {
			r.Fatal("same person with a document that did not hold")
		}
		if c.Way == idcheck.ByFace && (c.Face == nil || p.Threshold <= 0 || c.Face.Score < p.Threshold || p.SamePicture > 0 && c.Face.Score >= p.SamePicture || p.RequireLive && (c.Face.Suspected || !c.Face.Judged || c.Face.Unanswered) || c.Face.Others > 0) {
			r.Fatal("same person by a face that does not say so")
		}
		if c.Way == idcheck.ByStaff && !agreed(c.Looks, p.TwoPeople) {
			r.Fatal("same person by staff who did not say so")
		}
	})
}

func agreed(looks []idcheck.Look, two bool) bool {
	sure := 0
	for _, l := range looks {
		if l.Found == idcheck.NotSamePerson {
			return false
		}
		if l.Found == idcheck.SamePerson {
			sure++
		}
	}
	return sure > 0 && (!two || sure > 1)
}

func drawCheck(r *rapid.T, whole iddoc.Evidence) idcheck.Check {
	c := idcheck.Check{Way: idcheck.Way(rapid.IntRange(0, 2).Draw(r, "way")), Document: whole, Unattended: rapid.Bool().Draw(r, "unattended")}
	if rapid.IntRange(0, 3).Draw(r, "lines") == 0 {
		c.Document.MRZ, c.Document.Lines = nil, iddoc.None
	}
	if rapid.IntRange(0, 5).Draw(r, "portrait") == 0 {
		c.Document.Portrait = iddoc.None
	}
	if c.Way == idcheck.ByFace && rapid.Bool().Draw(r, "face") {
		c.Face = &idcheck.Face{
			Score: rapid.Float64Range(-1, 1).Draw(r, "score"), Unclear: rapid.Bool().Draw(r, "unclear"),
			Suspected: rapid.Bool().Draw(r, "suspected"), Judged: rapid.Bool().Draw(r, "judged"), Others: rapid.IntRange(0, 1).Draw(r, "others"), Unanswered: rapid.Bool().Draw(r, "unanswered"),
		}
	}
	if c.Way == idcheck.ByStaff {
		for i := range rapid.IntRange(0, 3).Draw(r, "looks") {
			found := rapid.SampledFrom([]idcheck.Outcome{idcheck.SamePerson, idcheck.SamePerson, idcheck.NotSamePerson, idcheck.Inconclusive}).Draw(r, "found")
			c.Looks = append(c.Looks, idcheck.Look{By: strings.Repeat("a", i+1), Found: found})
		}
	}
	return c
}
