package ground

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// soon waits until something is so, and says how long that took.
func soon(t *testing.T, what string, so func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !so() {
		if time.Since(began) > time.Minute {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(began)
}

// run runs a door against a controller until the test is over or stop is called.
func run(t *testing.T, g *Ground) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); g.Run(ctx) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			<-ended
		}
	}
	t.Cleanup(stop)
	return stop
}

// number is that of the bundle that is held, and kept.
func number(g *Ground) uint64 {
	if s := g.Snapshot(); s.Contents != nil && g.keeper.Held().Number == s.Contents.Bundle.Number {
		return s.Contents.Bundle.Number
	}
	return 0
}

// TestARevocationIsHereAtOnce where the door is connected.
func TestARevocationIsHereAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	text := w.site.Pass(1)
	c.Publish(1, w.site.Bundle(1))
	g := w.start()
	run(t, g)
	soon(t, "the first bundle", func() bool { return number(g) == 1 })
	must(t, judge(t, g, text))
	w.site.Set(1, statuslist.Invalid)
	c.Publish(2, w.site.Bundle(2))
	took := soon(t, "the second bundle", func() bool { return number(g) == 2 })
	wantReason(t, "revoked", judge(t, g, text), pass.ReasonRevoked)
	t.Logf("a revocation was here after %v", took)
}

// TestTheControllerComesAndGoes: nothing changes for passes, and it is found
// again.
func TestTheControllerComesAndGoes(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	text := w.site.Pass(1)
	c.Publish(1, w.site.Bundle(1))
	g := w.start()
	run(t, g)
	for i := range testenv.Count(4, 100) {
		n := uint64(i + 2)
		soon(t, "in step", func() bool { return g.Snapshot().Contact.Reached })
		c.Stop()
		soon(t, "the loss is noticed", func() bool { return !g.Snapshot().Contact.Reached })
		must(t, judge(t, g, text))
		c.Publish(n, w.site.Bundle(n))
		c.Start()
		t.Logf("found again after %v", soon(t, "the next bundle", func() bool { return number(g) == n }))
	}
}

// TestHalfABundle: what comes damaged is refused, and asked for again.
func TestHalfABundle(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	data, times := w.site.Bundle(1), 0
	c.Publish(1, data)
	c.Answer(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != doorapi.PathBundle || times == 2 {
			return false
		}
		times++ // the door asks one thing at a time
		w.Write(data[:len(data)/2])
		return true
	})
	g := w.start()
	run(t, g)
	soon(t, "the bundle", func() bool { return number(g) == 1 })
	if n := g.reports.take(); n[BundleRejected] != 2 {
		t.Errorf("reported %v", n)
	}
}

func TestErrands(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	client := g.client()
	defer client.Close()
	must(t, g.errand(t.Context(), client, true))
	if g.Snapshot().Approved {
		t.Error("approved by nobody")
	}
	if _, reports, _ := c.Told(); len(reports) != 1 || reports[0] != (doorapi.Report{Kind: "restart", Count: 1}) {
		t.Errorf("reports %v", reports)
	}
	c.Approve(w.site.Secrets(g.Identity(), w.clock.now().Add(1000*time.Hour)))
	for range 7 {
		g.Count(pass.ReasonOpened)
	}
	g.minute()
	w.clock.pass(24 * time.Hour)
	g.minute()
	must(t, g.errand(t.Context(), client, true))
	if !g.Snapshot().Approved {
		t.Error("no secrets")
	}
	must(t, g.errand(t.Context(), client, true))
	counts, reports, _ := c.Told()
	if len(counts) != 1 || counts[0].Counts["opened"] != "7" || counts[0].Zone != "front" || len(reports) != 1 {
		t.Errorf("%v %v", counts, reports)
	}
	before := g.Certificate().Leaf.NotAfter
	w.clock.pass(61 * 24 * time.Hour)
	must(t, g.errand(t.Context(), client, false))
	if !g.Certificate().Leaf.NotAfter.After(before) {
		t.Error("the certificate was not renewed")
	}
	must(t, g.Close())
	if g = w.start(); !g.Certificate().Leaf.NotAfter.After(before) {
		t.Error("the old certificate came back")
	}
}

// TestErrandsFail: counts and reports wait for a controller.
func TestErrandsFail(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	g := w.start()
	must(t, g.folder.SaveCounts(counts.Day{Day: "2026-11-20", Counts: map[string]string{"opened": "<5"}}))
	must(t, g.folder.SaveCounts(counts.Day{Day: "2026-11-21", Counts: map[string]string{"opened": "9"}}))
	client := g.client()
	defer client.Close()
	c.Answer(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true })
	if err := g.errand(t.Context(), client, true); err == nil {
		t.Error("no error")
	}
	c.Answer(nil)
	must(t, g.errand(t.Context(), client, true))
	counts, reports, _ := c.Told()
	if len(counts) != 2 || counts[0].Day != "2026-11-20" || len(reports) != 1 {
		t.Errorf("%v %v", counts, reports)
	}
	if days, err := g.folder.Days(); err != nil || len(days) != 0 {
		t.Errorf("%v, %v", days, err)
	}
}

// TestARemovedDoor opens for nobody, and has no secrets.
func TestARemovedDoor(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	text := w.site.Pass(1)
	c.Publish(1, w.site.Bundle(1))
	g := w.start()
	stop := run(t, g)
	soon(t, "the first bundle", func() bool { return number(g) == 1 })
	must(t, g.takeSecrets(w.site.Secrets(g.Identity(), w.clock.now().Add(time.Hour))))
	c.Remove()
	soon(t, "removed", func() bool { return g.Snapshot().Contact.Removed })
	wantReason(t, "removed", judge(t, g, text), pass.ReasonBundleExpired)
	if g.Snapshot().Approved {
		t.Error("it has secrets")
	}
	stop()
	must(t, g.Close())
	g = w.start()
	wantReason(t, "after a restart", judge(t, g, text), pass.ReasonBundleExpired)
	if g.Snapshot().Approved {
		t.Error("it has secrets after a restart")
	}
}

// TestAwayForTooLong: a door whose certificate ended while it was offline says in
// plain words that it has to join again, once, where its operator looks.
func TestAwayForTooLong(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	var said lockedBuffer
	w.log = slog.New(slog.NewTextHandler(&said, nil))
	c.Publish(1, w.site.Bundle(1))
	g := w.start()
	stop := run(t, g)
	soon(t, "the first bundle", func() bool { return number(g) == 1 })
	if status, err := Look(w.config(), w.clock); err != nil || status.Methods == "" || status.Wrong != "" {
		t.Errorf("before: %+v, %v", status, err)
	}
	stop()
	c.Stop()
	must(t, g.Close())
	w.clock.pass(91 * 24 * time.Hour)
	c.Start()
	g = w.start()
	stop = run(t, g)
	soon(t, "it is known", func() bool { return errors.Is(g.Snapshot().Contact.Why, link.ErrOver) })
	for range 3 { // and does not change with each attempt
		g.Heard(g.Snapshot().Contact.Why)
	}
	stop()
	if n := strings.Count(said.String(), "has to join again"); n != 1 {
		t.Errorf("said %d times: %s", n, said.String())
	}
	if g.Basis().PlainOK {
		t.Error("it opens")
	}
	must(t, g.Close())
	status, err := Look(w.config(), w.clock)
	if err != nil || status.Methods != "" || !strings.Contains(status.Wrong, "joins again") {
		t.Errorf("%+v, %v", status, err)
	}
}

// lockedBuffer is what was logged so far.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestSecretsThatComeTooLate: those that were on their way when the door was
// removed are not taken, and are not on its disk.
func TestSecretsThatComeTooLate(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	texts := w.site.Secrets(g.Identity(), w.clock.now().Add(time.Hour))
	must(t, g.takeSecrets(texts))
	for range 2 {
		g.Heard(link.ErrRemoved)
		if err := g.takeSecrets(texts); !errors.Is(err, link.ErrRemoved) {
			t.Errorf("error %v", err)
		}
		if len(g.secrets.Sealing) != 0 || g.secrets.Pepper.OK() || g.Snapshot().Approved {
			t.Error("it has secrets")
		}
	}
	if texts, err := g.folder.Secrets(); len(texts) != 0 {
		t.Errorf("%d are on the disk (%v)", len(texts), err)
	}
}

func TestNothingRunsOnAfterTheEnd(t *testing.T) {
	w := newWorld(t)
	c := w.site.Serve()
	w.join(c.Address)
	c.Publish(1, w.site.Bundle(1))
	g := w.start()
	ignore := goleak.IgnoreCurrent()
	stop := run(t, g)
	soon(t, "the first bundle", func() bool { return number(g) == 1 })
	stop()
	c.Stop()
	goleak.VerifyNone(t, ignore)
}
