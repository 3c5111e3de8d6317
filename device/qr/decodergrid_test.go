package qr

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/qr/qrtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// condition is one way in which a code is hard to read; the others stay as in
// steady.
type condition struct {
	name   string
	usual  bool // Whether a door has to cope with it.
	change func(*qrtest.Shot)
}

// steady is a hand that holds a card, or a telephone, before a camera in good
// light. The frame is one of 1280 by 720.
func steady(module float64, screen bool, seed uint64) qrtest.Shot {
	s := qrtest.Shot{Module: module, Screen: screen, Turn: 5, Tilt: 5, Blur: 0.2 * module, Noise: 4, Quality: 85, Seed: seed}
	if !screen {
		s.Light, s.Bow = 0.15, 0.5 // A screen is flat and has its own light.
	}
	return s
}

var conditions = []condition{
	{"steady", true, func(*qrtest.Shot) {}},
	{"blur of 0.35 modules", true, func(s *qrtest.Shot) { s.Blur = 0.35 * s.Module }},
	{"blur of 0.5 modules", true, func(s *qrtest.Shot) { s.Blur = 0.5 * s.Module }},
	{"blur of 0.6 modules", false, func(s *qrtest.Shot) { s.Blur = 0.6 * s.Module }},
	{"moving 0.5 modules", true, func(s *qrtest.Shot) { s.Motion = 0.5 * s.Module }},
	{"moving 1 module", true, func(s *qrtest.Shot) { s.Motion = s.Module }},
	{"moving 1.5 modules", false, func(s *qrtest.Shot) { s.Motion = 1.5 * s.Module }},
	{"leaning 20 degrees", true, func(s *qrtest.Shot) { s.Tilt = 20 }},
	{"leaning 30 degrees", true, func(s *qrtest.Shot) { s.Tilt = 30 }},
	{"leaning 40 degrees", false, func(s *qrtest.Shot) { s.Tilt = 40 }},
	{"turned 20 degrees", true, func(s *qrtest.Shot) { s.Turn = 20 }},
	{"turned 45 degrees", true, func(s *qrtest.Shot) { s.Turn = 45 }},
	{"noise of 10 levels", true, func(s *qrtest.Shot) { s.Noise = 10 }},
	{"noise of 20 levels", true, func(s *qrtest.Shot) { s.Noise = 20 }},
	{"noise of 30 levels", false, func(s *qrtest.Shot) { s.Noise = 30 }},
	{"exposure 1.8: too bright", true, func(s *qrtest.Shot) { s.Exposure = 1.8 }},
	{"exposure 0.5", true, func(s *qrtest.Shot) { s.Exposure = 0.5 }},
	{"exposure 0.25", true, func(s *qrtest.Shot) { s.Exposure = 0.25 }},
	{"exposure 0.12: nearly dark", false, func(s *qrtest.Shot) { s.Exposure = 0.12 }},
	{"glare", true, func(s *qrtest.Shot) { s.Glare = 1 }},
	{"strong glare", false, func(s *qrtest.Shot) { s.Glare = 2 }},
	{"several: turned 15, leaning 20, blur 0.35, noise 10, exposure 0.5", false, func(s *qrtest.Shot) {
		s.Turn, s.Tilt, s.Blur, s.Noise, s.Exposure = 15, 20, 0.35*s.Module, 10, 0.5
	}},
}

// TestUsualConditions holds the door's reader to every usual condition, from cards
// and screens, at the size that a pass has at a door.
func TestUsualConditions(t *testing.T) {
	r := NewReader(nil) // The first stage has to do; see TestDecoders.
	read, n := 0, 0
	for i, c := range conditions {
		for k := range testenv.Count(1, 8) {
			if !c.usual {
				continue
			}
			screen := (i+k)%2 == 1
			shot := steady(4, screen, uint64(100*i+k))
			c.change(&shot)
			text := passText(664, shot.Seed)
			p := pictureOf(t, shot.Photograph(mustEncode(t, text, LevelL)))
			hit := hits(t, mustRead(t, r, p, nil), text)
			read, n = read+hit, n+1
			if hit == 0 {
				t.Logf("not read: %s, screen %t", c.name, screen)
			}
		}
	}
	if read*10 < n*9 {
		t.Errorf("%d of %d frames were read", read, n)
	}
}

// cell is one frame that all decoders saw.
type cell struct {
	condition int
	module    float64
	screen    bool
	hit       []bool
	took      []time.Duration
}

// framesOfOne is how many frames are taken of one code held in one way: a door
// sees several before it gives up.
const framesOfOne = 3

// TestDecoders compares the decoders on the same frames and prints the tables of
// docs/benchmarks.md. It takes minutes, so it runs only when bench asks for it;
// what a door has to cope with is held by TestUsualConditions.
func TestDecoders(t *testing.T) {
	if os.Getenv("FACELATCH_DECODERS") == "" {
		return
	}
	readers := decoders(t)
	var cells []cell
	for i, c := range conditions {
		for _, module := range []float64{2, 2.5, 3, 4, 6} {
			for _, screen := range []bool{false, true} {
				for k := range framesOfOne {
					shot := steady(module, screen, uint64(100*i+k))
					c.change(&shot)
					cells = append(cells, frame(t, readers, shot, i))
				}
			}
		}
	}
	printGrid(readers, cells)
}

func frame(t *testing.T, readers []candidate, shot qrtest.Shot, condition int) cell {
	text := passText(664, shot.Seed/100) // The frames of one hand show one code.
	p := pictureOf(t, shot.Photograph(mustEncode(t, text, LevelL)))
	out := cell{condition: condition, module: shot.Module, screen: shot.Screen}
	for _, r := range readers {
		got, took := r.read(p)
		out.hit = append(out.hit, hits(t, got, text) == 1)
		out.took = append(out.took, took)
	}
	return out
}

func printGrid(readers []candidate, cells []cell) {
	fmt.Print("| frames read, in % | frames |")
	for _, r := range readers {
		fmt.Printf(" %s |", r.name)
	}
	fmt.Print("\n|---|---:|")
	for range readers {
		fmt.Print("---:|")
	}
	fmt.Println()
	printRow("**all**", len(readers), cells, nil)
	for _, screen := range []bool{false, true} {
		for _, module := range []float64{2, 2.5, 3, 4, 6} {
			name := fmt.Sprintf("card, %g pixels a module", module)
			if screen {
				name = fmt.Sprintf("screen, %g pixels a module", module)
			}
			printRow(name, len(readers), cells, func(c cell) bool { return c.module == module && c.screen == screen })
		}
	}
	for i, condition := range conditions {
		printRow(condition.name, len(readers), cells, func(c cell) bool { return c.condition == i && c.module >= 3 })
	}
	printBest(len(readers), cells)
	printTimes(len(readers), cells)
}

func printRow(name string, readers int, cells []cell, in func(cell) bool) {
	hit, n := make([]int, readers), 0
	for _, c := range cells {
		if in != nil && !in(c) {
			continue
		}
		n++
		for i, h := range c.hit {
			if h {
				hit[i]++
			}
		}
	}
	fmt.Printf("| %s | %d |", name, n)
	for _, h := range hit {
		fmt.Printf(" %.0f |", 100*float64(h)/float64(n))
	}
	fmt.Println()
}

// printBest is the part of codes that one frame of three was enough for.
func printBest(readers int, cells []cell) {
	fmt.Printf("| best of %d frames | %d |", framesOfOne, len(cells)/framesOfOne)
	for i := range readers {
		hit := 0
		for group := range slices.Chunk(cells, framesOfOne) {
			if slices.ContainsFunc(group, func(c cell) bool { return c.hit[i] }) {
				hit++
			}
		}
		fmt.Printf(" %.0f |", 100*float64(hit*framesOfOne)/float64(len(cells)))
	}
	fmt.Println()
}

func printTimes(readers int, cells []cell) {
	for _, read := range []bool{true, false} {
		name := "CPU ms, median where read"
		if !read {
			name = "CPU ms, median where not"
		}
		fmt.Printf("| %s | |", name)
		for i := range readers {
			var took []time.Duration
			for _, c := range cells {
				if c.hit[i] == read {
					took = append(took, c.took[i])
				}
			}
			slices.Sort(took)
			if len(took) == 0 {
				fmt.Print(" |")
				continue
			}
			fmt.Printf(" %.0f |", took[len(took)/2].Seconds()*1000)
		}
		fmt.Println()
	}
}
