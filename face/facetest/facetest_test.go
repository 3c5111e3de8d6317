package facetest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/picture"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func grant(t *testing.T) consent.Grant {
	t.Helper()
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "drawings", Basis: "made by the test"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestEverybodyIsTold: each two drawings of a person match, with and without a
// passer-by, and no two of two people do.
func TestEverybodyIsTold(t *testing.T) {
	f, g := facetest.New(t, clock), grant(t)
	for who := range facetest.People {
		r := f.Enrol(t, who)
		for other := range facetest.People {
			pictures := map[string]*picture.Picture{"alone": facetest.Alone(other)}
			if other == who {
				pictures["with a passer-by"] = facetest.WithPasserBy(who, (who+1)%facetest.People)
				pictures["in a JPEG"] = decode(t, facetest.JPEG(facetest.Alone(who)))
			}
			for name, p := range pictures {
				c, err := f.Look(g, r, p)
				if err != nil {
					t.Fatal(err)
				}
				if same := who == other; same != (c.Score() >= facetest.Threshold) || !same && c.Score() > 0.4 || same && c.Score() < 0.9 {
					t.Errorf("%d and %d %s score %.2f", who, other, name, c.Score())
				}
			}
		}
	}
	if n := f.Dirty(); n != 0 {
		t.Errorf("%d networks were not wiped", n)
	}
}

func decode(t *testing.T, data []byte) *picture.Picture {
	t.Helper()
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPictures: what each drawing is to the engine.
func TestPictures(t *testing.T) {
	f, g := facetest.New(t, clock), grant(t)
	r := f.Enrol(t, 1)
	for name, c := range map[string]struct {
		p    *picture.Picture
		want error
	}{
		"alone":            {facetest.Alone(1), nil},
		"with a passer-by": {facetest.WithPasserBy(1, 2), nil},
		"two":              {facetest.Two(1, 2), face.ErrSeveralFaces},
		"nobody":           {facetest.Nobody(), face.ErrNoFace},
		"far":              {facetest.Far(1), nil},
	} {
		if _, err := f.Look(g, r, c.p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := f.Runs(models.Extract)
	if _, err := f.Look(consent.Grant{}, r, facetest.Alone(1)); !errors.Is(err, consent.ErrNoGrant) || f.Runs(models.Extract) != before {
		t.Errorf("without a grant: %v", err)
	}
}

// TestQuality: a drawing is a good capture, and one from afar is too far.
func TestQuality(t *testing.T) {
	f, g := facetest.New(t, clock), grant(t)
	problems := func(p *picture.Picture) []face.Problem {
		c, err := f.Capture(g, p)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Wipe()
		q, err := c.Quality()
		if err != nil {
			t.Fatal(err)
		}
		return q.Problems()
	}
	for who := range facetest.People {
		for _, p := range []*picture.Picture{facetest.Alone(who), decode(t, facetest.JPEG(facetest.Alone(who)))} {
			if got := problems(p); len(got) != 0 {
				t.Errorf("person %d: %v", who, got)
			}
		}
	}
	if got := problems(facetest.Far(1)); len(got) == 0 || got[0] != face.TooFar {
		t.Errorf("from afar: %v", got)
	}
}

// TestSettings: networks fail and suspect when they are told to.
func TestSettings(t *testing.T) {
	f, g := facetest.New(t, clock), grant(t)
	suspected := func() bool {
		c, err := f.Capture(g, facetest.Alone(1))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Wipe()
		a, err := c.Attack()
		if err != nil {
			t.Fatal(err)
		}
		return a.Suspected
	}
	if suspected() {
		t.Error("suspected without being told")
	}
	f.Suspect(true)
	if !suspected() {
		t.Error("not suspected")
	}
	f.Fail(models.Landmark, true)
	if _, err := f.Capture(g, facetest.Alone(1)); !errors.Is(err, face.ErrEngine) {
		t.Errorf("a failure: %v", err)
	}
	if n := f.Dirty(); n != 0 {
		t.Errorf("%d networks were not wiped", n)
	}
}
