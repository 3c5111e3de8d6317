package face_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// volunteer makes moments of the photographs of one person.
type volunteer struct {
	t      *testing.T
	engine *face.Engine
	grant  consent.Grant
	heads  []float64 // what the cue of depth believes of them
	sheets []float64 // those that were taken for turned
	flat   int       // all sheets
}

// depth is what the cue of depth believes, and whether it says anything.
func depth(s face.Sequence) (bona float64, known bool) {
	for _, c := range s.Cues {
		if c.Name == face.CueDepth {
			return c.Bona, true
		}
	}
	return 0, false
}

func (v *volunteer) moment(p *picture.Picture, at time.Duration) *face.Moment {
	v.t.Helper()
	c, err := v.engine.CaptureCentral(v.grant, p)
	if err != nil {
		v.t.Fatal(err)
	}
	defer c.Wipe()
	m, err := c.Moment(at)
	if err != nil {
		v.t.Fatal(err)
	}
	return m
}

func (v *volunteer) read(path string) *picture.Picture {
	v.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		v.t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		v.t.Fatal(err)
	}
	return p
}

// turnedSheet is a picture as a sheet that is turned about its upright axis, seen from
// twice its width away.
func turnedSheet(p *picture.Picture, degrees float64) *picture.Picture {
	out := &picture.Picture{W: p.W, H: p.H, Pix: make([]byte, len(p.Pix)), Scale: 1}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	w, h := float64(p.W), float64(p.H)
	for y := range p.H {
		for x := range p.W {
			// Where the ray through this pixel meets the sheet.
			rx, ry := (float64(x)+0.5)/w-0.5, ((float64(y)+0.5)-h/2)/w
			u := 2 * rx / (2*cos - rx*sin)
			v := ry * (2 + u*sin) / 2
			sx, sy := int(math.Floor((u+0.5)*w)), int(math.Floor(v*w+h/2))
			if uint(sx) < uint(p.W) && uint(sy) < uint(p.H) {
				copy(out.Pix[3*(y*p.W+x):], p.Pix[3*(sy*p.W+sx):3*(sy*p.W+sx)+3])
			}
		}
	}
	return out
}

// TestVolunteersTurn: a head that turns as it was asked to is believed in, and a sheet
// with its photograph that turns the same way is not. The photographs were taken one
// by one: they stand in for a film.
func TestVolunteersTurn(t *testing.T) {
	e, _, err := engine.New(home.Dir(testenv.Home(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "sequences", Basis: "volunteers who agreed to tests"})
	if err != nil {
		t.Fatal(err)
	}
	v := &volunteer{t: t, engine: e, grant: g}
	people, err := filepath.Glob(filepath.Join(testenv.Faces(t), "sequences", "*", "*"))
	if err != nil || len(people) == 0 {
		testenv.Missing(t, "no sequences of volunteers")
	}
	for _, person := range people {
		v.turns(person)
		v.sheetsOf(person)
	}
	if len(v.heads) < 6 {
		t.Errorf("only %d turns were looked at", len(v.heads))
	}
	t.Logf("depth is believed with %.2f or more of %d heads that turned, and with %.2f or less of the %d of %d sheets that the pose model takes for turned",
		slices.Min(v.heads), len(v.heads), slices.Max(append(v.sheets, 0)), len(v.sheets), v.flat)
}

// turns judges photographs of a turned head after one that faces the camera: one for
// each side, in make soak all of them.
func (v *volunteer) turns(person string) {
	front := v.moment(v.read(filepath.Join(person, "neutral", "front.jpg")), 0)
	for side, prompt := range map[string]face.Prompt{"left": face.TurnRight, "right": face.TurnLeft} {
		found, _ := filepath.Glob(filepath.Join(person, "*", side+".jpg"))
		for _, path := range found[:min(testenv.Count(1, 9), len(found))] {
			s := v.judge(prompt, front, v.read(path))
			if s.Suspected || s.Answered != 1 {
				v.t.Errorf("%s is suspected: %+v", path, s)
			}
			bona, _ := depth(s)
			v.heads = append(v.heads, bona)
		}
	}
}

// sheetsOf judges the photograph that faces the camera as a sheet that is turned.
func (v *volunteer) sheetsOf(person string) {
	still := v.read(filepath.Join(person, "neutral", "front.jpg"))
	front := v.moment(still, 0)
	for _, degrees := range []float64{50, -50, 20, -20, 35, -35, 60, -60, 65, -65}[:testenv.Count(2, 10)] {
		prompt := face.TurnLeft
		if degrees > 0 {
			prompt = face.TurnRight
		}
		s := v.judge(prompt, front, turnedSheet(still, degrees))
		if !s.Suspected {
			v.t.Errorf("%s on a sheet turned by %v degrees is not suspected: %+v", person, degrees, s)
		}
		if bona, known := depth(s); known {
			v.sheets = append(v.sheets, bona)
		}
		v.flat++
	}
}

// judge judges a picture after one that faces the camera.
func (v *volunteer) judge(prompt face.Prompt, front *face.Moment, p *picture.Picture) face.Sequence {
	asked := []face.Prompted{{Prompt: prompt, From: time.Second, Until: 4 * time.Second}}
	return face.Judge(asked, []*face.Moment{front, v.moment(p, 2*time.Second)})
}
