package face

import (
	"math"
	"testing"

	"github.com/facelatch/facelatch/consent"
)

// TestCrops: where the middle of a face and its eyes come to lie in each crop.
func TestCrops(t *testing.T) {
	c := &Capture{five: cropPoints()} // a face that lies as in a plain crop
	l := layout{w: 112, h: 112, side: 112}
	eye := cropPoints()[0]
	for _, how := range append(enrolCrops(), crop{wider: 1}) {
		m := how.of(c, l)
		at := m.at(Point{middleX, middleY - how.higher})
		if math.Hypot(at.X-middleX, at.Y-middleY) > 0.1 {
			t.Errorf("%+v: the middle comes from %v", how, at)
		}
		moved := m.at(Point{middleX + how.wider*(eye.X-middleX), middleY + how.wider*(eye.Y-middleY) - how.higher})
		if math.Hypot(moved.X-eye.X, moved.Y-eye.Y) > 0.1 {
			t.Errorf("%+v: an eye comes from %v", how, moved)
		}
	}
	row := []float32{1, 2, 3, 4, 5, 6}
	crop{mirrored: true}.turn(row, layout{w: 3})
	if row[0] != 3 || row[2] != 1 || row[3] != 6 {
		t.Errorf("mirrored to %v", row)
	}
}

// TestReferenceIsOfOtherCrops: a probe at a door has one crop and nothing that a
// reference could be made of.
func TestReferenceIsOfOtherCrops(t *testing.T) {
	e, _, p := newFake(t, middle())
	enrolled := extract(t, e, toEnrol(t), p)
	g, _, now := toVerify(t)
	e.now = now
	probe := extract(t, e, g, p)
	if len(enrolled.enrolled) != 2 || probe.enrolled != nil || g.Power() != consent.Verify {
		t.Errorf("%d and %d parts to enrol with", len(enrolled.enrolled), len(probe.enrolled))
	}
	for _, part := range enrolled.enrolled {
		if math.Abs(length(part)-1) > 1e-5 {
			t.Errorf("a part has the length %v", length(part))
		}
	}
}
