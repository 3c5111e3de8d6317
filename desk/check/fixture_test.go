package check

import (
	"bytes"
	"crypto/sha256"
	"image"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/picture"
)

// The specimen of ICAO Doc 9303-4, appendix B, which expired on 15 April 2012.
func passport() []string {
	return []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"}
}

// misread is the specimen with a wrong character.
func misread() []string {
	return []string{passport()[0], "L898902C36UTO7408123F1204159ZE184226B<<<<<10"}
}

var start = time.Date(2012, 4, 10, 12, 0, 0, 0, time.UTC)

// reader reads what it is told to from all pictures but those of [faceOf].
type reader struct {
	mu    sync.Mutex
	lines []string // guarded by mu
}

func (r *reader) Read(p *picture.Picture) (*mrzread.Reading, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lines == nil || p.W == faceWide {
		return nil, mrzread.ErrNone
	}
	return &mrzread.Reading{Lines: r.lines}, nil
}

func (r *reader) set(lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = lines
}

// fixture is a room with an engine that recognises drawings.
type fixture struct {
	*Room
	engine *facetest.Fake
	lines  *reader
	notice [32]byte

	mu     sync.Mutex // guards what follows
	now    time.Time
	done   []Finished
	held   []any
	failed error
	policy idcheck.Policy

	pass func(time.Duration) // lets time pass
}

func newFixture(t testing.TB, change func(*Options)) *fixture {
	t.Helper()
	f := &fixture{lines: &reader{lines: passport()}, notice: sha256.Sum256([]byte("notice")), now: start, policy: idcheck.Policy{Threshold: facetest.Threshold}}
	f.engine, f.pass = facetest.New(t, f.clock), f.wait
	o := Options{
		Engine: f.engine, Lines: f.lines, Now: f.clock, Done: f.finish,
		Policy: func() idcheck.Policy { f.mu.Lock(); defer f.mu.Unlock(); return f.policy },
		Notice: func() (map[string]string, [32]byte) { return map[string]string{"en": "notice"}, f.notice },
	}
	if change != nil {
		change(&o)
	}
	f.Room = New(o)
	f.holding = func(v any) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.held = append(f.held, v)
	}
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) wait(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func (f *fixture) finish(d Finished) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = append(f.done, d)
	return f.failed
}

func (f *fixture) results() []Finished {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Finished(nil), f.done...)
}

// leftOver says what of a person is still held anywhere.
func (f *fixture) leftOver(c *Check) string {
	f.mu.Lock()
	held := f.held
	f.mu.Unlock()
	for _, v := range held {
		switch v := v.(type) {
		case *picture.Picture:
			if len(bytes.Trim(v.Pix, "\x00")) > 0 {
				return "a picture"
			}
		case *desk.Portrait:
			if v != nil && *v != (desk.Portrait{}) {
				return "a portrait"
			}
		case *face.Moment:
			if *v != (face.Moment{}) {
				return "a moment of a sequence"
			}
		case *iddoc.MRZ:
			if v != nil && *v != (iddoc.MRZ{}) {
				return "lines"
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.portrait != nil, c.best != nil, c.found != iddoc.Evidence{}, c.looks != nil, c.grant.Power() != 0, c.over != nil:
		return "something in the check"
	case f.engine.Dirty() > 0:
		return "something in the engine"
	}
	return ""
}

// begin begins a check with a few claims.
func (f *fixture) begin(t testing.TB, change func(*Order)) *Check {
	t.Helper()
	o := Order{Party: "bank", Staff: "s-1", Nonce: "n", Claims: []string{party.GivenName, party.Birthdate, party.Over18}}
	if change != nil {
		change(&o)
	}
	c, _, err := f.Begin(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (f *fixture) choose(t testing.TB, c *Check, way idcheck.Way) {
	t.Helper()
	if err := c.Choose(way, f.notice, c.order.Claims); err != nil {
		t.Fatal(err)
	}
}

// faceWide is how many pixels wide a picture of a person is, and no other.
const faceWide = 260

// of is a small picture of a document with a person's portrait.
func of(who int) []byte { return drawn(240, who) }

// faceOf is a small picture of a person, and of no document.
func faceOf(who int) []byte { return drawn(faceWide, who) }

func drawn(width, who int) []byte {
	return facetest.JPEG(facetest.Draw(width, 280, facetest.Person{Who: who, At: image.Rect(40, 30, 200, 260)}))
}
