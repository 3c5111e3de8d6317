package facetest_test

import (
	"crypto/rand"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/pass"
)

// toEnrol makes a grant to enrol.
func toEnrol(t *testing.T) consent.Grant {
	t.Helper()
	record, err := consent.Attest(rand.Reader, consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: [32]byte{1}, Given: noon.Add(-time.Minute), Until: noon.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	g, err := record.Grant(noon)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func probeOf(t *testing.T, e *face.Engine, g consent.Grant, who int) *face.Probe {
	t.Helper()
	capture, err := e.Capture(g, facetest.Alone(who))
	if err != nil {
		t.Fatal(err)
	}
	defer capture.Wipe()
	p, err := capture.Probe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Wipe)
	return p
}

// TestAlike: one person in two pictures is alike, two people are not, and only a
// grant to enrol, the same for both, may ask.
func TestAlike(t *testing.T) {
	now := noon
	f := facetest.New(t, func() time.Time { return now })
	g, other := toEnrol(t), toEnrol(t)
	one, again, stranger := probeOf(t, f.Engine, g, 1), probeOf(t, f.Engine, g, 1), probeOf(t, f.Engine, g, 2)
	if same, err := f.Alike(g, one, again, facetest.Threshold); err != nil || !same {
		t.Errorf("one person: %t, %v", same, err)
	}
	if same, err := f.Alike(g, one, stranger, facetest.Threshold); err != nil || same {
		t.Errorf("two people: %t, %v", same, err)
	}
	for _, threshold := range []float64{0, -1, math.NaN()} {
		if same, _ := f.Alike(g, one, again, threshold); same {
			t.Errorf("alike at %g", threshold)
		}
	}
	if _, err := f.Alike(g, one, probeOf(t, f.Engine, other, 1), facetest.Threshold); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("two grants: %v", err)
	}
	if _, err := f.Alike(grant(t), one, again, facetest.Threshold); !errors.Is(err, consent.ErrOtherPower) {
		t.Errorf("a grant to measure: %v", err)
	}
	now = noon.Add(consent.EnrolTime)
	if _, err := f.Alike(g, one, again, facetest.Threshold); !errors.Is(err, consent.ErrNotNow) {
		t.Errorf("a grant that has ended: %v", err)
	}
}
