package door_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

// act is one thing that happens in a script.
type act func(e *entrance)

func shows(text func(e *entrance) string) act { return func(e *entrance) { e.show(text(e)) } }

func plain(e *entrance) string  { return e.plain }
func ofFace(e *entrance) string { return e.face }

func after(d time.Duration) act { return func(e *entrance) { e.wait(d) } }

func sees(who *picture.Picture) act {
	return func(e *entrance) { e.audit.holder = true; e.see(who); e.audit.holder = false }
}

func event(ev door.Event) act { return func(e *entrance) { e.step(ev) } }

func set(change func(b *door.Basis)) act { return func(e *entrance) { change(&e.basis) } }

func fault(part door.Faults) act { return event(door.Fault{Part: part, Broken: true}) }

func answer(l door.Look, err error) act { return func(e *entrance) { e.looked(l, err) } }

func latch(err error) act { return func(e *entrance) { e.latched(err) } }

func checks(pin func(e *entrance) door.Checked) act { return func(e *entrance) { e.step(pin(e)) } }

func right(e *entrance) door.Checked {
	return door.Checked{Showing: e.out.Showing, PIN: e.rightPIN(e.now)}
}

func wrong(e *entrance) door.Checked {
	return door.Checked{Showing: e.out.Showing, Err: &pass.Refusal{Reason: pass.ReasonWrongPIN}}
}

// looking is a holder whose face pass is good, from the first look on.
func looking(more ...act) []act {
	return append([]act{shows(ofFace), after(door.NotMeTime)}, more...)
}

// TestTransitions: what each event does in each state that knows it. The last
// step of each script is what counts.
func TestTransitions(t *testing.T) {
	e := newEntrance(t)
	mismatch := answer(door.Look{Threshold: 0.6}, nil)
	for _, c := range []struct {
		name string
		acts []act
		want string
	}{
		{"nothing", []act{event(door.Tick{})}, "idle ready"},
		{"a plain pass", []act{shows(plain)}, "opened opened Unlatch"},
		{"a plain pass, and the latch", []act{shows(plain), latch(nil)}, "opened opened Count(opened)"},
		{"the result goes", []act{shows(plain), latch(nil), after(door.ResultTime)}, "idle ready"},
		{"the result goes with the latch", []act{shows(plain), after(door.ResultTime), latch(nil)}, "idle ready Count(opened)"},
		{"the latch fails", []act{shows(plain), latch(errBroken)}, "refused latch-failed Count(door-failed)"},
		{"the latch is silent", []act{shows(plain), after(door.DefaultPulse + door.LatchTime)}, "refused latch-failed Count(door-failed)"},
		{"a latch that answers another order", []act{shows(plain), func(e *entrance) { e.step(door.Latched{Showing: 7}) }}, "opened opened"},
		{"the latch answers twice", []act{shows(plain), latch(nil), latch(errBroken)}, "opened opened"},
		{"the next one during a result", []act{shows(ofFace), event(door.NotMe{}), shows(plain)}, "opened opened Unlatch"},
		{"the next one before the latch", []act{shows(plain), shows(ofFace)}, "opened opened"},
		{"a refused pass", []act{shows(func(e *entrance) string { return e.garage })}, "refused ask-for-help Count(wrong-zone)"},
		{"an ended pass", []act{after(time.Minute), shows(func(e *entrance) string { return e.ended })}, "refused not-now Count(expired)"},
		{"a damaged pass", []act{shows(func(*entrance) string { return "FL1:00" })}, "refused try-again/show-pass-flat Count(malformed)"},
		{"a damaged presentation", []act{shows(func(*entrance) string { return "FLP1:00" })}, "refused try-again/show-pass-flat Count(malformed)"},
		{"an address", []act{shows(func(*entrance) string { return "https://example.org" })}, "idle ready/not-a-pass"},
		{"a refusal goes", []act{shows(func(e *entrance) string { return e.garage }), after(door.ResultTime)}, "idle ready"},
		{"a refusal is closed", []act{shows(func(e *entrance) string { return e.garage }), event(door.Cancel{})}, "idle ready"},

		{"a phone", []act{shows(func(e *entrance) string { return e.presented[0] })}, "opened opened Unlatch"},
		{"a picture of a phone's pass", []act{shows(func(e *entrance) string { return e.phone })}, "refused try-again/show-phone-code Count(needs-presentation)"},
		{"a phone for another nonce", []act{func(e *entrance) { e.step(door.Shown{Text: e.presented[0]}) }}, "refused try-again/show-phone-code Count(bad-presentation)"},
		{"a phone's code again", []act{
			shows(func(e *entrance) string { return e.presented[0] }), latch(nil), after(time.Minute),
			shows(func(e *entrance) string { return e.presented[0] }),
		}, "refused try-again/show-phone-code Count(bad-presentation)"},
		{"a phone's next code", []act{
			shows(func(e *entrance) string { return e.presented[0] }), latch(nil), after(time.Minute),
			shows(func(e *entrance) string { return e.presented[1] }),
		}, "opened opened Unlatch"},
		{"a phone where none are taken", []act{
			set(func(b *door.Basis) { b.Methods = door.Plain }), shows(func(e *entrance) string { return e.presented[0] }),
		}, "refused use-other-way Count(not-accepted-here)"},

		{"a face pass", []act{shows(ofFace)}, "verified about-to-look Announce"},
		{"not yet", []act{shows(ofFace), after(door.NotMeTime - 1)}, "verified about-to-look"},
		{"the second is over", looking(), "looking look/look-here LookAt"},
		{"not me", []act{shows(ofFace), event(door.NotMe{})}, "refused use-other-way Count(not-me)"},
		{"leaving before", []act{shows(ofFace), event(door.Cancel{})}, "idle ready Count(not-me)"},
		{"not me while looking", looking(event(door.NotMe{})), "refused use-other-way Forget Count(not-me)"},
		{"leaving while looking", looking(event(door.Cancel{})), "idle ready Forget Count(not-me)"},
		{"the holder", looking(sees(facetest.Alone(holder))), "opened opened Forget Unlatch"},
		{"the holder before a passer-by", looking(sees(facetest.WithPasserBy(holder, stranger))), "opened opened Forget Unlatch"},
		{"a stranger", looking(sees(facetest.Alone(stranger))), "looking look/look-here LookAt"},
		{"nobody", looking(sees(facetest.Nobody())), "looking look/come-closer LookAt"},
		{"two", looking(sees(facetest.Two(holder, stranger))), "looking look/one-person LookAt"},
		{"a bad frame", looking(answer(door.Look{}, picture.ErrDamaged)), "looking look/look-here LookAt"},
		{"dark glasses", looking(answer(door.Look{}, door.NotYet{Problem: face.EyesCovered})), "looking look/remove-glasses LookAt"},
		{"a mismatch in the dark", looking(answer(door.Look{Threshold: 0.6, Problems: []face.Problem{face.TooDark}}, nil)), "looking look/turn-to-light LookAt"},
		{"three mismatches", looking(mismatch, mismatch, mismatch), "refused try-again/look-here Forget Count(face-mismatch)"},
		{"the holder at last", looking(mismatch, mismatch, sees(facetest.Alone(holder))), "opened opened Forget Unlatch"},
		{"a picture of a face", looking(
			set(func(b *door.Basis) { b.Policy.RequireLive = true }),
			answer(door.Look{Suspected: true}, nil), mismatch, answer(door.Look{Suspected: true}, nil),
		), "refused try-again/look-here Forget Count(attack-suspected)"},
		{"eight seconds", looking(after(door.LookTime)), "refused try-again/look-here Forget Count(timed-out)"},
		{"too late", []act{shows(ofFace), func(e *entrance) { e.now = e.now.Add(door.NotMeTime + door.LateTime); e.step(door.Tick{}) }}, "refused try-again/look-here Count(timed-out)"},
		{"an engine that fails", looking(answer(door.Look{}, face.ErrEngine)), "refused use-other-way Forget Count(door-failed)"},
		{"another model's reference", looking(answer(door.Look{}, face.ErrReference)), "refused ask-for-help Forget Count(other-model)"},
		{"revoked before the look", []act{shows(ofFace), revoke, after(door.NotMeTime)}, "refused ask-for-help Count(revoked)"},
		{"revoked while looking", looking(revoke, sees(facetest.Alone(holder))), "refused ask-for-help Forget Count(revoked)"},
		{"no more news while looking", looking(set(func(b *door.Basis) { b.FaceOK = false }), sees(facetest.Alone(holder))), "refused use-other-way Forget Count(bundle-expired)"},
		{"an answer to another order", looking(func(e *entrance) {
			e.step(door.Looked{Showing: e.out.Showing, Number: 2, Look: door.Look{}})
		}), "looking look/look-here"},

		{"an answer from the showing before", append(looking(event(door.NotMe{}), after(door.AwayTime)), looking(func(e *entrance) {
			e.step(door.Looked{Showing: e.out.Showing - 1, Number: 1, Look: door.Look{}})
		})...), "looking look/look-here"},

		{"a number", []act{event(door.Typed{Number: number})}, "shown checking CheckPIN"},
		{"the right code", []act{event(door.Typed{Number: number}), checks(right)}, "opened opened Unlatch"},
		{"the wrong code", []act{event(door.Typed{Number: number}), checks(wrong)}, "refused try-again/type-again Count(wrong-pin)"},
		{"no answer", []act{event(door.Typed{Number: number}), after(door.CheckTime)}, "refused locked Count(door-failed)"},
		{"an old answer", []act{event(door.Typed{Number: number}), checks(func(e *entrance) door.Checked {
			return door.Checked{Showing: e.out.Showing, PIN: e.rightPIN(e.now.Add(-door.CheckTime))}
		})}, "refused locked Count(door-failed)"},
		{"an answer from ahead", []act{event(door.Typed{Number: number}), checks(func(e *entrance) door.Checked {
			return door.Checked{Showing: e.out.Showing, PIN: e.rightPIN(e.now.Add(time.Second))}
		})}, "refused locked Count(door-failed)"},
		{"another zone's code", []act{
			event(door.Typed{Number: number}), set(func(b *door.Basis) { b.Zone = "garage" }), checks(right),
		}, "refused locked Count(door-failed)"},
		{"an answer to another check", []act{event(door.Typed{Number: number}), checks(func(e *entrance) door.Checked {
			return door.Checked{Showing: e.out.Showing + 1, PIN: e.rightPIN(e.now)}
		})}, "shown checking"},
		{"no PIN at all", []act{event(door.Typed{Number: number}), checks(func(e *entrance) door.Checked {
			return door.Checked{Showing: e.out.Showing}
		})}, "refused locked Count(door-failed)"},
		{"leaving while it is checked", []act{event(door.Typed{Number: number}), event(door.Cancel{})}, "idle ready Count(not-me)"},
		{"no more news while it is checked", []act{
			event(door.Typed{Number: number}), set(func(b *door.Basis) { b.PlainOK = false }), checks(right),
		}, "refused locked Count(bundle-expired)"},
		{"no more codes while it is checked", []act{
			event(door.Typed{Number: number}), set(func(b *door.Basis) { b.Methods = door.Plain }), checks(right),
		}, "refused use-other-way Count(not-accepted-here)"},
		{"a code where none are taken", []act{set(func(b *door.Basis) { b.Methods = door.Plain }), event(door.Typed{Number: number})}, "refused use-other-way Count(not-accepted-here)"},
		{"a code at night", []act{set(closed), event(door.Typed{Number: number})}, "refused not-now Count(out-of-hours)"},

		{"a plain pass at night", []act{set(closed), shows(plain)}, "refused not-now Count(out-of-hours)"},
		{"a face pass at night", []act{set(closed), shows(ofFace)}, "refused not-now Count(out-of-hours)"},
		{"no news at all", []act{set(func(b *door.Basis) { b.PlainOK = false }), shows(plain)}, "refused locked Count(bundle-expired)"},
		{"no news at all, in idle", []act{set(func(b *door.Basis) { b.PlainOK = false }), event(door.Tick{})}, "idle locked"},
		{"no news for faces", []act{set(func(b *door.Basis) { b.FaceOK = false }), shows(ofFace)}, "refused use-other-way Count(bundle-expired)"},
		{"no eyes", []act{set(func(b *door.Basis) { b.Models = nil }), shows(ofFace)}, "refused use-other-way Count(not-accepted-here)"},
		{"other models", []act{set(func(b *door.Basis) { b.Models = []pass.ModelID{{9}} }), shows(ofFace)}, "refused ask-for-help Count(other-model)"},
		{"no seals", []act{set(func(b *door.Basis) { b.Seals = nil }), shows(ofFace)}, "refused use-other-way Count(door-failed)"},
		{"other seals", []act{set(func(b *door.Basis) { b.Seals = noSeals{} }), shows(ofFace)}, "refused ask-for-help Count(unknown-seal)"},
		{"no limits", []act{set(func(b *door.Basis) { b.Limits = nil }), shows(plain)}, "refused locked Count(door-failed)"},

		{"a broken camera and a face", []act{fault(door.CameraFault), shows(ofFace)}, "refused use-other-way Count(door-failed)"},
		{"a broken camera and a plain pass", []act{fault(door.CameraFault), shows(plain)}, "opened opened Unlatch"},
		{"a camera that breaks while looking", looking(fault(door.CameraFault)), "refused use-other-way Forget Count(door-failed)"},
		{"a broken latch", []act{fault(door.LatchFault), shows(plain)}, "refused locked Count(door-failed)"},
		{"a broken latch in idle", []act{fault(door.LatchFault)}, "idle locked"},
		{"a clock that is not known", []act{fault(door.ClockFault), shows(plain)}, "refused locked Count(door-failed)"},
		{"a screen lost in idle", []act{fault(door.KioskFault)}, "idle locked"},
		{"a screen lost while looking", looking(fault(door.KioskFault)), "refused locked Forget Count(door-failed)"},
		{"a screen lost while a code is checked", []act{event(door.Typed{Number: number}), fault(door.KioskFault)}, "refused locked Count(door-failed)"},
		{"a screen that comes back", []act{fault(door.KioskFault), event(door.Fault{Part: door.KioskFault}), shows(plain)}, "opened opened Unlatch"},
		{"a clock that goes back while looking", looking(back), "refused locked Forget Count(door-failed)"},
		{"a clock that goes back in idle", []act{back}, "idle ready"},
		{"a clock that goes back while open", []act{shows(plain), back}, "opened opened"},
	} {
		e.reset(t)
		for _, a := range c.acts {
			a(e)
		}
		if got := summary(e.out); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func revoke(e *entrance) { e.status = statuslist.Invalid }

func closed(b *door.Basis) { b.Hours = pass.Schedule{{Days: pass.EveryDay, Start: 0, End: 60}} }

func back(e *entrance) { e.now = e.now.Add(-time.Minute); e.step(door.Tick{}) }

// TestThePulseIsBounded, whatever a basis says, and so is how long the machine
// waits for the latch.
func TestThePulseIsBounded(t *testing.T) {
	e := newEntrance(t)
	for says, want := range map[time.Duration]time.Duration{
		-time.Second: door.DefaultPulse, 0: door.DefaultPulse, time.Second: time.Second,
		door.MaxPulse: door.MaxPulse, door.MaxPulse + 1: door.MaxPulse, time.Hour: door.MaxPulse, math.MaxInt64: door.MaxPulse,
	} {
		e.reset(t)
		e.basis.Pulse = says
		out := e.show(e.plain)
		i := slices.IndexFunc(out.Orders, is[door.Unlatch])
		if i < 0 {
			t.Fatalf("a pulse of %v: %s", says, summary(out))
		}
		o := out.Orders[i].(door.Unlatch)
		if o.Pulse != want || !o.Until.Equal(e.now.Add(want+door.LatchTime)) {
			t.Errorf("a pulse of %v: %v, until %v", says, o.Pulse, o.Until.Sub(e.now))
		}
		if out = e.wait(want + door.LatchTime); out.Screen.Key != door.KeyLatchFailed {
			t.Errorf("a pulse of %v, and no answer: %s", says, summary(out))
		}
	}
}

// TestThresholdOfALook: a real comparison opens at a threshold above zero that
// it reaches, and at nothing that is no such number.
func TestThresholdOfALook(t *testing.T) {
	e := newEntrance(t)
	for _, c := range []struct {
		threshold float64
		who       int
		opens     bool
	}{
		{facetest.Threshold, holder, true},
		{facetest.Threshold, stranger, false},
		{0, holder, false},
		{-1, holder, false},
		{-1, stranger, false},
		{math.NaN(), holder, false},
		{math.Inf(-1), holder, false},
		{2, holder, false},
	} {
		e.reset(t)
		for _, a := range looking() {
			a(e)
		}
		e.audit.holder = c.opens
		if e.seeAt(c.threshold, facetest.Alone(c.who)); (e.out.State == door.Opened) != c.opens {
			t.Errorf("person %d at the threshold %v: %s", c.who, c.threshold, summary(e.out))
		}
		e.audit.holder = false
	}
}

// TestAnswerBeforeTheOrder: what comes in at the very moment at which the first look
// is ordered cannot be its answer, whatever number it bears. The order stands.
func TestAnswerBeforeTheOrder(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	e.show(e.face)
	e.now = e.now.Add(door.NotMeTime) // and nothing woke the door
	out := e.step(door.Looked{Showing: e.out.Showing, Number: 1, Look: door.Look{Threshold: -1}})
	if out.State != door.Looking || len(out.Orders) != 1 {
		t.Fatalf("%v, %d orders", out.State, len(out.Orders))
	}
	order, ok := out.Orders[0].(door.LookAt)
	if !ok || order.Number != 1 {
		t.Fatalf("%+v", out.Orders[0])
	}
	if out := e.looked(door.Look{}, door.NotYet{Problem: face.Blurred}); out.State != door.Looking {
		t.Errorf("the real answer was not heard: %v", out.State)
	}
}
