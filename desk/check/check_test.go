package check

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/models"
)

// at fails unless a check stands at a step, for a reason.
func at(t *testing.T, c *Check, step Step, reason idcheck.Reason) State {
	t.Helper()
	s := c.State()
	if s.Step != step || s.Reason != reason {
		t.Fatalf("at %s (%s), want %s (%s)", s.Step, s.Reason, step, reason)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// frames shows somebody's face until the check ends, or often enough.
func (f *fixture) frames(t *testing.T, c *Check, who int) {
	t.Helper()
	for range Frames {
		f.wait(frameGap)
		if err := c.Frame(t.Context(), faceOf(who)); err != nil && !errors.Is(err, ErrEnded) {
			t.Fatal(err)
		}
	}
}

func TestByFace(t *testing.T) {
	f := newFixture(t, nil)
	c := f.begin(t, nil)
	at(t, c, Reading, "")
	f.choose(t, c, idcheck.ByFace)
	at(t, c, Chosen, "")
	data := of(3)
	must(t, c.Document(t.Context(), data))
	if len(bytes.Trim(data, "\x00")) > 0 {
		t.Error("the file is not cleared")
	}
	at(t, c, Face, idcheck.NoFaceYet)
	must(t, c.Frame(t.Context(), facetest.JPEG(facetest.Far(3))))
	if s := at(t, c, Face, idcheck.NoFaceYet); s.Hint != door.HintComeCloser {
		t.Errorf("the hint is %q", s.Hint)
	}
	must(t, c.Frame(t.Context(), facetest.JPEG(facetest.Two(3, 4))))
	if s := c.State(); s.Hint != door.HintOnePerson {
		t.Errorf("the hint is %q", s.Hint)
	}
	must(t, c.Frame(t.Context(), faceOf(3)))
	s := at(t, c, Ended, idcheck.FaceMatches)
	if s.Result.Outcome != idcheck.SamePerson || !s.Result.HandedOn || len(s.Result.Claims) != 3 {
		t.Errorf("%+v", s.Result)
	}
	done := f.results()
	want := map[string]any{party.GivenName: "ANNA MARIA", party.Birthdate: "1974-08-12", party.Over18: true}
	if len(done) != 1 || !reflect.DeepEqual(done[0].Claims, want) || done[0].Notice != f.notice || done[0].Lines != iddoc.Print || done[0].Portrait != iddoc.Print {
		t.Errorf("%+v", done)
	}
	if left := f.leftOver(c); left != "" {
		t.Error("left over: " + left)
	}
	if err := c.Frame(t.Context(), faceOf(3)); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}

func TestStranger(t *testing.T) {
	f := newFixture(t, nil)
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	f.frames(t, c, 4)
	s := at(t, c, Ended, idcheck.FaceDiffers)
	if s.Result.Outcome != idcheck.NotSamePerson || len(s.Result.Claims) != 0 || len(f.results()[0].Claims) != 0 {
		t.Errorf("%+v", s.Result)
	}
	if n := f.engine.Runs(models.Extract); n != 2*(1+Frames) { // two networks extract
		t.Errorf("%d extractions", n)
	}
}

func TestAttack(t *testing.T) {
	f := newFixture(t, nil)
	f.policy.RequireLive = true
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	f.engine.Suspect(true)
	must(t, c.Frame(t.Context(), faceOf(3)))
	f.engine.Suspect(false)
	f.wait(frameGap)
	must(t, c.Frame(t.Context(), faceOf(4)))
	f.wait(frameGap)
	must(t, c.Frame(t.Context(), faceOf(4)))
	at(t, c, Ended, idcheck.FaceLooksCopied)
}

// TestDocumentHeldUp: a frame that shows a document is compared with nothing, and says
// what to do about it; looked at as often as faces are, and no oftener.
func TestDocumentHeldUp(t *testing.T) {
	f := newFixture(t, nil)
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	for range 2 * Frames {
		must(t, c.Frame(t.Context(), of(3)))
		if s := at(t, c, Face, idcheck.NoFaceYet); s.Hint != HintDocumentAway {
			t.Fatalf("the hint is %q", s.Hint)
		}
		runs := f.engine.Runs(models.Detect)
		must(t, c.Frame(t.Context(), of(3)))
		if f.engine.Runs(models.Detect) != runs {
			t.Fatal("the next frame was looked at too soon")
		}
		f.wait(frameGap)
	}
	must(t, c.Frame(t.Context(), faceOf(3)))
	at(t, c, Ended, idcheck.FaceMatches)
}

// TestSamePicture: what is as alike as only a picture of the portrait itself is, ends
// the check as an attack, although no other frame was.
func TestSamePicture(t *testing.T) {
	f := newFixture(t, nil)
	f.policy.SamePicture = 0.999
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	must(t, c.Frame(t.Context(), faceOf(3)))
	if s := at(t, c, Ended, idcheck.SamePicture); s.Result.Outcome != idcheck.AttackSuspected || len(s.Result.Claims) != 0 {
		t.Errorf("%+v", s.Result)
	}
	if left := f.leftOver(c); left != "" {
		t.Error("left over: " + left)
	}
}

// TestDoubt: a frame that is nearly as like does not end the check by itself; the last
// of them does.
func TestDoubt(t *testing.T) {
	f := newFixture(t, nil)
	f.policy.SamePicture, f.policy.Doubt = 1.5, 0.7
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	for range Frames - 1 {
		must(t, c.Frame(t.Context(), faceOf(3)))
		at(t, c, Face, idcheck.NoFaceYet)
		f.wait(frameGap)
	}
	must(t, c.Frame(t.Context(), faceOf(3)))
	at(t, c, Ended, idcheck.FaceMatches)
}

// TestAloneIsJudged: where nobody watches, a suspicion of PAD decides, whatever the
// site says.
func TestAloneIsJudged(t *testing.T) {
	for _, alone := range []bool{false, true} {
		f := newFixture(t, nil)
		c := f.begin(t, func(o *Order) {
			if o.Unattended = alone; alone {
				o.Staff = ""
			}
		})
		f.choose(t, c, idcheck.ByFace)
		must(t, c.Document(t.Context(), of(3)))
		f.engine.Suspect(true)
		f.frames(t, c, 3)
		want := idcheck.FaceMatches
		if alone {
			want = idcheck.FaceLooksCopied
		}
		at(t, c, Ended, want)
	}
}

// TestStaff: two people look, not one twice, and no face is looked at by anything.
func TestStaff(t *testing.T) {
	f := newFixture(t, nil)
	c := f.begin(t, func(o *Order) { o.TwoPeople = true })
	if err := c.Look("a", idcheck.SamePerson); !errors.Is(err, ErrStep) {
		t.Error(err)
	}
	f.choose(t, c, idcheck.ByStaff)
	must(t, c.Typed(misread()))
	at(t, c, Document, idcheck.CheckDigitWrong)
	must(t, c.Document(t.Context(), of(3)))
	at(t, c, Staff, idcheck.NobodyLookedYet)
	if err := c.Frame(t.Context(), faceOf(3)); !errors.Is(err, ErrStep) {
		t.Error(err)
	}
	must(t, c.Look("a", idcheck.SamePerson))
	at(t, c, Staff, idcheck.SecondLookMissing)
	for _, by := range []string{"a", ""} {
		if err := c.Look(by, idcheck.SamePerson); !errors.Is(err, ErrLook) {
			t.Errorf("%q: %v", by, err)
		}
	}
	if err := c.Look("b", idcheck.DocumentExpired); !errors.Is(err, ErrLook) {
		t.Error(err)
	}
	must(t, c.Look("b", idcheck.SamePerson))
	at(t, c, Ended, idcheck.StaffFoundSame)
	if f.engine.Runs(models.Detect) != 0 {
		t.Error("a face was looked for although staff were to look")
	}
	if left := f.leftOver(c); left != "" {
		t.Error("left over: " + left)
	}
}

// TestUnsure: one who is unsure can ask a colleague, or leave it at that.
func TestUnsure(t *testing.T) {
	for _, asks := range []bool{true, false} {
		f := newFixture(t, nil)
		c := f.begin(t, nil)
		f.choose(t, c, idcheck.ByStaff)
		must(t, c.Typed(passport()))
		must(t, c.Look("a", idcheck.Inconclusive))
		at(t, c, Staff, idcheck.StaffUnsure)
		if asks {
			must(t, c.Look("b", idcheck.NotSamePerson))
			at(t, c, Ended, idcheck.StaffFoundOther)
		} else {
			must(t, c.Settle())
			at(t, c, Ended, idcheck.StaffUnsure)
		}
	}
}

// TestLinesTyped: what could not be read is typed, and the portrait is not asked for
// again. A document that has expired ends the check before any face is looked at.
func TestLinesTyped(t *testing.T) {
	f := newFixture(t, nil)
	f.lines.set(nil)
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	at(t, c, Document, idcheck.LinesNotRead)
	must(t, c.Typed(passport()))
	at(t, c, Face, idcheck.NoFaceYet)
	must(t, c.Frame(t.Context(), faceOf(3)))
	at(t, c, Ended, idcheck.FaceMatches)
	if f.results()[0].Lines != iddoc.Typed {
		t.Error("nobody is told that the lines were typed")
	}

	f.wait(10 * 24 * time.Hour)
	c = f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Typed(passport()))
	if s := at(t, c, Ended, idcheck.Expired); s.Result.Outcome != idcheck.DocumentExpired {
		t.Errorf("%+v", s.Result)
	}
}

func TestBadPictures(t *testing.T) {
	f := newFixture(t, nil)
	c := f.begin(t, nil)
	if err := c.Document(t.Context(), of(3)); !errors.Is(err, ErrStep) {
		t.Errorf("before the choice: %v", err)
	}
	f.choose(t, c, idcheck.ByFace)
	if err := c.Document(t.Context(), []byte("no picture")); err == nil {
		t.Error("something else is taken for a picture")
	}
	at(t, c, Chosen, "")
	must(t, c.Document(t.Context(), facetest.JPEG(facetest.Two(3, 4))))
	at(t, c, Document, idcheck.SeveralDocuments)
	must(t, c.Document(t.Context(), facetest.JPEG(facetest.Nobody())))
	at(t, c, Document, idcheck.NoPortrait)
	must(t, c.Document(t.Context(), of(3)))
	must(t, c.Frame(t.Context(), facetest.JPEG(facetest.Far(3))))
	must(t, c.Settle())
	at(t, c, Ended, idcheck.FaceUnclear)
	if left := f.leftOver(c); left != "" {
		t.Error("left over: " + left)
	}
}

// TestChoice: another notice, other claims or no way are no choice; a choice lapses,
// and what was had under it is wiped; alone with a phone, staff cannot look.
func TestChoice(t *testing.T) {
	f := newFixture(t, nil)
	c := f.begin(t, nil)
	for name, err := range map[string]error{
		"other notice": c.Choose(idcheck.ByFace, [32]byte{1}, c.order.Claims),
		"other claims": c.Choose(idcheck.ByFace, f.notice, c.order.Claims[1:]),
	} {
		if !errors.Is(err, ErrNotice) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Choose(0, f.notice, c.order.Claims); !errors.Is(err, ErrStep) {
		t.Error(err)
	}
	f.choose(t, c, idcheck.ByFace)
	must(t, c.Document(t.Context(), of(3)))
	f.wait(consent.DeskTime)
	if s := at(t, c, Reading, ""); !s.Again {
		t.Error("nobody says that the choice has lapsed")
	}
	if left := f.leftOver(c); left != "" {
		t.Error("left over: " + left)
	}
	f.choose(t, c, idcheck.ByStaff)
	at(t, c, Chosen, "")

	alone := f.begin(t, func(o *Order) { o.Unattended, o.Staff = true, "" })
	f.choose(t, alone, idcheck.ByStaff)
	if s := at(t, alone, Ended, idcheck.NobodyLookedYet); s.Result.Outcome != idcheck.Inconclusive || s.Result.Next[0] != idcheck.EndHere {
		t.Errorf("%+v", s.Result)
	}
}

// TestTimes: a check ends when nothing is done, when it is due, and with its room,
// and is forgotten a while later.
func TestTimes(t *testing.T) {
	f := newFixture(t, nil)
	idle, due := f.begin(t, nil), f.begin(t, func(o *Order) { o.Due = start.Add(StepTime + time.Second) })
	f.wait(StepTime - time.Second)
	must(t, due.Here())
	f.wait(time.Second)
	at(t, idle, Ended, "")
	at(t, due, Reading, "")
	f.wait(time.Second)
	at(t, due, Ended, "")
	long := f.begin(t, nil)
	for range int(Life / time.Minute) {
		f.wait(time.Minute)
		_ = long.Here()
	}
	at(t, long, Ended, "")
	last := f.begin(t, nil)
	f.choose(t, last, idcheck.ByFace)
	must(t, last.Document(t.Context(), of(3)))
	f.Close()
	if s := at(t, last, Ended, ""); s.Result.Outcome != idcheck.Abandoned {
		t.Errorf("%+v", s.Result)
	}
	if left := f.leftOver(last); left != "" {
		t.Error("left over: " + left)
	}
	if _, _, err := f.Begin(Order{Party: "bank", Staff: "s"}); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
	f.wait(KeepTime)
	f.sweep()
	if _, err := f.Find(last.ID()); !errors.Is(err, ErrNoCheck) || len(f.results()) != 4 {
		t.Errorf("%v, %d results", err, len(f.results()))
	}
}

func TestBegin(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Limit = 2 })
	for name, o := range map[string]Order{
		"nobody asks":         {Staff: "s"},
		"nobody is there":     {Party: "bank"},
		"alone with staff":    {Party: "bank", Staff: "s", Unattended: true},
		"alone with two":      {Party: "bank", Unattended: true, TwoPeople: true},
		"unknown claim":       {Party: "bank", Staff: "s", Claims: []string{"portrait"}},
		"one claim twice":     {Party: "bank", Staff: "s", Claims: []string{party.GivenName, party.GivenName}},
		"due before it began": {Party: "bank", Staff: "s", Due: start},
	} {
		if c, secret, err := f.Begin(o); !errors.Is(err, ErrOrder) || c != nil || secret != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, secret, err := f.Begin(Order{Party: "bank", Unattended: true})
	must(t, err)
	other := f.begin(t, nil)
	if _, _, err := f.Begin(Order{Party: "bank", Staff: "s"}); !errors.Is(err, ErrFull) {
		t.Error(err)
	}
	if got, err := f.Enter(c.ID(), secret); err != nil || got != c {
		t.Error(err)
	}
	for _, id := range []string{other.ID(), "", "x"} {
		if got, err := f.Enter(id, secret); !errors.Is(err, ErrNoCheck) || got != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	if all := f.Attended(); len(all) != 1 || all[0] != other {
		t.Errorf("%d with staff", len(all))
	}
	must(t, c.Cancel())
	f.begin(t, nil)
}

// TestNotHandedOn: a result that nobody could be given is none.
func TestNotHandedOn(t *testing.T) {
	f := newFixture(t, nil)
	f.failed = errors.New("the disk is full")
	c := f.begin(t, nil)
	before := c.Changed()
	must(t, c.Cancel())
	<-before
	if s := c.State(); s.Result == nil || s.Result.HandedOn {
		t.Errorf("%+v", s.Result)
	}
}

// TestWaits: whoever waits for the engine goes when asked to.
func TestWaits(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.AtOnce = 1 })
	c := f.begin(t, nil)
	f.choose(t, c, idcheck.ByFace)
	f.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	said := make(chan error)
	go func() { said <- c.Document(ctx, of(3)) }()
	for !c.State().Busy {
		time.Sleep(time.Millisecond)
	}
	if err := c.Document(t.Context(), of(3)); !errors.Is(err, ErrBusy) {
		t.Errorf("a second picture: %v", err)
	}
	cancel()
	if err := <-said; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	f.waiting.Store(256)
	if err := c.Document(t.Context(), of(3)); !errors.Is(err, ErrBusy) {
		t.Errorf("a long queue: %v", err)
	}
	f.waiting.Store(0)
	<-f.slots
	must(t, c.Document(t.Context(), of(3)))
}
