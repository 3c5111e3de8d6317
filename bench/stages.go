package main

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
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

// subject is one picture at every stage that stages are measured from.
type subject struct {
	engine    *face.Engine
	grant     consent.Grant
	jpeg      []byte
	pixels    *picture.Picture
	capture   *face.Capture
	reference *face.Probe
}

func newSubject(dir home.Dir, path string) (s subject, err error) {
	if s.engine, _, err = engine.New(dir, time.Now); err != nil {
		return s, err
	}
	s.grant, err = consent.ForDataSet(consent.Declaration{DataSet: "the photographs in FACES", Basis: "their terms allow measuring"})
	if err != nil {
		return s, err
	}
	if s.jpeg, err = os.ReadFile(path); err != nil {
		return s, err
	}
	if s.pixels, err = picture.Decode(s.jpeg); err != nil {
		return s, err
	}
	if s.capture, err = s.engine.Capture(s.grant, s.pixels); err != nil {
		return s, err
	}
	s.reference, err = s.capture.Probe()
	return s, err
}

// stages measures each step of the engine on one picture and against one probe
// of it, under a grant to measure.
func stages(dir home.Dir, photographs scene) (rows []row, err error) {
	s, err := newSubject(dir, photographs.Probe)
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
		{"compare", func() error { _, err := s.engine.Measure(s.grant, s.reference, s.reference); return err }},
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

// decide does what a door does with one picture.
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
	defer probe.Wipe()
	m, err := s.engine.Measure(s.grant, s.reference, probe)
	if err == nil && m.Score < 0.9 {
		err = errors.New("the same photograph does not match itself")
	}
	return err
}
