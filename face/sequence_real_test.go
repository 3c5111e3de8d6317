package face_test

import (
	"math"
	"os"
	"path/filepath"
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
}

func (v volunteer) moment(p *picture.Picture, at time.Duration) *face.Moment {
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

func (v volunteer) read(path string) *picture.Picture {
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
	v := volunteer{t: t, engine: e, grant: g}
	people, err := filepath.Glob(filepath.Join(testenv.Faces(t), "sequences", "*", "*"))
	if err != nil || len(people) == 0 {
		testenv.Missing(t, "no sequences of volunteers")
	}
	turns := 0
	for _, person := range people {
		turns += v.turns(person)
	}
	if turns < 6 {
		t.Errorf("only %d turns were looked at", turns)
	}
}

// turns judges each photograph of a turned head after one that faces the camera, and
// returns how many there were.
func (v volunteer) turns(person string) (n int) {
	still := v.read(filepath.Join(person, "neutral", "front.jpg"))
	front := v.moment(still, 0)
	for side, prompt := range map[string]face.Prompt{"left": face.TurnRight, "right": face.TurnLeft} {
		asked := []face.Prompted{{Prompt: prompt, From: time.Second, Until: 4 * time.Second}}
		found, _ := filepath.Glob(filepath.Join(person, "*", side+".jpg"))
		found = found[:min(testenv.Count(1, 9), len(found))]
		for _, path := range found {
			n++
			s := face.Judge(asked, []*face.Moment{front, v.moment(v.read(path), 2*time.Second)})
			if s.Suspected || s.Answered != 1 {
				v.t.Errorf("%s is suspected: %+v", path, s)
			}
		}
	}
	for degrees, prompt := range map[float64]face.Prompt{-50: face.TurnLeft, 50: face.TurnRight} {
		asked := []face.Prompted{{Prompt: prompt, From: time.Second, Until: 4 * time.Second}}
		sheet := turnedSheet(still, degrees)
		s := face.Judge(asked, []*face.Moment{front, v.moment(sheet, 2*time.Second)})
		if !s.Suspected {
			v.t.Errorf("%s on a sheet turned by %v degrees is not: %+v", person, degrees, s)
		}
	}
	return n
}
