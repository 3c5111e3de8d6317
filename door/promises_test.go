package door_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// leavings are all the ways out of looking.
func leavings() map[string]act {
	mismatch := answer(door.Look{Threshold: 0.6}, nil)
	return map[string]act{
		"opened":      sees(facetest.Alone(holder)),
		"refused":     func(e *entrance) { mismatch(e); mismatch(e); mismatch(e) },
		"timed out":   after(door.LookTime),
		"not me":      event(door.NotMe{}),
		"cancelled":   event(door.Cancel{}),
		"engine":      answer(door.Look{}, face.ErrEngine),
		"revoked":     func(e *entrance) { revoke(e); answer(door.Look{}, face.ErrNoFace)(e) },
		"no news":     func(e *entrance) { e.basis.PlainOK = false; mismatch(e) },
		"no faces":    func(e *entrance) { e.basis.Methods = door.Plain; mismatch(e) },
		"camera":      fault(door.CameraFault),
		"latch":       fault(door.LatchFault),
		"clock":       fault(door.ClockFault),
		"kiosk":       fault(door.KioskFault),
		"clock back":  back,
		"no limits":   func(e *entrance) { e.basis.Limits = nil; mismatch(e) },
		"other model": answer(door.Look{}, face.ErrReference),
	}
}

// TestPromise1EverythingIsForgotten: whichever way a machine leaves looking, it
// orders to forget, once, and the reference is zero.
func TestPromise1EverythingIsForgotten(t *testing.T) {
	e := newEntrance(t)
	for name, leave := range leavings() {
		e.reset(t)
		for _, a := range looking() {
			a(e)
		}
		held, bytes := e.audit.held, e.audit.bytes
		if slices.Max(bytes) == 0 {
			t.Fatal("there is no reference to wipe")
		}
		leave(e)
		if e.out.State == door.Looking || slices.Max(bytes) != 0 {
			t.Errorf("%s: in %v, the reference is wiped: %v", name, e.out.State, slices.Max(bytes) == 0)
		}
		if err := held.Use(func(face.Reference) error { return nil }); !errors.Is(err, door.ErrForgotten) {
			t.Errorf("%s: it can still be used: %v", name, err)
		}
	}
	if n := e.fake.Dirty(); n != 0 {
		t.Errorf("%d networks hold something of a picture", n)
	}
}

// TestPromise1AComparisonInFlight: a reference that is in use is wiped when its
// last user gives it back, and nobody gets it in between.
func TestPromise1AComparisonInFlight(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	for _, a := range looking() {
		a(e)
	}
	held := e.audit.held
	using, left := make(chan face.Reference), make(chan bool)
	var done sync.WaitGroup
	done.Go(func() {
		held.Use(func(r face.Reference) error {
			using <- r
			<-left
			if slices.Max(r) == 0 {
				t.Error("it was wiped under a comparison")
			}
			return nil
		})
	})
	bytes := <-using
	e.audit.bytes = nil // not yet wiped
	e.step(door.NotMe{})
	if err := held.Use(func(face.Reference) error { return nil }); !errors.Is(err, door.ErrForgotten) {
		t.Errorf("it can still be used: %v", err)
	}
	left <- true
	done.Wait()
	if slices.Max(bytes) != 0 {
		t.Error("it was not wiped after the comparison")
	}
}

// TestPromise2ARevocationCountsAtOnce: it arrives after the holder was looked
// at and before the answer is heard.
func TestPromise2ARevocationCountsAtOnce(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	for _, a := range looking(revoke, sees(facetest.Alone(holder))) {
		a(e)
	}
	if got := summary(e.out); got != "refused ask-for-help Forget Count(revoked)" {
		t.Error(got)
	}
}

// TestPromise3TheEngineIsNotAsked: until the second for "not me" is over, and for
// anything but a good face pass, the engine looks at no picture, although
// somebody stands there throughout.
func TestPromise3TheEngineIsNotAsked(t *testing.T) {
	e := newEntrance(t)
	before := e.fake.Runs(models.Detect) // enrolling looked
	for name, text := range map[string]string{
		"plain": e.plain, "ended": e.ended, "garage": e.garage, "phone": e.phone, "presented": e.presented[0], "damaged": "FL1:", "other": "hello",
	} {
		e.reset(t)
		e.show(text)
		for range 20 {
			if e.wait(time.Second); e.audit.order != nil {
				t.Fatalf("%s: a look was ordered", name)
			}
		}
	}
	for name, says := range map[string]door.Event{"not me": door.NotMe{}, "cancel": door.Cancel{}} {
		e.reset(t)
		e.show(e.face)
		e.wait(door.NotMeTime - 1)
		e.now = e.now.Add(time.Second) // said in time, and heard late
		e.step(says)
		for range 20 {
			if e.wait(time.Second); e.audit.order != nil {
				t.Fatalf("%s: a look was ordered", name)
			}
		}
	}
	if n := e.fake.Runs(models.Detect); n != before {
		t.Errorf("%d looks", n-before)
	}
	// Two looks for the landmarks of the holder, none for those of a passer-by.
	e.reset(t)
	marks := e.fake.Runs(models.Landmark)
	for _, a := range looking(sees(facetest.WithPasserBy(holder, stranger))) {
		a(e)
	}
	if looks, faces := e.fake.Runs(models.Detect)-before, e.fake.Runs(models.Landmark)-marks; looks != 1 || faces != 2 || e.out.State != door.Opened {
		t.Errorf("%d looks, landmarks %d times, %v", looks, faces, e.out.State)
	}
}

// TestPromise4FacesAreNeverTheOnlyWay: neither in a configuration nor, if one got
// past that, at a showing.
func TestPromise4FacesAreNeverTheOnlyWay(t *testing.T) {
	for m := door.Methods(0); m < 16; m++ {
		want := error(nil)
		if m == door.Face {
			want = bundle.ErrOnlyWay
		}
		if err := door.PromiseFour(m); !errors.Is(err, want) {
			t.Errorf("%v: %v", m, err)
		}
	}
	if err := door.PromiseFour(door.Face | 1<<7); !errors.Is(err, bundle.ErrOnlyWay) {
		t.Error("a method that nobody knows counts as a way in")
	}
	e := newEntrance(t)
	e.reset(t)
	e.basis.Methods = door.Face
	if got := summary(e.show(e.face)); got != "refused use-other-way Count(not-accepted-here)" || e.out.Screen.Ways != 0 {
		t.Errorf("%s, ways %v", got, e.out.Screen.Ways)
	}
}

// TestPromise4FacesAreNeverTheBetterWay: a plain pass opens in the one step in
// which it is shown, whatever keeps faces waiting; and nothing keeps plain passes
// out that lets faces in.
func TestPromise4FacesAreNeverTheBetterWay(t *testing.T) {
	e := newEntrance(t)
	for name, trouble := range map[string]act{
		"none":         func(*entrance) {},
		"no eyes":      set(func(b *door.Basis) { b.Models = nil }),
		"no seals":     set(func(b *door.Basis) { b.Seals = nil }),
		"old news":     set(func(b *door.Basis) { b.FaceOK = false }),
		"no faces":     set(func(b *door.Basis) { b.Methods = door.Plain }),
		"live only":    set(func(b *door.Basis) { b.Policy.RequireLive = true }),
		"camera":       fault(door.CameraFault),
		"budget spent": func(e *entrance) { e.basis.Budget = 1; e.failsFace(e.face); e.wait(door.ResultTime) },
		"tries spent": func(e *entrance) {
			e.failsFace(e.face)
			e.failsFace(e.face)
			e.failsFace(e.face)
			e.wait(door.ResultTime)
		},
		"a result": func(e *entrance) { e.show(e.garage) },
	} {
		e.reset(t)
		trouble(e)
		if got := summary(e.show(e.plain)); got != "opened opened Unlatch" {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, c := range map[string]func(b *door.Basis){
		"news":  func(b *door.Basis) { b.PlainOK, b.FaceOK = false, true },
		"hours": closed,
	} {
		e.reset(t)
		c(&e.basis)
		if e.show(e.face); e.out.State != door.Refused {
			t.Errorf("%s: faces have more of it: %s", name, summary(e.out))
		}
	}
}

// failsFace is a showing of a face pass with three comparisons of somebody else.
func (e *entrance) failsFace(text string) door.Output {
	e.wait(door.ResultTime)
	e.show(text)
	e.wait(door.NotMeTime)
	for e.audit.order != nil {
		e.wait(door.AttemptGap)
		e.looked(door.Look{Threshold: facetest.Threshold}, nil)
	}
	return e.out
}

// TestPromise5NothingSaysWho: what a machine takes, holds and gives away names
// nobody when it is printed, and what is counted is a reason and nothing else.
func TestPromise5NothingSaysWho(t *testing.T) {
	e := newEntrance(t)
	p, err := pass.Parse(e.face)
	if err != nil {
		t.Fatal(err)
	}
	id := p.Claims().ID
	secrets := []string{id.String(), e.face, number, secret, fmt.Sprint([]byte(id[:])), strings.ToUpper(id.String()), fmt.Sprintf("%#v", []byte(id[:]))}
	prints := func(what string, values ...any) {
		t.Helper()
		for _, v := range values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
				text := fmt.Sprintf(verb, v)
				if i := slices.IndexFunc(secrets, func(s string) bool { return strings.Contains(text, s) }); i >= 0 {
					t.Errorf("%s prints %s", what, text)
				}
			}
		}
	}
	for name, leave := range leavings() {
		e.reset(t)
		prints("an event", door.Shown{Text: e.face}, door.Typed{Number: number}, door.Looked{})
		for _, a := range looking() {
			a(e)
		}
		prints("looking", e.machine, e.out, e.out.Orders, e.out.Decision, e.audit.held)
		leave(e)
		prints(name, e.machine, e.out, e.out.Orders)
	}
	e.step(door.Typed{Number: number})
	prints("a number", e.machine, e.out, e.out.Orders)
	if c := reflect.TypeFor[door.Count](); c.NumField() != 1 || c.Field(0).Type != reflect.TypeFor[pass.Reason]() {
		t.Error("a count says more than a reason")
	}
}

// TestPromise5LimitsForget: what a limiter knows is gone after minutes, and
// whoever came through leaves nothing in it.
func TestPromise5LimitsForget(t *testing.T) {
	e := newEntrance(t)
	e.reset(t)
	e.show(e.plain)
	e.latched(nil)
	e.wait(time.Minute)
	for _, a := range looking(sees(facetest.Alone(holder)), latch(nil)) {
		a(e)
	}
	if n := e.basis.Limits.Size(); n != 0 {
		t.Errorf("after two openings it remembers %d things", n)
	}
	e.failsFace(e.face)
	e.failsFace(e.neighbors)
	if n := e.basis.Limits.Size(); n != 4 {
		t.Errorf("after two failures it remembers %d things", n)
	}
	e.wait(door.PassWait)
	e.failsFace(e.neighbors)
	if n := e.basis.Limits.Size(); n != 2 {
		t.Errorf("ten minutes later it remembers %d things", n)
	}
}
