package bundle_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

func wantReason(t testing.TB, err error, want pass.Reason) {
	t.Helper()
	if got, ok := pass.ReasonOf(err); !ok || got != want {
		t.Errorf("got %v, want a refusal with %q", err, want)
	}
}

// TestPINs: the right number and code at the right time, and nothing else.
func TestPINs(t *testing.T) {
	w := newWorld(t)
	hours, err := pass.ParseSchedule("Mon-Fri 07:00-19:00")
	must(t, err)
	p := w.pins(t, w.entry(t, hours))
	shanghai := time.FixedZone("Shanghai", 8*3600)
	v, err := p.Check(number, code, w.pepper, noon, shanghai)
	must(t, err)
	if !v.OK() || !v.At().Equal(noon) || v.Zone() != "front" || fmt.Sprintf("%v %+v", v, v) != "a PIN, verified a PIN, verified" {
		t.Errorf("%v", v)
	}
	if zero := (bundle.PINVerified{}); zero.OK() || fmt.Sprint(zero) != "no verified PIN" {
		t.Error("nothing is verified")
	}
	for name, tt := range map[string]struct {
		number, code string
		at           time.Time
		want         pass.Reason
	}{
		"wrong code":           {number, "76543211", noon, pass.ReasonWrongPIN},
		"wrong number":         {"01234568", code, noon, pass.ReasonWrongPIN},
		"short":                {number, "7654321", noon, pass.ReasonWrongPIN},
		"not digits":           {number, "７654321", noon, pass.ReasonWrongPIN},
		"nothing":              {"", "", noon, pass.ReasonWrongPIN},
		"wrong code, expired":  {number, "76543211", noon.AddDate(1, 0, 0), pass.ReasonWrongPIN},
		"right code, too soon": {number, code, noon.AddDate(0, 0, -2), pass.ReasonNotYetValid},
		"right code, expired":  {number, code, noon.AddDate(0, 1, 0), pass.ReasonExpired},
		"right code, at night": {number, code, noon.Add(12 * time.Hour), pass.ReasonOutOfHours},
	} {
		v, err := p.Check(tt.number, tt.code, w.pepper, tt.at, shanghai)
		if wantReason(t, err, tt.want); v.OK() {
			t.Errorf("%s: verified", name)
		}
	}
	if v, err := p.Check(number, code, bundle.Pepper{}, noon, shanghai); !errors.Is(err, bundle.ErrPepper) || v.OK() {
		t.Errorf("without a pepper: %v", err)
	}
}

// TestTag computes one by hand, as the specification says it.
func TestTag(t *testing.T) {
	w := newWorld(t)
	e := w.entry(t, nil)
	mac := hmac.New(sha256.New, w.pepper.Export())
	mac.Write([]byte("facelatch pin v1"))
	mac.Write(w.site[:])
	mac.Write([]byte(number))
	mac.Write(argon2.IDKey([]byte(code), e.Salt[:], 3, 32<<10, 1, 32))
	mac.Write([]byte("front"))
	if !bytes.Equal(mac.Sum(nil), e.Tag[:]) {
		t.Error("another tag")
	}
}

// TestThief: whoever has the signed object, and knows the number and even the
// code, learns nothing from it without the pepper: all codes look wrong. With
// another zone's or site's pepper in its place it is the same.
func TestThief(t *testing.T) {
	w := newWorld(t)
	e := w.entry(t, nil)
	p := w.pins(t, e)
	other, err := bundle.NewPepper(reader(99))
	must(t, err)
	guesses := []string{code}
	tries := testenv.Count(10, 200)
	if testing.Short() {
		tries = 2
	}
	for i := range tries {
		guesses = append(guesses, fmt.Sprintf("%08d", i))
	}
	for _, guess := range guesses {
		v, err := p.Check(number, guess, other, noon, time.UTC)
		if wantReason(t, err, pass.ReasonWrongPIN); v.OK() {
			t.Fatalf("%s is good without the pepper", guess)
		}
	}
	hash := argon2.IDKey([]byte(code), e.Salt[:], 3, 32<<10, 1, 32)
	if bytes.Contains(e.Tag[:], hash[:8]) {
		t.Error("the tag is the hash, which can be guessed without the pepper")
	}
}

// TestSameWork: a number that nobody has costs as much memory, and so as much
// time, as one that somebody has; what is not a number at all costs nothing.
func TestSameWork(t *testing.T) {
	w := newWorld(t)
	p := w.pins(t, w.entry(t, nil))
	cost := func(number, code string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := p.Check(number, code, w.pepper, noon, time.UTC)
		runtime.ReadMemStats(&after)
		wantReason(t, err, pass.ReasonWrongPIN)
		return after.TotalAlloc - before.TotalAlloc
	}
	const memory = 32 << 20
	for _, n := range []string{number, "99999999", "00000000"} {
		if got := cost(n, "00000000"); got < memory || got > memory+memory/4 {
			t.Errorf("%s costs %d bytes", n, got)
		}
	}
	if got := cost("1", "2"); got > memory/4 {
		t.Errorf("no number costs %d bytes", got)
	}
}

// TestManyPINs: as many as there may be, each with as many windows as there may
// be, are read, and fit.
func TestManyPINs(t *testing.T) {
	w := newWorld(t)
	e := w.entry(t, nil)
	e.NotBefore, e.Expires = time.Unix(1<<32, 0), time.Unix(1<<32+1, 0)
	for i := range pass.MaxWindows {
		e.Schedule = append(e.Schedule, pass.Window{Days: pass.EveryDay, Start: 1000 + uint16(i), End: 1440})
	}
	p := &bundle.PINs{Site: w.site, Zone: "front", Issued: noon}
	for i := range bundle.MaxPINs {
		e.Number = fmt.Sprintf("%08d", 99999999-i)
		p.Entries = append(p.Entries, e)
	}
	data, err := bundle.SignPINs(nil, w.issuer, p)
	must(t, err)
	t.Logf("%d bytes", len(data))
	got, err := bundle.VerifyPINs(data, w.issuers, w.site, "front")
	must(t, err)
	if len(got.Entries) != bundle.MaxPINs || got.Entries[0].Number != "99983616" {
		t.Errorf("%d entries from %s", len(got.Entries), got.Entries[0].Number)
	}
	e.Number = "00000000"
	p.Entries = append(p.Entries, e)
	wantField(t, p.Validate(), "entries")
}

// TestMoved: an entry is good for the site, the zone and the number that it was
// made for, also if the issuing key signs it elsewhere.
func TestMoved(t *testing.T) {
	w := newWorld(t)
	for name, move := range map[string]func(*bundle.PINs){
		"zone":   func(p *bundle.PINs) { p.Zone = "garden" },
		"site":   func(p *bundle.PINs) { p.Site = pass.SiteID{9} },
		"number": func(p *bundle.PINs) { p.Entries[0].Number = "11111111" },
	} {
		p := w.pins(t, w.entry(t, nil))
		move(p)
		data, err := bundle.SignPINs(nil, w.issuer, p)
		must(t, err)
		p, err = bundle.VerifyPINs(data, w.issuers, p.Site, p.Zone)
		must(t, err)
		if v, err := p.Check(p.Entries[0].Number, code, w.pepper, noon, time.UTC); err == nil || v.OK() {
			t.Errorf("good with another %s", name)
		}
	}
}

// TestPINsRefused: an object is believed only from an issuing key, for its own
// zone, and as what it is.
func TestPINsRefused(t *testing.T) {
	w := newWorld(t)
	p := &bundle.PINs{Site: w.site, Zone: "front", Issued: noon, Entries: []bundle.Entry{w.entry(t, nil)}}
	data, err := bundle.SignPINs(nil, w.issuer, p)
	must(t, err)
	byStranger, err := bundle.SignPINs(nil, w.signer, p)
	must(t, err)
	for name, tt := range map[string]struct {
		data []byte
		site pass.SiteID
		zone string
		want error
	}{
		"another zone": {data, w.site, "garden", bundle.ErrOtherZone},
		"another site": {data, pass.SiteID{9}, "front", bundle.ErrOtherSite},
		"a stranger's": {byStranger, w.site, "front", bundle.ErrUnknownKey},
		"a bundle":     {w.sign(t, w.bundle()), w.site, "front", bundle.ErrMalformed},
		"nothing":      {nil, w.site, "front", bundle.ErrMalformed},
		"too large":    {make([]byte, bundle.MaxPINsObject+1), w.site, "front", bundle.ErrTooLarge},
	} {
		if got, err := bundle.VerifyPINs(tt.data, w.issuers, tt.site, tt.zone); !errors.Is(err, tt.want) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b, err := bundle.Verify(data, w.issuers, w.site); !errors.Is(err, bundle.ErrMalformed) || b != nil {
		t.Errorf("PINs are taken for a bundle: %v", err)
	}
}

func TestPINFields(t *testing.T) {
	w := newWorld(t)
	e := w.entry(t, nil)
	for want, change := range map[string]func(*bundle.PINs){
		"site":                   func(p *bundle.PINs) { p.Site = pass.SiteID{} },
		"zone":                   func(p *bundle.PINs) { p.Zone = "" },
		"issued":                 func(p *bundle.PINs) { p.Issued = time.Time{} },
		"entries":                func(p *bundle.PINs) { p.Entries = append(p.Entries, p.Entries[0]) },
		"entries[0].number":      func(p *bundle.PINs) { p.Entries[0].Number = "1" },
		"entries[0].tag":         func(p *bundle.PINs) { p.Entries[0].Tag = [32]byte{} },
		"entries[0].not_before":  func(p *bundle.PINs) { p.Entries[0].NotBefore = noon.Add(1) },
		"entries[0].expires":     func(p *bundle.PINs) { p.Entries[0].Expires = noon.AddDate(3, 0, 0) },
		"entries[0].schedule":    func(p *bundle.PINs) { p.Entries[0].Schedule = pass.Schedule{{}} },
		"entries[0].expires two": func(p *bundle.PINs) { p.Entries[0].Expires = p.Entries[0].NotBefore },
	} {
		p := &bundle.PINs{Site: w.site, Zone: "front", Issued: noon, Entries: []bundle.Entry{e}}
		change(p)
		data, err := bundle.SignPINs(nil, w.issuer, p)
		want, _, _ = strings.Cut(want, " ")
		wantField(t, err, want)
		if data != nil {
			t.Errorf("%s: signed", want)
		}
	}
	for name, f := range map[string]func() (bundle.Entry, error){
		"no code": func() (bundle.Entry, error) { return bundle.MakeEntry(reader(1), w.pepper, w.site, "front", "1", e) },
		"no pepper": func() (bundle.Entry, error) {
			return bundle.MakeEntry(reader(1), bundle.Pepper{}, w.site, "front", code, e)
		},
		"no terms": func() (bundle.Entry, error) {
			return bundle.MakeEntry(reader(1), w.pepper, w.site, "front", code, bundle.Entry{})
		},
		"no salt": func() (bundle.Entry, error) {
			return bundle.MakeEntry(bytes.NewReader(nil), w.pepper, w.site, "front", code, e)
		},
	} {
		if e, err := f(); err == nil || e.Number != "" {
			t.Errorf("%s: made", name)
		}
	}
}

// TestNewPIN: every digit comes as often as every other, at every place, and a
// draw that would prefer some is made again.
func TestNewPIN(t *testing.T) {
	var count [8][10]int
	const n = 20000
	r := reader(1)
	for range n / 2 {
		number, code, err := bundle.NewPIN(r)
		must(t, err)
		for _, s := range []string{number, code} {
			for i := range s {
				count[i][s[i]-'0']++
			}
		}
	}
	for place, digits := range count {
		for d, c := range digits {
			if c < n/10-250 || c > n/10+250 { // Six standard deviations.
				t.Errorf("%d is at place %d %d times of %d", d, place, c, n)
			}
		}
	}
	high := bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 2})
	if number, code, err := bundle.NewPIN(high); err != nil || number != "00000001" || code != "00000002" {
		t.Errorf("%s, %s, %v", number, code, err)
	}
	if number, code, err := bundle.NewPIN(bytes.NewReader(make([]byte, 4))); err == nil || number != "" || code != "" {
		t.Error("a PIN of too few random bytes")
	}
}

// BenchmarkPINCheck is what one guess costs, for whoever has object and pepper;
// "unknown" is a number that nobody has.
func BenchmarkPINCheck(b *testing.B) {
	w := newWorld(b)
	p := w.pins(b, w.entry(b, nil))
	for name, number := range map[string]string{"known": number, "unknown": "99999999"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Check(number, "00000000", w.pepper, noon, time.UTC); err == nil {
					b.Fatal("good")
				}
			}
			perGuess := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(1e8/2*perGuess/3600, "core-hours/code")
		})
	}
}
