package pass_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

var (
	shown = pass.Challenge{Nonce: [16]byte{1, 2, 3}}
	wall  = pass.Challenge{Door: pass.DoorID{4, 5, 6}}
)

// phone issues a plain pass to a key and returns both.
func (w *world) phone(t testing.TB, index uint32) (string, *ecdsa.PrivateKey) {
	t.Helper()
	key := signingKey(t, 77)
	c := w.plain(t, index)
	c.Holder = &key.PublicKey
	return w.issue(t, c, nil), key
}

// present signs and reads back.
func present(t testing.TB, key *ecdsa.PrivateKey, text string, at time.Time, c pass.Challenge) *pass.Presentation {
	t.Helper()
	shown, err := pass.Present(nil, key, text, at, c)
	must(t, err)
	p, err := pass.ParsePresentation(shown)
	must(t, err)
	return p
}

// TestPresentation: what a phone signs is judged, and the time counts only where
// there is no screen.
func TestPresentation(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	v, err := parse(t, text).Verify(w.trust, "front", noon)
	must(t, err)
	for name, tt := range map[string]struct {
		signed, asked pass.Challenge
		off           time.Duration
		good          bool
	}{
		"nonce":                       {shown, shown, 0, true},
		"nonce, phone a year behind":  {shown, shown, -year, true},
		"door":                        {wall, wall, 0, true},
		"door, 30 s early":            {wall, wall, 30 * time.Second, true},
		"door, 30 s late":             {wall, wall, -30 * time.Second, true},
		"door, 31 s early":            {wall, wall, 31 * time.Second, false},
		"door, 31 s late":             {wall, wall, -31 * time.Second, false},
		"another nonce":               {shown, pass.Challenge{Nonce: [16]byte{1, 2, 4}}, 0, false},
		"another door":                {wall, pass.Challenge{Door: pass.DoorID{1}}, 0, false},
		"a nonce where there is none": {shown, wall, 0, false},
		"a door where a nonce is":     {wall, shown, 0, false},
		"nothing asked":               {shown, pass.Challenge{}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := present(t, key, text, noon.Add(tt.off), tt.signed)
			if p.Pass().Text() != text || p.Challenge() != tt.signed || !p.At().Equal(noon.Add(tt.off)) {
				t.Error("it reads otherwise than it was made")
			}
			if err := p.Verify(v, tt.asked, noon); tt.good {
				must(t, err)
			} else {
				wantReason(t, err, pass.ReasonBadPresentation)
			}
		})
	}
}

// TestPresentationIsForItsPass: a signature opens nothing but the pass that it
// covers, and nothing at all before that was judged.
func TestPresentationIsForItsPass(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	other, _ := w.phone(t, 2) // the same holder's
	p := present(t, key, text, noon, shown)
	v, err := parse(t, other).Verify(w.trust, "front", noon)
	must(t, err)
	wantReason(t, p.Verify(v, shown, noon), pass.ReasonBadPresentation)
	wantReason(t, p.Verify(pass.Verified{}, shown, noon), pass.ReasonBadPresentation)
	wantReason(t, (*pass.Presentation)(nil).Verify(v, shown, noon), pass.ReasonBadPresentation)
}

// TestNeedsPresentation: a copy of a phone's pass opens nothing, and what has no
// key is a bearer pass still.
func TestNeedsPresentation(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	phone, err := parse(t, text).Verify(w.trust, "front", noon)
	must(t, err)
	wantReason(t, phone.CheckBearer(), pass.ReasonNeedsPresentation)
	paper, err := parse(t, w.issue(t, w.plain(t, 2), nil)).Verify(w.trust, "front", noon)
	must(t, err)
	must(t, paper.CheckBearer())
	c := w.plain(t, 3)
	c.Holder = &key.PublicKey
	face, err := parse(t, w.issueFace(t, c, 128)).Verify(w.trust, "front", noon)
	must(t, err)
	must(t, face.CheckBearer())
}

// TestPresentRefuses: nobody is handed a presentation that no door takes.
func TestPresentRefuses(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	c := w.plain(t, 2)
	c.Holder = &key.PublicKey
	for name, try := range map[string]func() (string, error){
		"a paper pass": func() (string, error) { return pass.Present(nil, key, w.issue(t, w.plain(t, 3), nil), noon, shown) },
		"a face pass":  func() (string, error) { return pass.Present(nil, key, w.issueFace(t, c, 64), noon, shown) },
		"another key":  func() (string, error) { return pass.Present(nil, w.issuer, text, noon, shown) },
		"no key":       func() (string, error) { return pass.Present(nil, nil, text, noon, shown) },
		"no challenge": func() (string, error) { return pass.Present(nil, key, text, noon, pass.Challenge{}) },
		"two at once": func() (string, error) {
			return pass.Present(nil, key, text, noon, pass.Challenge{Nonce: shown.Nonce, Door: wall.Door})
		},
		"before 1970":   func() (string, error) { return pass.Present(nil, key, text, time.Unix(-1, 0), shown) },
		"not a pass":    func() (string, error) { return pass.Present(nil, key, "FL1:", noon, shown) },
		"not presented": func() (string, error) { return pass.Present(nil, key, pass.PresentationPrefix, noon, shown) },
	} {
		if got, err := try(); err == nil || got != "" {
			t.Errorf("%s: presented", name)
		}
	}
}

// TestPresentationIsNoPass: each text is read as what it is, and says so.
func TestPresentationIsNoPass(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	p := present(t, key, text, noon, shown)
	_, err := pass.Parse(p.Text())
	wantReason(t, err, pass.ReasonMalformed)
	_, err = pass.Parse(pass.Prefix + p.Text()[len(pass.PresentationPrefix):])
	wantReason(t, err, pass.ReasonMalformed)
	_, err = pass.ParsePresentation(text)
	wantReason(t, err, pass.ReasonMalformed)
	_, err = pass.ParsePresentation(pass.PresentationPrefix + text[len(pass.Prefix):])
	wantReason(t, err, pass.ReasonMalformed)
	_, err = pass.ParsePresentation("")
	wantReason(t, err, pass.ReasonNoPass)
	if got := fmt.Sprintf("%v %+v %x", p, p, p); got != "a presentation a presentation a presentation" {
		t.Error(got)
	}
}

// TestPresentationSize: the largest pass can be presented, and an ordinary one
// fits the size that a cheap camera reads.
func TestPresentationSize(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	size := func(p *pass.Presentation) int { return (len(p.Text()) - len(pass.PresentationPrefix)) * 2 / 3 }
	p := present(t, key, text, noon, shown)
	t.Logf("pass %d bytes, presentation %d", p.Pass().Size(), size(p))
	if size(p) > pass.GoalSize {
		t.Errorf("%d bytes", size(p))
	}
	c := w.plain(t, 2)
	c.Holder, c.Status, c.Zones = &key.PublicKey, pass.StatusRef{List: 1<<32 - 1, Index: 1<<32 - 1}, nil
	for i := range pass.MaxZones {
		c.Zones = append(c.Zones, fmt.Sprintf("%024d", i))
	}
	c.Schedule = pass.Schedule{}
	for i := range 7 { // eight do not fit beside these zones
		c.Schedule = append(c.Schedule, pass.Window{Days: pass.EveryDay - 7 + pass.Days(i), Start: 1000, End: 1300})
	}
	signed, err := pass.Sign(nil, w.issuer, c)
	must(t, err)
	largest, err := pass.Join(signed, nil)
	must(t, err)
	p = present(t, key, largest, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), shown)
	t.Logf("pass %d bytes, presentation %d", p.Pass().Size(), size(p))
	if size(p)-p.Pass().Size() > pass.MaxPresentation-pass.MaxSize {
		t.Error("a pass of the largest size would not fit")
	}
}

// TestPresentationFlip: a presentation with one changed bit is refused.
func TestPresentationFlip(t *testing.T) {
	w := newWorld(t)
	text, key := w.phone(t, 1)
	texts := []string{present(t, key, text, noon, shown).Text(), present(t, key, text, noon, wall).Text()}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, 1).Draw(t, "presentation")
		changed := []byte(texts[i])
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "character")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		p, err := pass.ParsePresentation(string(changed))
		if err == nil {
			var v pass.Verified
			if v, err = p.Pass().Verify(w.trust, "front", noon); err == nil {
				err = p.Verify(v, []pass.Challenge{shown, wall}[i], noon)
			}
		}
		if _, ok := pass.ReasonOf(err); !ok {
			t.Fatalf("%q: %v", changed, err)
		}
	})
}

// TestChallengeText: a challenge has one text, and no other text is read.
func TestChallengeText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c pass.Challenge
		if rapid.Bool().Draw(t, "door") {
			copy(c.Door[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "id"))
			c.Door[0] |= 1
		} else {
			copy(c.Nonce[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "nonce"))
			c.Nonce[0] |= 1
		}
		if got, err := pass.ParseChallenge(c.Text()); err != nil || got != c {
			t.Fatalf("%q is read as %v, %v", c.Text(), got, err)
		}
	})
	for _, text := range []string{"", "FLN1:", "FLD1:", "FLN1:000000000000000000000000", "FLD1:000000000000", "FL1:00", "fld1:001000000000", shown.Text() + "0", wall.Text()[1:]} {
		if c, err := pass.ParseChallenge(text); !errors.Is(err, pass.ErrChallenge) || c != (pass.Challenge{}) {
			t.Errorf("%q is read: %v", text, err)
		}
	}
	if (pass.Challenge{}).Text() != "" {
		t.Error("nothing has a text")
	}
}

func TestDoorIDs(t *testing.T) {
	id, err := pass.NewDoorID(reader(1))
	must(t, err)
	if back, err := pass.ParseDoorID(id.String()); err != nil || back != id || len(id.String()) != 16 {
		t.Errorf("%s: %v", id, err)
	}
	if _, err := pass.ParseDoorID("00"); err == nil {
		t.Error("two digits are a door")
	}
	n, err := pass.NewNonce(reader(2))
	must(t, err)
	must(t, n.Check())
}

func FuzzParsePresentation(f *testing.F) {
	w := newWorld(f)
	w.publish(f)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := pass.ParsePresentation(text)
		if err != nil {
			if _, ok := pass.ReasonOf(err); !ok || p != nil {
				t.Fatalf("a presentation, or an error that is no refusal: %v", err)
			}
			return
		}
		if p.Text() != text || len(text) > len(pass.PresentationPrefix)+pass.MaxPresentation/2*3 {
			t.Fatalf("%q is written as %q", text, p.Text())
		}
		inside, err := pass.Parse(p.Pass().Text())
		if err != nil || inside.Claims().Holder == nil || inside.Claims().Kind() != pass.Plain {
			t.Fatalf("the pass in it is none, or not a phone's: %v", err)
		}
		if p.Challenge().Check() != nil {
			t.Fatal("read with a challenge that is none")
		}
		if p.Verify(pass.Verified{}, p.Challenge(), p.At()) == nil {
			t.Fatal("good without a verified pass")
		}
	})
}

func FuzzParseChallenge(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		c, err := pass.ParseChallenge(text)
		if err != nil {
			if c != (pass.Challenge{}) {
				t.Fatalf("a challenge and %v", err)
			}
			return
		}
		if c.Text() != text || c.Check() != nil {
			t.Fatalf("%q is written as %q", text, c.Text())
		}
	})
}

func TestPresentationCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzParsePresentation")
	testenv.Corpus(t, "FuzzParseChallenge")
}
