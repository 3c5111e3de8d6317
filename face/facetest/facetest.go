// Package facetest is a face engine without models, for tests that need one to
// recognise people: package face itself, over networks that read drawings.
//
// A person is a number, drawn as a rectangle of a grey level of its own. The
// engine finds the rectangles, takes each for a face, and gives two drawings of
// one person a comparison score near 1, and drawings of two people one near 0.
// Everything else is real: grants, captures, quality, references, comparisons.
// It is for tests only, and never says anything about how good the models are.
package facetest

import (
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// Threshold tells one person from two. Scores of drawings lie far from it.
const Threshold = 0.6

// errFails is what a network says that was told to fail.
var errFails = errors.New("facetest: this network was told to fail")

// Fake is an engine, and what it was asked for.
type Fake struct {
	*face.Engine
	now func() time.Time

	mu        sync.Mutex
	runs      map[models.Role]int  // guarded by mu, as are those below
	fails     map[models.Role]bool // networks that fail when they are run
	suspected bool
	turned    float64 // degrees
	flat      bool
	lanes     []*lane
}

// New makes an engine that checks grants against a clock, without networks of
// the roles that are named.
func New(t testing.TB, now func() time.Time, without ...models.Role) *Fake {
	t.Helper()
	f := &Fake{now: now, runs: map[models.Role]int{}, fails: map[models.Role]bool{}}
	manifest := models.Default()
	manifest.Models = slices.DeleteFunc(manifest.Models, func(m models.Model) bool { return slices.Contains(without, m.Role) })
	e, err := face.New(face.Config{Manifest: manifest, Open: f.open, Projection: models.Projection, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	f.Engine = e
	return f
}

// Runs is how often networks of a role were run: models.Detect for pictures in
// which faces were looked for, models.Extract for faces that were measured.
func (f *Fake) Runs(r models.Role) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.runs[r]
}

// Fail lets networks of a role fail from now on, or no more.
func (f *Fake) Fail(r models.Role, fails bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails[r] = fails
}

// Suspect lets every face look like a picture of one, or none.
func (f *Fake) Suspect(suspected bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.suspected = suspected
}

// Turn lets every face be turned by as many degrees, above 0 to the left of the
// picture: as a head is, or as a flat picture of one that a machine takes for turned.
func (f *Fake) Turn(degrees float64, flat bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turned, f.flat = degrees, flat
}

// Dirty is how many networks still hold something of a picture. It is only to
// be asked while nothing runs.
func (f *Fake) Dirty() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.lanes {
		if l.dirty() {
			n++
		}
	}
	return n
}

// Enrol makes the reference of a person, which the caller wipes.
func (f *Fake) Enrol(t testing.TB, who int) face.Reference {
	t.Helper()
	record, err := consent.Attest(rand.Reader, consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: [32]byte{1},
		Given: f.now().Add(-time.Hour).Truncate(time.Second), Until: f.now().AddDate(1, 0, 0).Truncate(time.Second),
	})
	if err != nil {
		t.Fatal(err)
	}
	grant, err := record.Grant(f.now())
	if err != nil {
		t.Fatal(err)
	}
	probe, err := f.probe(grant, Alone(who))
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Wipe()
	reference, err := probe.Reference()
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

// Look is what a door does with one picture: it compares its subject with a
// reference. The errors are those of package face.
func (f *Fake) Look(g consent.Grant, r face.Reference, p *picture.Picture) (face.Comparison, error) {
	probe, err := f.probe(g, p)
	if err != nil {
		return face.Comparison{}, err
	}
	defer probe.Wipe()
	return f.Compare(g, probe, r)
}

func (f *Fake) probe(g consent.Grant, p *picture.Picture) (*face.Probe, error) {
	capture, err := f.Capture(g, p)
	if err != nil {
		return nil, err
	}
	defer capture.Wipe()
	return capture.Probe()
}
