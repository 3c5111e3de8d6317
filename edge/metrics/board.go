// Package metrics shows, to this machine alone, whether a door's machine is
// well: /metrics in Prometheus' text form and /healthz, on a loopback address.
//
// A counter that goes up when somebody comes by is a log of who comes by, for
// whoever reads it often enough; so is a processor's time, a heap that grows, or
// a temperature, when an engine runs for each face. So there is nothing here of
// passages, nothing of this process's work, and what can be said is said as it
// was at the last full minute, and no finer.
//
// It never shows a name, an id, a score or a reason, and keeps nothing.
package metrics

import (
	"slices"
	"sync"
	"time"
)

// Part is a part of a door's machine.
type Part string

// The parts that are watched.
const (
	Camera     Part = "camera"
	Latch      Part = "latch"
	Kiosk      Part = "kiosk"
	Clock      Part = "clock"
	Controller Part = "controller"
)

// parts are all of them, in the order in which they are shown.
func parts() []Part { return []Part{Camera, Latch, Kiosk, Clock, Controller} }

// needed are those without which a door does not do its work. A controller that
// is away is no fault of the door's.
func needed() []Part { return []Part{Camera, Latch, Kiosk, Clock} }

// Machine is what is shown beside the parts.
type Machine struct {
	// Version is the program's.
	Version string
	// Bundle is the number of the bundle that is held; 0 for none.
	Bundle uint64
	// Age is how old it is; Plain and Face are for how long it can still be used.
	Age, Plain, Face time.Duration
	// Certificate is for how long the door's certificate is still good.
	Certificate time.Duration
	// Distrusted is whether the disk was not as it was left.
	Distrusted bool
	// Ledger is whether a bundle was refused because the operator's public record
	// does not extend what the door has seen of it.
	Ledger bool
	// CannotAsk is whether faces are refused because the zone asks for movements
	// that the models cannot see.
	CannotAsk bool
	// Temperature is in degrees Celsius; 0 where nothing measures it.
	Temperature float64
}

// coarsely rounds what could tell that the engine ran.
func (m Machine) coarsely() Machine {
	const step = 5
	m.Temperature = float64(int(m.Temperature/step+0.5) * step)
	m.Age, m.Plain, m.Face = m.Age.Round(time.Minute), m.Plain.Round(time.Minute), m.Face.Round(time.Minute)
	m.Certificate = m.Certificate.Round(time.Hour)
	return m
}

// Board holds what is shown. It is safe for concurrent use. The zero value shows
// a machine of which nothing is known, and which is not well.
type Board struct {
	mu      sync.Mutex
	broken  map[Part]bool // as last reported
	shown   map[Part]bool // as last published
	machine Machine
	ready   bool
}

// Set says whether a part is broken. It shows at the next [Board.Publish].
func (b *Board) Set(p Part, broken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken == nil {
		b.broken = make(map[Part]bool)
	}
	b.broken[p] = broken
}

// Publish shows what the machine is and what has been set. Call it once a
// minute, and never because somebody came by.
func (b *Board) Publish(m Machine) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.machine, b.ready = m.coarsely(), true
	b.shown = make(map[Part]bool, len(b.broken))
	for p, broken := range b.broken {
		b.shown[p] = broken
	}
}

// look returns what was published: the machine, and which parts work. A part of
// which nothing was said is not shown.
func (b *Board) look() (m Machine, works map[Part]bool, ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	works = make(map[Part]bool, len(b.shown))
	for p, broken := range b.shown {
		works[p] = !broken
	}
	return b.machine, works, b.ready
}

// ills says what is not well, in words for an operator.
func (b *Board) ills() []string {
	m, works, ready := b.look()
	if !ready {
		return []string{"starting"}
	}
	var ills []string
	for _, p := range needed() {
		if well, known := works[p]; known && !well {
			ills = append(ills, string(p))
		}
	}
	switch {
	case m.Distrusted:
		ills = append(ills, "the disk is not as it was left: the controller is needed")
	case m.Bundle == 0:
		ills = append(ills, "no bundle yet")
	case m.Plain <= 0:
		ills = append(ills, "the bundle is over")
	case m.Face <= 0:
		ills = append(ills, "the bundle is over for faces")
	}
	if m.Certificate <= 0 {
		ills = append(ills, "the certificate is over: the door has to join again")
	}
	if m.Ledger {
		ills = append(ills, "a bundle was refused: the operator's public record does not extend what this door has seen of it")
	}
	if m.CannotAsk {
		ills = append(ills, "faces are refused: the zone asks for movements, and this door's models cannot see them")
	}
	return slices.Clip(ills)
}
