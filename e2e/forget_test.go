package e2e

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/picture/picturetest"
)

// TestPromise1NothingOfAFaceIsLeft runs a door in a process of its own, shows it
// people and passes, and once it no longer looks searches everything that it has
// written, and its whole memory, for pieces of the frames, of their pixels, of
// the features of the faces in them, and of the opened references.
func TestPromise1NothingOfAFaceIsLeft(t *testing.T) {
	if picturetest.UnderRace() {
		return // the detector keeps a shadow of memory
	}
	for name, daemonReads := range map[string]bool{"the page reads codes": false, "the daemon reads codes": true} {
		t.Run(name, func(t *testing.T) { forgets(t, daemonReads) })
	}
}

// registers is how many pieces the Go runtime may hold in what it saves of a
// processor's registers when it interrupts a goroutine, for instance in the middle
// of copying: 32 registers of 64 bytes for each of two processors or more, which
// the next interruption overwrites. See "Memory of a door" in
// docs/design/threats.md.
const registers = 64

// shadow is a door in a process of its own, and what must not be left in it.
type shadow struct {
	*showing
	ctx     context.Context
	apart   *rigtest.Apart
	needles *rigtest.Needles
	dir     string // its temporary folder and its log
	passes  []string
	films   [][][]byte // of somebody else with each pass
	hall    [][]byte
	moments chan rigtest.Snapshot // at which the door had just compared a face
}

// keep keeps what the door's process holds at a comparison, if nothing is kept yet.
func (s *shadow) keep(pid int) {
	if memory, err := rigtest.Snap(pid); err == nil {
		select {
		case s.moments <- memory:
		default:
		}
	}
}

func forgets(t *testing.T, daemonReads bool) {
	s := newShadow(t, daemonReads)
	s.watch(t)
	s.film.Stop()
	if err := s.page.Flush(s.ctx); err != nil { // as the page does
		t.Log("the page went without a flush: ", err)
	}
	left := s.left(t)
	t.Logf("left in the memory of the door: %v", left)
	for kind, n := range left {
		if tooMany(kind, n) {
			t.Errorf("%d pieces of %s are left in the memory of the door", n, kind)
		}
	}
	for _, dir := range []string{s.dir, s.rig.State, s.rig.Dir} {
		written, err := s.needles.InFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		for kind, n := range written {
			t.Errorf("%d pieces of %s were written into %s", n, kind, dir)
		}
	}
}

// left is what is found once the last frame was looked at. When that is, nobody
// says: so it is searched again a few times before it counts as left.
func (s *shadow) left(t *testing.T) (left map[string]int) {
	t.Helper()
	for range 6 {
		time.Sleep(500 * time.Millisecond)
		memory, err := rigtest.Snap(s.apart.PID)
		if err != nil {
			t.Fatal(err)
		}
		left = s.needles.In(memory)
		clean := true
		for kind, n := range left {
			clean = clean && !tooMany(kind, n)
		}
		if clean {
			break
		}
	}
	return left
}

func tooMany(kind string, n int) bool {
	return kind == aReference && n > 0 || kind == aProbe && n > 0 || n > registers
}

// Kinds of needles.
const (
	aFrame     = "a frame"
	aPixel     = "pixels"
	aProbe     = "a probe"
	aReference = "a reference"
)

// headers is more than what stands before the picture in a frame: tables that
// are in every program which writes JPEGs.
const headers = 1000

func newShadow(t *testing.T, daemonReads bool) *shadow {
	t.Helper()
	r, ctx := newStandingRig(t)
	r.Options.ReadCodes = daemonReads
	s := &shadow{ctx: ctx, needles: rigtest.NewNeedles(), dir: t.TempDir(), moments: make(chan rigtest.Snapshot, 1)}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	neutral := photograph(t, "frll", "neutral", "001_03.jpg")
	reference, _, err := r.Extract(neutral)
	if err != nil {
		t.Fatal(err)
	}
	s.needles.Add(aReference, reference, 1)
	for i := range testenv.Count(1, 3) { // more of them would have to wait
		p, err := r.FacePass(neutral)
		if err != nil {
			t.Fatal(err)
		}
		somebody := rigtest.Scene{Photograph: photograph(t, "frll", "smiling", "002_08.jpg"), Pass: p}
		film, err := somebody.Film(16, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		s.plant(t, r, film)
		s.passes, s.films = append(s.passes, p), append(s.films, film)
	}
	if s.apart, err = r.StartApart(ctx, rigtest.Own{Temp: s.dir, Log: log, AtCompared: s.keep}); err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	if s.hall, err = (rigtest.Scene{}).Film(40, 2); err != nil {
		t.Fatal(err)
	}
	s.showing = newShowing(t, ctx, r)
	s.film.Point(s.hall)
	return s
}

// plant makes the needles of a film.
func (s *shadow) plant(t *testing.T, r *rigtest.Rig, film [][]byte) {
	t.Helper()
	for _, frame := range film {
		s.needles.Add(aFrame, frame[headers:], 211)
		p, err := picture.Decode(frame)
		if err != nil {
			t.Fatal(err)
		}
		s.needles.Add(aPixel, p.Pix, 4001)
		_, features, err := r.Extract(frame)
		if err != nil {
			t.Fatal(err)
		}
		s.needles.AddFloats(aProbe, features)
	}
}

// watch shows passes, held by somebody else, and looks into the door's memory when
// it has compared a face, to see that what is sought is found while it is there.
func (s *shadow) watch(t *testing.T) {
	t.Helper()
	for i := range s.films {
		s.awaitReady(t)
		s.film.Point(s.films[i])
		if err := s.page.Code(s.ctx, s.passes[i]); err != nil {
			t.Fatal(err)
		}
		s.sees(t)
		s.film.Point(s.hall)
		s.awaitReady(t)
	}
}

// sees waits for a comparison, and fails if something is not found then.
func (s *shadow) sees(t *testing.T) {
	t.Helper()
	select {
	case memory := <-s.moments:
		seen := s.needles.In(memory)
		t.Logf("found while it looked: %v", seen)
		for _, kind := range []string{aFrame, aPixel, aProbe, aReference} {
			if seen[kind] == 0 {
				t.Errorf("nothing of %s was found while the door looked: the search does not work", kind)
			}
		}
	case <-time.After(time.Minute):
		m, _ := s.page.Wait(s.ctx, "screen", nil)
		t.Fatalf("the door compared nothing: the screen is %s", m.Raw)
	}
}

// awaitReady waits until a face pass can be shown. A door that stood still for longer
// than a page may be silent takes the page for lost: then the tablet connects again.
func (s *shadow) awaitReady(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, time.Minute)
	defer cancel()
	for {
		m, err := s.page.Wait(ctx, "screen", func(m kiosktest.Message) bool {
			return m.Key == "ready" && slices.Contains(m.Ways, "face")
		})
		if err == nil {
			return
		}
		if s.page.Err() == nil {
			t.Fatalf("%v: the screen is %s", err, m.Raw)
		}
		t.Log("the connection ended: ", s.page.Err())
		s.again(t)
	}
}

// again connects the tablet again.
func (s *shadow) again(t *testing.T) {
	t.Helper()
	s.film.Stop()
	s.page.Close()
	s.showing = newShowing(t, s.ctx, s.rig)
	s.film.Point(s.hall)
}
