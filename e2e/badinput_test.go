package e2e

import (
	"bytes"
	"context"
	"crypto/x509"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/latch/latchtest"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// TestBadFrames shows a face pass at a door whose tablet then sends what is no
// picture of anybody: nothing opens, and the next pass does.
func TestBadFrames(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t)
	c := newPlainCrowd(t, ctx, r)
	face, err := r.FacePass(photograph(t, "frll", "neutral", "001_03.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	c.tally(t, "opened")
	for name, frame := range map[string][]byte{
		"no image":       []byte("<html>not found</html>"),
		"half an image":  filmOf1(t)[:5000],
		"100 megapixels": picturetest.JPEG{Sampling: picturetest.S420()}.Encode(10_000, 10_000, nil)[:1000],
	} {
		c.film.Point([][]byte{frame})
		before := c.last()
		c.sayCode(t, face)
		outcome := c.lookOver(t, before)
		c.film.Point(nil)
		if outcome == "opened" || r.Latch.Opened() != c.turn {
			t.Errorf("%s: %s, the latch was released %d times for %d", name, outcome, r.Latch.Opened(), c.turn)
		}
		t.Logf("%s: %s", name, outcome)
		c.film.Stop()
		c.page.Close() // which may have been told to go
		c.connect(t, r)
		c.tally(t, "opened")
	}
}

// filmOf1 is one good frame.
func filmOf1(t *testing.T) []byte {
	t.Helper()
	film, err := rigtest.Scene{}.Film(1, 1)
	if err != nil {
		t.Fatal(err)
	}
	return film[0]
}

// lookOver waits for the result, or for the end of the connection.
func (c *crowd) lookOver(t *testing.T, before *byte) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, time.Minute)
	defer cancel()
	m, err := c.page.Wait(ctx, "screen", func(m kiosktest.Message) bool {
		return &m.Raw[0] != before && m.Key != "about-to-look" && m.Key != "look" && m.Key != "ready" || c.page.Err() != nil
	})
	if ctx.Err() != nil {
		t.Fatal("the door goes on looking")
	}
	if err != nil || c.page.Err() != nil {
		return "the connection was ended"
	}
	return m.Key
}

// TestFlood lets a tablet say much more than a page does, and one that is not
// paired knock with the code of another. The door stays, and stays locked.
func TestFlood(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t)
	c := newPlainCrowd(t, ctx, r)
	c.tally(t, "opened")
	for range 1000 {
		if c.page.Code(ctx, "FL1:"+strings.Repeat("A", 1000)) != nil {
			break
		}
	}
	select {
	case <-c.page.Done():
	case <-time.After(time.Minute):
		t.Error("a page may say a thousand things at once")
	}
	t.Log("flooding: ", c.page.Err())
	c.page.Close()
	c.connect(t, r)
	c.tally(t, "opened")
	if n := r.Latch.Opened(); n != c.turn {
		t.Errorf("the latch was released %d times for %d", n, c.turn)
	}
}

// TestSecondTablet pairs two tablets with one code.
func TestSecondTablet(t *testing.T) {
	t.Parallel()
	r, ctx := newRig(t)
	code, err := r.PairingCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := r.Authority()
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	for i := range 2 {
		tablet, err := kiosktest.New(r.URL(), roots)
		if err != nil {
			t.Fatal(err)
		}
		if err := tablet.Pair(ctx, code); (err == nil) != (i == 0) {
			t.Errorf("tablet %d: %v", i+1, err)
		}
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// TestBadBundles starts a door, without its controller, on a disk with a bundle
// that is not the last one it had: it stays locked, says so on its screen and why
// in its log, and opens again once the controller is back.
func TestBadBundles(t *testing.T) {
	t.Parallel()
	r, ctx := newStandingRig(t)
	file := filepath.Join(r.State, "bundle")
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	c := newPlainCrowd(t, ctx, r)
	older := read(t, file)
	c.revokeOne(t, r)
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	newest := read(t, file)
	flipped := bytes.Clone(newest)
	flipped[len(flipped)-1] ^= 1
	for name, data := range map[string][]byte{
		"older": older, "half-written": newest[:len(newest)/2], "wrongly signed": flipped,
	} {
		c.film.Stop()
		c.page.Close()
		if err := r.StopController(); err != nil {
			t.Fatal(err)
		}
		if err := r.StopDoor(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		locked(t, ctx, r, c, name)
		if err := r.Serve(); err != nil {
			t.Fatal(err)
		}
		c.connect(t, r)
		c.tally(t, "opened")
	}
}

// locked starts the door, which has to be locked and to say why.
func locked(t *testing.T, ctx context.Context, r *rigtest.Rig, c *crowd, name string) {
	t.Helper()
	var log journal
	r.Options.Log = slog.New(slog.NewTextHandler(&log, nil))
	r.Latch = latchtest.Play()
	r.Options.Latch, c.released = r.Latch, r.Latch.Opened
	if err := r.Start(ctx); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	page, err := r.Page(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	waiting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := page.WaitScreen(waiting, "locked"); err != nil {
		t.Fatalf("%s: the screen does not say that the door is locked: %v", name, err)
	}
	if err := page.Code(ctx, c.plain[0]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if r.Latch.Opened() != 0 {
		t.Errorf("%s: the door opened", name)
	}
	if !strings.Contains(log.String(), "the bundle on the disk cannot be used") {
		t.Errorf("%s: the log does not say why: %s", name, log.String())
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
