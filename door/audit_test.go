package door_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

type fataler interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// audit watches a machine from outside, and knows nothing of how it works: only
// what was shown, what it ordered, and what it must never do.
type audit struct {
	t fataler
	e *entrance

	counts    int
	latchDue  bool
	shown     *pass.Pass // of the current showing
	announced time.Time
	order     *door.LookAt // the last one, until it was answered
	begun     time.Time    // of looking
	held      *door.Held
	bytes     face.Reference // the bytes that were lent
	compared  int
	last      time.Time   // comparison
	holder    bool        // whether the answer is of the holder; set by whoever answers
	does      face.Prompt // what the moment that is given shows; set by whoever answers
	prompts   prompts
	typed     string
	checking  string // the number whose code is being checked, until its answer was taken

	failed   map[pass.ID][]time.Time
	failures []time.Time
	wrong    map[string][]time.Time
	seen     map[string]int // what came about, over several audits; may be nil
}

func (a *audit) step(event door.Event, before, after door.Output) {
	if after.Showing < before.Showing || after.Showing > before.Showing+1 {
		a.t.Fatalf("showing %d after %d", after.Showing, before.Showing)
	}
	answered := a.answers(event, before)
	switch e := event.(type) {
	case door.Shown:
		if after.Showing > before.Showing {
			a.begin(e.Text)
		}
	case door.Typed:
		if after.Showing > before.Showing {
			a.begin("")
			a.typed = e.Number
		}
	case door.Latched:
		if e.Showing == before.Showing {
			a.latchDue = false
		}
	}
	for i, order := range after.Orders {
		a.obey(event, order, answered, after.Orders[i:])
	}
	a.left(event, before, after)
	a.output(after)
}

func (a *audit) begin(text string) {
	a.shown, a.announced, a.order, a.compared, a.typed, a.prompts = nil, time.Time{}, nil, 0, "", prompts{}
	p, err := pass.Parse(text)
	if err != nil {
		if pr, err := pass.ParsePresentation(text); err == nil {
			p = pr.Pass()
		}
	}
	a.shown = p
}

// answers notes an answer to the last order to look that came in time.
func (a *audit) answers(event door.Event, before door.Output) bool {
	looked, ok := event.(door.Looked)
	if !ok || a.order == nil || before.State != door.Looking || looked.Showing != a.order.Showing || looked.Number != a.order.Number {
		return false
	}
	if !a.e.now.Before(a.begun.Add(a.prompts.lookTime())) {
		return false
	}
	order := a.order
	a.order = nil
	switch {
	case looked.Err != nil:
	case order.Prompt != "":
		a.prompts.does(order.Prompt, a.does)
	default:
		a.compared++
		a.last = a.e.now
		a.prompts.matches(a.holder)
	}
	return true
}

// obey checks one order against what may be ordered.
func (a *audit) obey(event door.Event, order door.Order, answered bool, rest []door.Order) {
	switch o := order.(type) {
	case door.Announce:
		if _, ok := event.(door.Shown); !ok || !a.good(pass.Face) || !o.Until.Equal(a.e.now.Add(door.NotMeTime)) {
			a.t.Fatalf("a look was announced after %T until %v", event, o.Until)
		}
		if a.waits(a.shown.Claims().ID) {
			a.t.Fatal("a look was announced for a pass that has to wait")
		}
		a.announced = a.e.now
	case door.LookAt:
		a.looksAt(o)
	case door.Forget:
		a.forgets(rest)
	case door.CheckPIN:
		if typed, ok := event.(door.Typed); !ok || typed.Number != o.Number || o.Number != a.typed || run(a.wrong[a.typed], a.e.now, door.PINWait) >= door.MaxWrongPINs {
			a.t.Fatal("a code is checked that was not typed, or was wrong too often")
		}
		a.checking = o.Number
	case door.Unlatch:
		a.opens(event, answered)
		a.latchDue = true
		a.note(fmt.Sprintf("opens after %T", event))
	case door.Count:
		a.count(event, o.Reason)
	default:
		a.t.Fatalf("unknown order %T", order)
	}
}

func (a *audit) looksAt(o door.LookAt) {
	id, ok := o.Grant.PassID()
	switch now := a.e.now; {
	case a.announced.IsZero() || now.Before(a.announced.Add(door.NotMeTime)):
		a.t.Fatal("looked before the second for \"not me\" was over")
	case !a.good(pass.Face):
		a.t.Fatal("looked for a pass that is not good now")
	case !ok || id != a.shown.Claims().ID || o.Grant.Power() != consent.Verify:
		a.t.Fatal("looked under another grant than that of the pass")
	case a.compared >= door.MaxAttempts:
		a.t.Fatal("a fourth attempt")
	case o.Prompt == "" && a.compared > 0 && o.After.Before(a.last.Add(door.AttemptGap)):
		a.t.Fatal("two attempts too close together")
	case a.order != nil:
		a.t.Fatal("two orders to look at once")
	}
	if a.held == nil {
		a.begun, a.held = a.e.now, o.Reference
		a.prompts.wanted, a.prompts.lit = a.e.basis.Policy.Prompts, a.e.basis.Policy.Light
	}
	a.prompts.ordered(a, o)
	if until := a.begun.Add(a.prompts.lookTime()); o.Reference != a.held || o.Until.After(until) || !a.e.now.Before(until) {
		a.t.Fatal("looked for too long, or at another reference")
	}
	if err := o.Reference.Use(func(r face.Reference) error { a.bytes = r; return nil }); err != nil {
		a.t.Fatal(err)
	}
	a.order = &o
}

func (a *audit) forgets(rest []door.Order) {
	if a.held == nil {
		a.t.Fatal("nothing to forget")
	}
	opens := slices.ContainsFunc(rest, is[door.Unlatch])
	if !opens && a.compared > 0 {
		id := a.shown.Claims().ID
		a.failed[id] = append(a.failed[id], a.e.now)
		a.failures = append(a.failures, a.e.now)
	} else if opens {
		delete(a.failed, a.shown.Claims().ID)
	}
	if err := a.held.Use(func(face.Reference) error { return nil }); !errors.Is(err, door.ErrForgotten) {
		a.t.Fatalf("the reference can still be used: %v", err)
	}
	for _, b := range a.bytes {
		if b != 0 {
			a.t.Fatal("the reference was not wiped")
		}
	}
	a.prompts.forgotten(a.t)
	a.held, a.bytes, a.order = nil, nil, nil
}

// good returns whether the pass that is shown is good at this very moment, and
// taken here.
func (a *audit) good(k pass.Kind) bool {
	b := a.e.basis
	if a.shown == nil || a.shown.Claims().Kind() != k || !b.PlainOK || !b.Hours.Allows(a.e.now, time.UTC) {
		return false
	}
	if k == pass.Face && (!b.FaceOK || !b.Methods.Has(door.Face) || b.Methods == door.Face) {
		return false
	}
	_, err := a.shown.Verify(b.Trust, b.Zone, a.e.now)
	return err == nil
}

func (a *audit) opens(event door.Event, answered bool) {
	b := a.e.basis
	ok := false
	switch e := event.(type) {
	case door.Shown:
		needs := door.Plain
		if e.Text != a.shown.Text() {
			needs = door.Phone
		} else if a.shown.Claims().Holder != nil {
			a.t.Fatal("opened for a picture of a phone's pass")
		}
		ok = a.good(pass.Plain) && b.Methods.Has(needs)
	case door.Looked:
		ok = a.good(pass.Face) && answered && a.holder && e.Err == nil && a.prompts.done()
	case door.Checked:
		ok = a.typed == number && e.Err == nil && e.PIN.OK() && b.Methods.Has(door.PIN) && b.PlainOK &&
			b.Hours.Allows(a.e.now, time.UTC) && a.e.now.Sub(e.PIN.At()) < door.CheckTime && !a.e.now.Before(e.PIN.At())
		delete(a.wrong, a.typed) // the right code forgives
		a.checking = ""
	}
	if !ok || a.latchDue {
		a.t.Fatalf("opened by %T, without anything that verifies now", event)
	}
}

// count checks the end of a showing.
func (a *audit) count(event door.Event, r pass.Reason) {
	a.counts++
	a.latchDue = false // a showing that waits for the latch is the one that is counted
	a.note(string(r))
	if latched, ok := event.(door.Latched); r == pass.ReasonOpened && (!ok || latched.Err != nil) {
		a.t.Fatal("counted as opened without word from the latch")
	}
	if a.shown != nil && a.shown.Claims().Kind() == pass.Plain && r == pass.ReasonTooManyTries {
		a.t.Fatal("a plain pass had to wait")
	}
	if _, answered := event.(door.Checked); a.checking != "" && (r == pass.ReasonWrongPIN || !answered) {
		a.wrong[a.checking] = append(a.wrong[a.checking], a.e.now)
	}
	a.checking = ""
}

func (a *audit) note(what string) {
	if a.seen != nil {
		a.seen[what]++
	}
}

// waits returns whether three showings of a pass failed lately, or too many of
// all passes.
func (a *audit) waits(id pass.ID) bool {
	return run(a.failed[id], a.e.now, door.PassWait) >= door.MaxShowings ||
		run(a.failures, a.e.now, door.BudgetWait) >= a.budget()
}

func (a *audit) budget() int {
	if a.e.basis.Budget == 0 {
		return door.DefaultBudget
	}
	return a.e.basis.Budget
}

// run is how many failures there were in the time of a wait before the last,
// none if the last is longer ago than that.
func run(at []time.Time, now time.Time, wait time.Duration) (n int) {
	if len(at) == 0 || now.Sub(at[len(at)-1]) >= wait {
		return 0
	}
	for _, t := range at {
		if at[len(at)-1].Sub(t) < wait {
			n++
		}
	}
	return n
}

// left checks that nothing of a face outlives the state of looking.
func (a *audit) left(event door.Event, before, after door.Output) {
	switch event.(type) {
	case door.Cannot:
		if before.State == door.Looking && after.State != door.Refused {
			a.t.Fatal("\"I cannot do this\" was not heard")
		}
	case door.NotMe, door.Cancel:
		if before.State == door.Verified || before.State == door.Looking {
			a.announced = time.Time{}
			if after.State == door.Verified || after.State == door.Looking {
				a.t.Fatal("\"not me\" was not heard")
			}
		}
	}
	if forgot := slices.ContainsFunc(after.Orders, is[door.Forget]); before.State == door.Looking && after.State != door.Looking && !forgot {
		a.t.Fatal("left looking without forgetting")
	}
	if (a.held != nil) != (after.State == door.Looking) {
		a.t.Fatalf("a reference is held in %v: %v", after.State, a.held != nil)
	}
	if after.State != door.Opened {
		a.latchDue = false
	}
}

func is[T door.Order](o door.Order) bool { _, ok := o.(T); return ok }

// output checks that each showing counts once, and what people see.
func (a *audit) output(after door.Output) {
	undecided := uint64(0)
	switch after.State {
	case door.StateShown, door.Verified, door.Looking:
		undecided = 1
	case door.Opened:
		if a.latchDue {
			undecided = 1
		}
	}
	if uint64(a.counts)+undecided != after.Showing {
		a.t.Fatalf("%d counts after %d showings, in %v", a.counts, after.Showing, after.State)
	}
	if after.Decision != nil && (after.Decision.Look != nil || after.Decision.Reason == "") {
		a.t.Fatalf("the decision is %+v", after.Decision)
	}
	if !slices.Contains(door.Keys(), after.Screen.Key) || after.Screen.Hint != "" && !slices.Contains(door.Hints(), after.Screen.Hint) {
		a.t.Fatalf("the screen says %q, %q", after.Screen.Key, after.Screen.Hint)
	}
	if (after.Screen.Key == door.KeyOpened) != (after.State == door.Opened) || after.State != door.Idle && after.Wake.IsZero() {
		a.t.Fatalf("the screen says %q in %v, until %v", after.Screen.Key, after.State, after.Wake)
	}
	a.prompts.screen(a, after.Screen, after.State)
	if after.Screen.Ways&^a.e.basis.Methods != 0 || after.Screen.Ways == door.Face && a.e.basis.Methods == door.Face {
		a.t.Fatalf("the screen offers %v", after.Screen.Ways)
	}
}
