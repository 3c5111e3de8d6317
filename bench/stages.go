package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// row is one line of the table.
type row struct {
	Stage       string  `json:"stage"`
	WallMS      float64 `json:"wall_ms"`
	CPUMS       float64 `json:"cpu_ms"`
	AllocKB     float64 `json:"alloc_kb"`
	Allocations float64 `json:"allocations"`
}

// measure runs f in rounds and takes the median round, as is done for the
// pipeline that it is compared with.
func measure(stage string, f func() error) (row, error) {
	const rounds, per = 9, 12
	if err := f(); err != nil { // loads what is loaded on first use
		return row{}, err
	}
	var walls, cpus []float64
	for range rounds {
		wall, cpu := time.Now(), processorTime()
		for range per {
			if err := f(); err != nil {
				return row{}, err
			}
		}
		cpus, walls = append(cpus, ms(processorTime()-cpu)/per), append(walls, ms(time.Since(wall))/per)
	}
	allocations := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
	})
	return row{
		Stage: stage, WallMS: median(walls), CPUMS: median(cpus),
		AllocKB: float64(allocations.AllocedBytesPerOp()) / 1024, Allocations: float64(allocations.AllocsPerOp()),
	}, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// subject is one picture at every stage that stages are measured from, under the
// grant of a pass: under one to measure the engine makes a reference as well, which
// takes several times as long as what a door extracts.
type subject struct {
	engine    *face.Engine
	grant     consent.Grant
	jpeg      []byte
	pixels    *picture.Picture
	capture   *face.Capture
	toMeasure consent.Grant
	reference *face.Probe // under toMeasure
}

func newSubject(dir home.Dir, p places) (s subject, err error) {
	at := time.Now() // stands still: a pass's grant is short
	if s.engine, _, err = engine.New(dir, func() time.Time { return at }); err != nil {
		return s, err
	}
	if s.grant, err = p.grant(at); err != nil {
		return s, err
	}
	s.toMeasure, err = consent.ForDataSet(consent.Declaration{DataSet: "the photographs in FACES", Basis: "their terms allow measuring"})
	if err != nil {
		return s, err
	}
	if s.jpeg, err = os.ReadFile(p.Probe); err != nil {
		return s, err
	}
	if s.pixels, err = picture.Decode(s.jpeg); err != nil {
		return s, err
	}
	measured, err := s.engine.Capture(s.toMeasure, s.pixels)
	if err != nil {
		return s, err
	}
	defer measured.Wipe()
	if s.reference, err = measured.Probe(); err != nil {
		return s, err
	}
	s.capture, err = s.engine.Capture(s.grant, s.pixels)
	return s, err
}

// grant is the one that the face pass gives at the site at a time.
func (p places) grant(at time.Time) (g consent.Grant, err error) {
	here, err := site.OpenDoor(p.Site)
	if err != nil {
		return g, err
	}
	text, err := os.ReadFile(p.FaceText)
	if err != nil {
		return g, err
	}
	read, err := pass.Parse(strings.TrimSpace(string(text)))
	if err != nil {
		return g, err
	}
	verified, err := read.Verify(here.Trust(), "front", at)
	if err != nil {
		return g, err
	}
	return consent.ForPass(verified)
}

// stages measures each step of the engine on one picture.
func stages(dir home.Dir, p places) (rows []row, err error) {
	s, err := newSubject(dir, p)
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		name string
		f    func() error
	}{
		{"decode the JPEG", s.decode},
		{"detect", func() error { _, err := s.engine.Detect(s.grant, s.pixels); return err }},
		{"detect and landmark", func() error { _, err := s.engine.Capture(s.grant, s.pixels); return err }},
		{"presentation attack", func() error { _, err := s.capture.Attack(); return err }},
		{"align and extract", s.extract},
		{"compare", func() error { _, err := s.engine.Measure(s.toMeasure, s.reference, s.reference); return err }},
		{"quality, to explain a mismatch only", func() error { _, err := s.capture.Quality(); return err }},
		{pixelsToDecision, func() error { return s.decide(s.pixels) }},
		{jpegToDecision, s.decodeAndDecide},
	} {
		r, err := measure(step.name, step.f)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (s subject) decode() error {
	p, err := picture.Decode(s.jpeg)
	p.Wipe()
	return err
}

func (s subject) extract() error {
	p, err := s.capture.Probe()
	p.Wipe()
	return err
}

func (s subject) decodeAndDecide() error {
	p, err := picture.Decode(s.jpeg)
	if err != nil {
		return err
	}
	defer p.Wipe()
	return s.decide(p)
}

const (
	pixelsToDecision = "from decoded pixels to the decision"
	jpegToDecision   = "from the JPEG to the decision"
)

// decide does what a door does with one picture, but for the comparison, which takes
// no time that could be measured (whole checks, below, compare).
func (s subject) decide(p *picture.Picture) error {
	c, err := s.engine.Capture(s.grant, p)
	if err != nil {
		return err
	}
	defer c.Wipe()
	if _, err := c.Attack(); err != nil {
		return err
	}
	probe, err := c.Probe()
	if err != nil {
		return err
	}
	probe.Wipe()
	return nil
}
