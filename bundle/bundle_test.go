package bundle_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// TestRoundTrip: what is signed is read back, whatever order it was given in.
func TestRoundTrip(t *testing.T) {
	w := newWorld(t)
	b := w.bundle()
	other := signingKey(t, 9)
	b.Issuers = append(b.Issuers, &other.PublicKey)
	data := w.sign(t, b)
	for _, list := range []func(){
		func() { slices.Reverse(b.Zones) }, func() { slices.Reverse(b.Lists) },
		func() { slices.Reverse(b.Models) }, func() { slices.Reverse(b.Issuers) },
	} {
		list()
		if !slices.Equal(w.sign(t, b), data) {
			t.Fatal("another order gives other bytes")
		}
	}
	got, err := bundle.Verify(data, w.signers, w.site)
	must(t, err)
	if !slices.Equal(w.sign(t, got), data) || !slices.Equal(got.Encoded(), data) {
		t.Error("signing what was read gives other bytes")
	}
	want := w.verified(t, w.bundle())
	want.Issuers, got.Issuers = nil, nil
	if got.Number != 7 || !got.Issued.Equal(noon) || got.Zones[0].Title["zh"] != "正门" || got.Name != want.Name {
		t.Errorf("%+v", got)
	}
}

// TestEveryField: each field arrives, and none is needed that may be left out.
func TestEveryField(t *testing.T) {
	w := newWorld(t)
	full := w.bundle()
	full.Demo = true
	got := w.verified(t, full)
	v := reflect.ValueOf(*got)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("%s did not arrive", v.Type().Field(i).Name)
		}
	}
	zone, ok := got.Zone("front")
	if !ok || !reflect.DeepEqual(zone, full.Zones[0]) {
		t.Errorf("%+v\nwant\n%+v", zone, full.Zones[0])
	}
	if _, ok := got.Zone("back"); ok {
		t.Error("a zone that there is not")
	}
	if !reflect.DeepEqual(got.Lists, full.Lists) || !reflect.DeepEqual(got.Models, full.Models) || !reflect.DeepEqual(got.Notice, full.Notice) {
		t.Errorf("%+v", got)
	}
	issuers, err := got.IssuerKeys()
	must(t, err)
	signers, err := got.SignerKeys()
	must(t, err)
	if !reflect.DeepEqual(issuers, w.issuers) || !reflect.DeepEqual(signers, w.signers) {
		t.Error("other keys arrived")
	}
	least := w.least()
	got = w.verified(t, least)
	if got.Lists != nil || got.Models != nil || got.Checkpoint != nil || !reflect.DeepEqual(got.Notice, bundle.Notice{}) || got.Demo {
		t.Errorf("%+v", got)
	}
}

// least returns a bundle with nothing that may be left out.
func (w *world) least() *bundle.Bundle {
	b := w.bundle()
	b.Zones, b.Lists, b.Models, b.Refused, b.Notice, b.Checkpoint = b.Zones[1:], nil, nil, nil, bundle.Notice{}, nil
	return b
}

// TestPromise4OnlyWay: faces alone are refused, in the promise's own words,
// whoever writes the bundle.
func TestPromise4OnlyWay(t *testing.T) {
	w := newWorld(t)
	b := w.bundle()
	b.Zones[0].Methods, b.Zones[0].PINs = bundle.Face, bundle.Object{}
	data, err := bundle.Sign(nil, w.signer, b)
	if !errors.Is(err, bundle.ErrOnlyWay) || data != nil {
		t.Fatalf("signed: %v", err)
	}
	const sentence = "A door that accepts faces must accept at least one other method with the same doors and the same hours."
	if !strings.Contains(err.Error(), sentence) || !strings.Contains(err.Error(), "zones[0].methods") {
		t.Errorf("it says %q", err)
	}
	for m := range bundle.Methods(16) {
		if err := m.Check(); (err == nil) != (m != 0 && m != bundle.Face) {
			t.Errorf("%s: %v", m, err)
		}
	}
}

// TestPromise4NoLonger: faces are never accepted for longer than the rest.
func TestPromise4NoLonger(t *testing.T) {
	b := newWorld(t).bundle()
	b.FaceLife = b.PlainLife + time.Second
	wantField(t, b.Check(), "face_life")
	b.FaceLife = b.PlainLife
	must(t, b.Check())
}

func wantField(t testing.TB, err error, want string) {
	t.Helper()
	var f *bundle.FieldError
	if !errors.As(err, &f) || f.Field != want {
		t.Errorf("%v, want an error about %s", err, want)
	}
}

// TestFields: each field is checked, and the error names it.
func TestFields(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", bundle.MaxNotice+1)
	off := pass.Schedule{{Days: 0, Start: 1, End: 2}}
	for want, change := range map[string]func(*bundle.Bundle){
		"site":                  func(b *bundle.Bundle) { b.Site = pass.SiteID{} },
		"number":                func(b *bundle.Bundle) { b.Number = 0 },
		"issued":                func(b *bundle.Bundle) { b.Issued = noon.Add(1) },
		"name":                  func(b *bundle.Bundle) { b.Name = "" },
		"timezone":              func(b *bundle.Bundle) { b.Timezone = "/etc/passwd" },
		"issuers":               func(b *bundle.Bundle) { b.Issuers = nil },
		"signers":               func(b *bundle.Bundle) { b.Signers = append(b.Signers, b.Signers[0]) },
		"face_life":             func(b *bundle.Bundle) { b.FaceLife = 0 },
		"plain_life":            func(b *bundle.Bundle) { b.PlainLife = bundle.MaxLife + time.Second },
		"zones":                 func(b *bundle.Bundle) { b.Zones = append(b.Zones, b.Zones[0]) },
		"zones[0].name":         func(b *bundle.Bundle) { b.Zones[0].Name = "Front door" },
		"zones[0].title":        func(b *bundle.Bundle) { b.Zones[0].Title = map[string]string{"en": "a\x1b[2Jb"} },
		"zones[1].methods":      func(b *bundle.Bundle) { b.Zones[1].Methods = 0 },
		"zones[0].hours":        func(b *bundle.Bundle) { b.Zones[0].Hours = off },
		"zones[0].threshold":    func(b *bundle.Bundle) { b.Zones[0].Threshold = "" },
		"zones[1].threshold":    func(b *bundle.Bundle) { b.Zones[1].Threshold = "fmr-1e-4" },
		"zones[0].budget":       func(b *bundle.Bundle) { b.Zones[0].Budget = 0 },
		"zones[1].budget":       func(b *bundle.Bundle) { b.Zones[1].Budget = 1 },
		"zones[1].require_live": func(b *bundle.Bundle) { b.Zones[1].RequireLive = true },
		"zones[0].prompts":      func(b *bundle.Bundle) { b.Zones[0].Prompts = bundle.MaxPrompts + 1 },
		"zones[1].prompts":      func(b *bundle.Bundle) { b.Zones[1].Prompts = 1 },
		"zones[0].light":        func(b *bundle.Bundle) { b.Zones[0].Prompts = 0 },
		"zones[1].light":        func(b *bundle.Bundle) { b.Zones[1].Light = true },
		"zones[0].pins":         func(b *bundle.Bundle) { b.Zones[0].PINs = bundle.Object{} },
		"zones[1].pins":         func(b *bundle.Bundle) { b.Zones[1].PINs = bundle.ObjectOf([]byte{1}) },
		"lists":                 func(b *bundle.Bundle) { b.Lists = append(b.Lists, b.Lists[1]) },
		"lists[1]":              func(b *bundle.Bundle) { b.Lists[1].Size = bundle.MaxListObject + 1 },
		"models":                func(b *bundle.Bundle) { b.Models = nil },
		"models[1].id":          func(b *bundle.Bundle) { b.Models[1].ID = pass.ModelID{} },
		"models[0].until":       func(b *bundle.Bundle) { b.Models[0].Until = time.Time{} },
		"refused":               func(b *bundle.Bundle) { b.Refused = append(b.Refused, b.Refused[0]) },
		"notice.sha256":         func(b *bundle.Bundle) { b.Notice.SHA256 = [32]byte{} },
		"notice.text":           func(b *bundle.Bundle) { b.Notice.Text["en"] = long },
		"checkpoint":            func(b *bundle.Bundle) { b.Checkpoint = []byte(long) },
	} {
		b := w.bundle()
		change(b)
		data, err := bundle.Sign(nil, w.signer, b)
		wantField(t, err, want)
		if data != nil {
			t.Errorf("%s: signed", want)
		}
	}
}

// TestLimits: a bundle with as much as there may be of everything is read, and
// fits.
func TestLimits(t *testing.T) {
	w := newWorld(t)
	b := w.bundle()
	b.Zones, b.Lists, b.Refused = nil, nil, nil
	titles := map[string]string{}
	for i := range bundle.MaxLanguages {
		titles["x"+string(rune('a'+i))] = strings.Repeat("长", bundle.MaxTitle/3)
		b.Notice.Text["x"+string(rune('a'+i))] = strings.Repeat("n", bundle.MaxNotice)
	}
	delete(b.Notice.Text, "en")
	for i := range bundle.MaxZones {
		z := w.bundle().Zones[0]
		z.Name, z.Title = fmt.Sprintf("%024d", i), titles
		b.Zones = append(b.Zones, z)
	}
	for i := range bundle.MaxLists {
		b.Lists = append(b.Lists, bundle.List{Number: 1<<32 - 1 - uint32(i), Object: bundle.ObjectOf([]byte{byte(i), byte(i >> 8)})})
	}
	for i := range bundle.MaxRefused {
		b.Refused = append(b.Refused, pass.KeyID{1, byte(i)})
	}
	b.Checkpoint = make([]byte, bundle.MaxCheckpoint)
	data := w.sign(t, b)
	t.Logf("%d bytes", len(data))
	_, err := bundle.Verify(data, w.signers, w.site)
	must(t, err)
	b.Lists = append(b.Lists, bundle.List{Number: 1, Object: bundle.ObjectOf(nil)})
	wantField(t, b.Check(), "lists")
}

// TestWrongHands: a bundle is believed only from a key that is known and stands
// in it, and only by its own site.
func TestWrongHands(t *testing.T) {
	w := newWorld(t)
	data := w.sign(t, w.bundle())
	stranger := signingKey(t, 5)
	b := w.bundle()
	if data, err := bundle.Sign(nil, stranger, b); !errors.Is(err, bundle.ErrNotSigner) || data != nil {
		t.Errorf("signed by a key that is not in it: %v", err)
	}
	b.Signers = append(b.Signers, &stranger.PublicKey)
	foreign, err := bundle.Sign(nil, stranger, b)
	must(t, err)
	id, err := pass.KeyIDOf(&w.signer.PublicKey)
	must(t, err)
	for name, tt := range map[string]struct {
		data []byte
		keys map[pass.KeyID]*ecdsa.PublicKey
		site pass.SiteID
		want error
	}{
		"nothing":         {nil, w.signers, w.site, bundle.ErrMalformed},
		"a stranger's":    {foreign, w.signers, w.site, bundle.ErrUnknownKey},
		"no keys":         {data, nil, w.site, bundle.ErrUnknownKey},
		"another key":     {data, map[pass.KeyID]*ecdsa.PublicKey{id: &stranger.PublicKey}, w.site, bundle.ErrSignature},
		"another site":    {data, w.signers, pass.SiteID{9}, bundle.ErrOtherSite},
		"too large":       {make([]byte, bundle.MaxSize+1), w.signers, w.site, bundle.ErrTooLarge},
		"half written":    {data[:len(data)/2], w.signers, w.site, bundle.ErrMalformed},
		"zeros at an end": {append(slices.Clone(data), 0), w.signers, w.site, bundle.ErrMalformed},
	} {
		if got, err := bundle.Verify(tt.data, tt.keys, tt.site); !errors.Is(err, tt.want) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFollows: no rollback, no fork, no demonstration turned real.
func TestFollows(t *testing.T) {
	w := newWorld(t)
	held := w.verified(t, w.bundle())
	change := func(f func(*bundle.Bundle)) *bundle.Bundle {
		b := w.bundle()
		f(b)
		data := w.sign(t, b)
		got, err := bundle.Verify(data, w.signers, b.Site)
		must(t, err)
		return got
	}
	for name, tt := range map[string]struct {
		next *bundle.Bundle
		want error
	}{
		"the same":      {w.verified(t, w.bundle()), nil},
		"the next":      {change(func(b *bundle.Bundle) { b.Number++ }), nil},
		"much later":    {change(func(b *bundle.Bundle) { b.Number = 1 << 63 }), nil},
		"older":         {change(func(b *bundle.Bundle) { b.Number-- }), bundle.ErrOlder},
		"a fork":        {change(func(b *bundle.Bundle) { b.Name = "x" }), bundle.ErrFork},
		"another site":  {change(func(b *bundle.Bundle) { b.Site, b.Number = pass.SiteID{8}, 8 }), bundle.ErrOtherSite},
		"a demo":        {change(func(b *bundle.Bundle) { b.Demo, b.Number = true, 8 }), bundle.ErrDemo},
		"not verified":  {w.bundle(), bundle.ErrNotVerified},
		"none":          {nil, bundle.ErrNotVerified},
		"an older demo": {change(func(b *bundle.Bundle) { b.Demo, b.Number = true, 1 }), bundle.ErrDemo},
	} {
		if err := tt.next.Follows(held); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, held.Follows(nil))
	if err := held.Follows(w.bundle()); !errors.Is(err, bundle.ErrNotVerified) {
		t.Errorf("after one that was not verified: %v", err)
	}
}

func TestMethods(t *testing.T) {
	for m := range bundle.Methods(16) {
		if m == 0 {
			continue
		}
		got, err := bundle.ParseMethods(strings.Split(m.String(), "+")...)
		if err != nil || got != m {
			t.Errorf("%q is read as %s, %v", m, got, err)
		}
	}
	for _, bad := range [][]string{{"faces"}, {"pin", "pin"}, {""}} {
		if m, err := bundle.ParseMethods(bad...); err == nil || m != 0 {
			t.Errorf("%q is read as %s", bad, m)
		}
	}
}

func TestObject(t *testing.T) {
	o := bundle.ObjectOf([]byte("list"))
	must(t, o.Match([]byte("list")))
	for _, data := range []string{"", "lisT", "list "} {
		if err := o.Match([]byte(data)); !errors.Is(err, bundle.ErrObject) {
			t.Errorf("%q: %v", data, err)
		}
	}
	if len(o.String()) != 64 || o.IsZero() || !(bundle.Object{}).IsZero() {
		t.Error(o)
	}
}
