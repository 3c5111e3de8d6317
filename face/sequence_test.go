package face

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/models"
)

// seen is what a camera sees of a drawn head or sheet, turned by an angle: 0 relief is
// a sheet.
func seen(at time.Duration, yaw, relief float64) *Moment {
	m := &Moment{At: at, Yaw: yaw, Left: 0.3, Right: 0.3, Bona: 0.98, Size: 0.3}
	sin, cos := math.Sincos(-yaw * math.Pi / 180)
	for i := range m.points {
		a, r := float64(i)*2.4, math.Sqrt(float64(i)/68)
		x, y := r*math.Cos(a), r*math.Sin(a)
		z := relief * math.Sqrt(1-r*r)
		m.points[i] = Point{cos*x + sin*z, y}
	}
	m.points.standardise(0)
	return m
}

const headRelief = 1.2

// film is a head, or a sheet, that shows these angles, one each half second.
func film(relief float64, yaws ...float64) (moments []*Moment) {
	for i, yaw := range yaws {
		moments = append(moments, seen(time.Duration(i)*500*time.Millisecond, yaw, relief))
	}
	return moments
}

func during(p Prompt, from, until float64) Prompted {
	return Prompted{Prompt: p, From: time.Duration(from * float64(time.Second)), Until: time.Duration(until * float64(time.Second))}
}

func TestJudgePrompts(t *testing.T) {
	left, right := during(TurnLeft, 0.3, 1.2), during(TurnRight, 1.3, 3)
	for _, test := range []struct {
		name     string
		asked    []Prompted
		moments  []*Moment
		answered int
		wrong    bool
		suspects bool
	}{
		{"nothing at all", nil, nil, 0, false, true},
		{"nobody faces the camera", nil, film(headRelief, 30, 40), 0, false, true},
		{"nothing asked", nil, film(headRelief, 0, 0), 0, false, false},
		{"left", []Prompted{left}, film(headRelief, 0, -35, 0), 1, false, false},
		{"left, then right", []Prompted{left, right}, film(headRelief, 0, -35, -35, 0, 35), 2, false, false},
		{"the other way about", []Prompted{left, right}, film(headRelief, 0, 35, 0, -35), 0, true, true},
		{"not at all", []Prompted{left}, film(headRelief, 0, 0, 0), 0, false, true},
		{"too little", []Prompted{left}, film(headRelief, 0, -12, 0), 0, false, true},
		{"too late", []Prompted{left}, film(headRelief, 0, 0, 0, -35), 0, false, true},
		{"before it was asked", []Prompted{right}, film(headRelief, 35, 35, 35, 35, 0), 0, false, true},
		{"only the second", []Prompted{left, right}, film(headRelief, 0, 0, 0, 35), 0, false, true},
		{"a sheet", []Prompted{left}, film(0, 0, -35, 0), 1, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Judge(test.asked, test.moments)
			if s.Answered != test.answered || s.Wrong != test.wrong || s.Suspected != test.suspects {
				t.Errorf("%+v", s)
			}
			if !(s.Bona >= 0 && s.Bona <= 1) {
				t.Errorf("a belief of %f", s.Bona)
			}
		})
	}
}

func TestJudgeComeCloser(t *testing.T) {
	moments := film(headRelief, 0, 0, 0)
	asked := []Prompted{during(ComeCloser, 0.3, 2)}
	if s := Judge(asked, moments); s.Answered != 0 || !s.Suspected {
		t.Errorf("nobody came: %+v", s)
	}
	moments[2].Size = 0.4
	if s := Judge(asked, moments); s.Answered != 1 || s.Suspected {
		t.Errorf("somebody came: %+v", s)
	}
	if s := Judge(asked, moments[2:]); s.Answered != 0 {
		t.Error("there was nothing to be nearer than")
	}
}

func bonaOf(s Sequence, name string) (bona float64, known bool) {
	i := slices.IndexFunc(s.Cues, func(c Cue) bool { return c.Name == name })
	if i < 0 {
		return 0, false
	}
	return s.Cues[i].Bona, true
}

// TestJudgeCues: each cue is there where it has something to say, and says it.
func TestJudgeCues(t *testing.T) {
	still := Judge(nil, film(headRelief, 0, 0, 0))
	if _, known := bonaOf(still, CueDepth); known {
		t.Error("nothing turned, and it has depth")
	}
	if b, _ := bonaOf(still, CueStill); b > 0.36 {
		t.Errorf("nothing moved: %f", b)
	}
	moved := film(headRelief, 0, 0, 0)
	moved[1].points[60].Y += 0.5
	if b, _ := bonaOf(Judge(nil, moved), CueStill); b != 0.5 {
		t.Errorf("a mouth moved: %f", b)
	}
	if _, known := bonaOf(still, CueEyes); known {
		t.Error("nobody blinked")
	}
	moved[1].Left, moved[1].Right = 0.1, 0.1
	if b, _ := bonaOf(Judge(nil, moved), CueEyes); b <= 0.5 {
		t.Errorf("somebody blinked: %f", b)
	}
	head, _ := bonaOf(Judge(nil, film(headRelief, 0, 35)), CueDepth)
	sheet, _ := bonaOf(Judge(nil, film(0, 0, 35)), CueDepth)
	if head < 0.9 || sheet > 0.1 {
		t.Errorf("a head %f, a sheet %f", head, sheet)
	}
}

// TestJudgeLight: a face that takes the colours of the screen is told from one that
// does not, and never refused for it alone.
func TestJudgeLight(t *testing.T) {
	colours := [][3]float64{{1, 0.8, 0.7}, {0.7, 1, 0.8}, {0.7, 0.8, 1}}
	var asked []Prompted
	lit, dull := film(headRelief, 0, 0, 0), film(headRelief, 0, 0, 0)
	for i, c := range colours {
		p := during(Light, 0.5*float64(i)-0.3, 0.5*float64(i)+0.1)
		p.Colour = c
		asked = append(asked, p)
		for k := range c {
			lit[i].Face[k], lit[i].Around[k] = 0.4*(1+c[k]), 0.3
			dull[i].Face[k], dull[i].Around[k] = 0.5, 0.3
		}
	}
	with, known := bonaOf(Judge(asked, lit), CueLight)
	without, _ := bonaOf(Judge(asked, dull), CueLight)
	if !known || with < 0.65 || without > 0.45 || Judge(asked, dull).Suspected {
		t.Errorf("lit %f, dull %f", with, without)
	}
	if _, known := bonaOf(Judge(asked[:2], lit), CueLight); known {
		t.Error("two colours say something")
	}
	if s := Judge(asked, lit); s.Answered != 0 {
		t.Error("light was answered")
	}
}

// TestMoment: a moment is measured under the grant of its capture, and forgets.
func TestMoment(t *testing.T) {
	e, f, p := newFake(t, middle())
	c, err := e.Capture(toMeasure(t), p)
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Moment(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if m.At != time.Second || m.Bona < 0.9 || m.Face == [3]float64{} || m.Around == [3]float64{} || m.Size <= 0 {
		t.Errorf("%+v", *m)
	}
	if f.runs[models.Extract] != 0 {
		t.Error("features were extracted, for which there is no need")
	}
	if got := fmt.Sprintf("%v %+v %s", m, m, m); got != "a moment of a sequence a moment of a sequence a moment of a sequence" {
		t.Errorf("it prints %q", got)
	}
	if m.Wipe(); *m != (Moment{}) {
		t.Error("it was not wiped")
	}
	(*Moment)(nil).Wipe()
	c.Wipe()
	if _, err := c.Moment(0); !errors.Is(err, consent.ErrNoGrant) {
		t.Errorf("a capture that was wiped: %v", err)
	}
}

// TestMomentOfNothing: points that say nothing are no reason to believe.
func TestMomentOfNothing(t *testing.T) {
	var m Moment
	if r := residual(&m, seen(0, 0, 1)); !math.IsNaN(r) {
		t.Errorf("points that are all one: %f", r)
	}
	if s := Judge(nil, []*Moment{&m, {At: 1, Yaw: 40}}); !s.Suspected {
		t.Errorf("%+v", s)
	}
}
