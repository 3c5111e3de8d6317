package check

import (
	"bytes"
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/models"
)

// walk is a check to which anything happens, and what would allow its outcome.
type walk struct {
	*fixture
	c        *Check
	document int // whose portrait was last shown under the choice, -1 for nobody's
	matched  bool
	looked   []idcheck.Outcome
	lookedBy map[string]bool
}

// TestAnything: whatever happens in whatever order, no face is looked for unless the
// person has chosen that, nothing is held after the end, there is one result, and it
// has its reason in what was done.
func TestAnything(t *testing.T) {
	pictures := map[string][]byte{
		"1": of(1), "2": of(2), "nobody": facetest.JPEG(facetest.Nobody()),
		"two": facetest.JPEG(facetest.Two(1, 2)), "far": facetest.JPEG(facetest.Far(1)), "garbage": []byte("\xff\xd8garbage"),
	}
	names := []string{"1", "1", "1", "2", "nobody", "two", "far", "garbage"}
	fresh := newFixture(t, nil) // the engine is the slow part
	rapid.Check(t, func(r *rapid.T) {
		f := newFixtureWith(t, fresh)
		f.policy.TwoPeople = rapid.Bool().Draw(r, "two people")
		f.policy.RequireLive = rapid.Bool().Draw(r, "live")
		unattended := rapid.Bool().Draw(r, "unattended") && !f.policy.TwoPeople
		w := &walk{fixture: f, document: -1, lookedBy: map[string]bool{}}
		w.c = f.begin(t, func(o *Order) {
			if o.Unattended = unattended; unattended {
				o.Staff = ""
			}
		})
		for range rapid.IntRange(1, 25).Draw(r, "events") {
			w.event(r, pictures, names)
			w.invariant(r)
		}
		f.Close()
		w.over(r)
	})
}

// newFixtureWith is a fixture with the engine of another.
func newFixtureWith(t testing.TB, other *fixture) *fixture {
	f := &fixture{lines: &reader{lines: passport()}, notice: other.notice, now: start, policy: idcheck.Policy{Threshold: facetest.Threshold}}
	f.engine = other.engine
	other.mu.Lock()
	other.now = start
	other.mu.Unlock()
	o := other.o
	o.Lines, o.Done = f.lines, f.finish
	o.Now = other.clock
	o.Policy = func() idcheck.Policy { f.mu.Lock(); defer f.mu.Unlock(); return f.policy }
	f.Room = New(o)
	f.holding = func(v any) { f.held = append(f.held, v) }
	f.pass = other.wait
	return f
}

// event does something.
func (w *walk) event(r *rapid.T, pictures map[string][]byte, names []string) {
	before, runs := w.c.State(), w.engine.Runs(models.Detect)
	switch rapid.SampledFrom([]string{"choose", "document", "document", "typed", "frame", "frame", "frame", "look", "wait", "rare", "lines"}).Draw(r, "event") {
	case "choose":
		way := rapid.SampledFrom([]idcheck.Way{idcheck.ByFace, idcheck.ByFace, idcheck.ByStaff, 0}).Draw(r, "way")
		if w.c.Choose(way, w.notice, w.c.order.Claims) == nil {
			w.document, w.looked, w.lookedBy = -1, nil, map[string]bool{}
		}
	case "document":
		name := rapid.SampledFrom(names).Draw(r, "document")
		if w.picture(r, pictures[name], w.c.Document) == nil {
			w.document = map[string]int{"1": 1, "far": 1, "2": 2}[name]
		}
	case "typed":
		_ = w.c.Typed(rapid.SampledFrom([][]string{passport(), misread(), {"x"}, nil}).Draw(r, "typed"))
	case "frame":
		name := rapid.SampledFrom(names).Draw(r, "frame")
		if w.picture(r, pictures[name], w.c.Frame) == nil && before.Step == Face {
			w.matched = w.matched || name == "1" && w.document == 1 || name == "2" && w.document == 2
		}
	case "look":
		by := rapid.SampledFrom([]string{"a", "b", ""}).Draw(r, "by")
		found := rapid.SampledFrom([]idcheck.Outcome{idcheck.SamePerson, idcheck.NotSamePerson, idcheck.Inconclusive, idcheck.AttackSuspected}).Draw(r, "found")
		if w.c.Look(by, found) == nil {
			w.looked = append(w.looked, found)
			w.lookedBy[by] = true
		}
	case "wait":
		w.pass(rapid.SampledFrom([]time.Duration{frameGap, time.Second, 50 * time.Second, 179 * time.Second}).Draw(r, "for"))
	case "rare":
		_ = rapid.SampledFrom([]func() error{w.c.Here, w.c.Here, w.c.Settle, w.c.Cancel}).Draw(r, "rare")()
	case "lines":
		w.lines.set(rapid.SampledFrom([][]string{passport(), misread(), nil}).Draw(r, "lines"))
	}
	if w.engine.Runs(models.Detect) != runs && before.Way != "face" {
		r.Fatal("a face was looked for although nobody chose that")
	}
}

// picture gives a picture, and sees to it that the file is cleared.
func (w *walk) picture(r *rapid.T, data []byte, give func(context.Context, []byte) error) error {
	data = bytes.Clone(data)
	err := give(context.Background(), data)
	if len(bytes.Trim(data, "\x00")) > 0 {
		r.Fatal("a file is not cleared")
	}
	return err
}

// invariant is what holds after each event.
func (w *walk) invariant(r *rapid.T) {
	s := w.c.State()
	if (s.Step == Ended) != (s.Result != nil) || (s.Result != nil) != (len(w.results()) == 1) {
		r.Fatalf("at %s with the result %+v, handed on %d times", s.Step, s.Result, len(w.results()))
	}
	if s.Step == Reading && s.Way != "none" || (s.Step == Face) && s.Way != "face" || s.Step == Staff && s.Way != "staff" {
		r.Fatalf("at %s by %s", s.Step, s.Way)
	}
	if left := w.leftOver(w.c); left != "" && (s.Step == Reading && w.c.found.MRZ == nil || s.Step == Ended) {
		r.Fatalf("at %s there is left %s", s.Step, left)
	}
}

// over looks at the result.
func (w *walk) over(r *rapid.T) {
	w.invariant(r)
	all := w.results()
	if len(all) != 1 {
		r.Fatalf("%d results", len(all))
	}
	got := all[0].Result
	if (len(all[0].Claims) > 0) != (got.Outcome == idcheck.SamePerson) || got.Open {
		r.Fatalf("%+v", all[0])
	}
	if got.Outcome != idcheck.SamePerson {
		return
	}
	byStaff := len(w.looked) > 0 && w.looked[len(w.looked)-1] == idcheck.SamePerson && len(w.lookedBy) == len(w.looked)
	if got.Way == idcheck.ByFace && !w.matched || got.Way == idcheck.ByStaff && !byStaff || got.Way == idcheck.ByStaff && w.policy.TwoPeople && len(w.looked) < 2 {
		r.Fatalf("the same person, without a reason: %+v", got)
	}
}
