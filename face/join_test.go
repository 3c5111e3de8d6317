package face

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
)

// probeOf is a probe with made-up features.
func probeOf(e *Engine, g consent.Grant, seed uint64) *Probe {
	return &Probe{engine: e, grant: g, parts: randomParts(e.codec, seed)}
}

// TestJoinIsTheMean: in whichever order pictures are joined, each counts the
// same, none is changed, and the mean is nearer to all than they are to each
// other.
func TestJoinIsTheMean(t *testing.T) {
	e, _, _ := newFake(t, middle())
	g := toEnrol(t)
	r := rand.New(rand.NewPCG(3, 1))
	var looks []*Probe
	for range 3 {
		p := probeOf(e, g, 7)
		for _, part := range p.parts {
			for i := range part {
				part[i] += float32(r.NormFloat64() * 0.05)
			}
			unit(part)
		}
		looks = append(looks, p)
	}
	before := looks[1].parts[0][3]
	var mean, other Probe
	for i := range looks {
		if err := errors.Join(e.Join(g, &mean, looks[i]), e.Join(g, &other, looks[2-i])); err != nil {
			t.Fatal(err)
		}
	}
	if s := score(mean.parts, other.parts); s < 1-1e-6 {
		t.Errorf("the order matters: the two means score %v", s)
	}
	truth := randomParts(e.codec, 7)
	for i, p := range looks {
		if score(mean.parts, truth) <= score(p.parts, truth) || score(mean.parts, p.parts) <= score(looks[(i+1)%3].parts, p.parts) {
			t.Errorf("look %d is nearer than the mean", i)
		}
	}
	if looks[1].parts[0][3] != before || looks[1].sum != nil {
		t.Error("what was joined was changed")
	}
	for _, part := range mean.parts {
		if math.Abs(length(part)-1) > 1e-5 {
			t.Errorf("a part of the mean has the length %v", length(part))
		}
	}
	if reference, err := mean.Reference(); err != nil || len(reference) != e.codec.length() {
		t.Errorf("its reference has %d bytes: %v", len(reference), err)
	}
}

// TestJoinToALook: what begins as one look counts as one.
func TestJoinToALook(t *testing.T) {
	e, _, _ := newFake(t, middle())
	g := toMeasure(t)
	a, b, mean := probeOf(e, g, 1), probeOf(e, g, 2), &Probe{}
	for _, p := range []*Probe{a, b} {
		if err := e.Join(g, mean, p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Measure(g, a, b); err != nil {
		t.Fatal(err)
	}
	if err := e.Join(g, a, b); err != nil {
		t.Fatal(err)
	}
	if s := score(a.parts, mean.parts); s < 1-1e-6 {
		t.Errorf("the two means score %v", s)
	}
	if a.coded != nil {
		t.Error("the encoding of what it was before is still there")
	}
	if _, err := a.Reference(); !errors.Is(err, consent.ErrOtherPower) {
		t.Errorf("a mean to measure became a reference: %v", err)
	}
}

// TestPromise2JoinNeedsOneGrant: nothing is joined without a grant, under
// another one, to verify, or after it has ended.
func TestPromise2JoinNeedsOneGrant(t *testing.T) {
	e, _, _ := newFake(t, middle())
	g, other := toEnrol(t), toEnrol(t)
	if g == other {
		t.Fatal("two grants are one")
	}
	mine, foreign := probeOf(e, g, 1), probeOf(e, other, 2)
	verify, _, _ := toVerify(t)
	for name, err := range map[string]error{
		"none":             e.Join(consent.Grant{}, &Probe{}, mine),
		"another's probe":  e.Join(g, mine, foreign),
		"another's mean":   e.Join(g, foreign, mine),
		"not its own":      e.Join(other, &Probe{}, mine),
		"a wiped look":     e.Join(g, mine, &Probe{}),
		"another's engine": e.Join(g, &Probe{}, probeOf(&Engine{}, g, 3)),
	} {
		if !errors.Is(err, consent.ErrNoGrant) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := e.Join(verify, &Probe{}, probeOf(e, verify, 1)); err == nil {
		t.Error("probes of a door were joined")
	}
	e.now = func() time.Time { return noon().Add(consent.EnrolTime + time.Second) }
	if err := e.Join(g, &Probe{}, mine); !errors.Is(err, consent.ErrNotNow) {
		t.Errorf("an ended grant: %v", err)
	}
}

// TestPromise1AMeanIsWiped looks into the memory of a mean.
func TestPromise1AMeanIsWiped(t *testing.T) {
	e, _, _ := newFake(t, middle())
	g := toMeasure(t)
	var mean Probe
	for seed := range uint64(2) {
		if err := e.Join(g, &mean, probeOf(e, g, seed)); err != nil {
			t.Fatal(err)
		}
	}
	held := append(append([][]float32(nil), mean.parts...), mean.sum...)
	mean.Wipe()
	for _, part := range held {
		for _, v := range part {
			if v != 0 {
				t.Fatal("a wiped mean still holds something")
			}
		}
	}
	if len(held) != 4 {
		t.Errorf("%d parts were looked at", len(held))
	}
}
