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

// measure runs f until the figures are steady and takes the fastest third of
// the rounds: what the work costs when nothing else disturbs it.
func measure(stage string, f func() error) (row, error) {
	const rounds, per = 9, 12
	if err := f(); err != nil { // loads what is loaded on first use
		return row{}, err
	}
	best := row{Stage: stage, WallMS: 1e9, CPUMS: 1e9}
	for range rounds {
		wall, cpu := time.Now(), processorTime()
		for range per {
			if err := f(); err != nil {
				return row{}, err
			}
		}
		best.CPUMS = min(best.CPUMS, ms(processorTime()-cpu)/per)
		best.WallMS = min(best.WallMS, ms(time.Since(wall))/per)
	}
	allocations := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
	})
	best.AllocKB = float64(allocations.AllocedBytesPerOp()) / 1024
	best.Allocations = float64(allocations.AllocsPerOp())
	return best, nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// stages measures each step of the engine on one picture and against one probe
// of another, under a grant to measure.
func stages(dir home.Dir, photographs scene) ([]row, error) {
	e, _, err := engine.New(dir, time.Now)
	if err != nil {
		return nil, err
	}
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "the photographs in FACES", Basis: "their terms allow measuring"})
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(photographs.Probe)
	if err != nil {
		return nil, err
	}
	pixels, err := picture.Decode(data)
	if err != nil {
		return nil, err
	}
	capture, err := e.Capture(g, pixels)
	if err != nil {
		return nil, err
	}
	reference, err := capture.Probe()
	if err != nil {
		return nil, err
	}
	decide := func(p *picture.Picture) error { return decision(e, g, p, reference) }
	var rows []row
	for _, s := range []struct {
		name string
		f    func() error
	}{
		{"decode the JPEG", func() error {
			p, err := picture.Decode(data)
			p.Wipe()
			return err
		}},
		{"detect", func() error { _, err := e.Detect(g, pixels); return err }},
		{"detect and landmark", func() error { _, err := e.Capture(g, pixels); return err }},
		{"presentation attack", func() error { _, err := capture.Attack(); return err }},
		{"align and extract", func() error {
			p, err := capture.Probe()
			p.Wipe()
			return err
		}},
		{"compare", func() error { _, err := e.Measure(g, reference, reference); return err }},
		{"quality, to explain a mismatch only", func() error { _, err := capture.Quality(); return err }},
		{pixelsToDecision, func() error { return decide(pixels) }},
		{"from the JPEG to the decision", func() error {
			p, err := picture.Decode(data)
			if err != nil {
				return err
			}
			defer p.Wipe()
			return decide(p)
		}},
	} {
		r, err := measure(s.name, s.f)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

const pixelsToDecision = "from decoded pixels to the decision"

// decision is what a door does with one picture.
func decision(e *face.Engine, g consent.Grant, p *picture.Picture, reference *face.Probe) error {
	c, err := e.Capture(g, p)
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
	m, err := e.Measure(g, reference, probe)
	if err == nil && m.Score < 0.9 {
		err = errors.New("the same photograph does not match itself")
	}
	return err
}
