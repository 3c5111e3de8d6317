package e2e

import (
	"errors"
	"os"
	"testing"
	"time"
)

// TestHeldUp: somebody alone on a phone who holds up the document, and then a picture of
// its portrait, is not its holder; who is, turns as asked and passes.
func TestHeldUp(t *testing.T) {
	d := newDeskApart(t)
	document, frames := papers(t)
	portrait, err := os.ReadFile(ofVolunteer(t, "neutral/front.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	g := d.before(t, document)
	for range 3 {
		if err := g.show("frame", document); err != nil {
			t.Fatal(err)
		}
		if now, err := g.stands(); err != nil || now.Step != "face" || now.Hint != "document-away" {
			t.Fatalf("the document was held up: %+v, %v", now, err)
		}
		time.Sleep(800 * time.Millisecond)
	}
	if err := g.show("frame", portrait); err != nil && !errors.Is(err, errNotNow) {
		t.Fatal(err)
	}
	if now, err := g.stands(); err != nil || now.Result == nil || now.Result.Outcome != "attack-suspected" {
		t.Errorf("the portrait was held up: %+v, %v", now, err)
	}
	now, err := d.before(t, document).through(document, frames, time.Now().Add(time.Minute))
	if err != nil || now.Result.Outcome != "same-person" {
		t.Errorf("the holder: %+v, %v", now, err)
	}
}

// before is a check whose document was taken.
func (d *deskApart) before(t *testing.T, document []byte) *guest {
	t.Helper()
	g, err := d.invite()
	if err == nil {
		err = g.choose()
	}
	if err == nil {
		err = g.show("document", document)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}
