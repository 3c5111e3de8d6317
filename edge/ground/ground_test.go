package ground

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

type bundleObject = bundle.Object

func TestADoorThatHasNotJoined(t *testing.T) {
	if _, err := newWorld(t).open(); !errors.Is(err, state.ErrNotJoined) {
		t.Errorf("error %v", err)
	}
}

func TestTwoPrograms(t *testing.T) {
	w := newWorld(t).join("")
	w.start()
	if _, err := w.open(); !errors.Is(err, state.ErrBusy) {
		t.Errorf("error %v", err)
	}
}

func TestLife(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	if b := g.Basis(); b.PlainOK || b.FaceOK || b.Methods != 0 {
		t.Errorf("without a bundle: %+v", b)
	}
	good := w.site.Pass(1)
	must(t, w.take(g, w.site.Bundle(1)))
	b := g.Basis()
	if !b.PlainOK || !b.FaceOK || b.Zone != "front" || b.Methods != w.site.Methods || len(b.Models) != 0 || b.Budget != 30 {
		t.Errorf("%+v", b)
	}
	must(t, judge(t, g, good))
	must(t, g.Close())
	g = w.start()
	must(t, judge(t, g, good))
	w.clock.pass(25 * time.Hour)
	must(t, g.keeper.Save())
	if b := g.Basis(); !b.PlainOK || b.FaceOK {
		t.Errorf("after a day: %v %v", b.PlainOK, b.FaceOK)
	}
	w.clock.pass(6 * 24 * time.Hour)
	wantReason(t, "after a week", judge(t, g, good), pass.ReasonBundleExpired)
}

func TestRevoked(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	text := w.site.Pass(1)
	must(t, w.take(g, w.site.Bundle(1)))
	changed := g.Changed()
	w.site.Set(1, statuslist.Invalid)
	must(t, w.take(g, w.site.Bundle(2)))
	wantReason(t, "revoked", judge(t, g, text), pass.ReasonRevoked)
	select {
	case <-changed:
	default:
		t.Error("nobody was told")
	}
	if w.fetch != 3 {
		t.Errorf("fetched %d objects: two lists and, once, the PINs", w.fetch)
	}
	entries, err := os.ReadDir(filepath.Join(w.dir, "objects"))
	must(t, err)
	if len(entries) != 2 {
		t.Errorf("%d objects are kept", len(entries))
	}
}

// TestRefusedBundles: what is held stays.
func TestRefusedBundles(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	text := w.site.Pass(1)
	must(t, w.take(g, w.site.Bundle(5)))
	before := w.files()
	other := edgetest.New(t)
	other.Now = w.clock.now
	forged, good := edgetest.New(t), w.site.Bundle(6)
	forged.Now, forged.ID = w.clock.now, w.site.ID
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"older":        {w.site.Bundle(4), bundle.ErrOlder},
		"fork":         {w.site.BundleOf(5, func(b *bundle.Bundle) { b.Name = "Fork" }), bundle.ErrFork},
		"wrong key":    {forged.Bundle(6), bundle.ErrUnknownKey},
		"other site":   {other.Bundle(6), bundle.ErrUnknownKey},
		"demo":         {w.site.BundleOf(6, func(b *bundle.Bundle) { b.Demo = true }), bundle.ErrDemo},
		"half":         {good[:len(good)/2], bundle.ErrMalformed},
		"nothing":      {nil, bundle.ErrMalformed},
		"changed":      {append(bytes.Clone(good[:len(good)-1]), good[len(good)-1]^1), bundle.ErrSignature},
		"no such list": {w.site.BundleOf(6, func(b *bundle.Bundle) { b.Lists[0].SHA256[0] ^= 1 }), bundle.ErrObject},
		"other list":   {w.site.BundleOf(6, func(b *bundle.Bundle) { b.Lists[0].Number = 3 }), statuslist.ErrOtherList},
		"other PINs":   {w.site.BundleOf(6, func(b *bundle.Bundle) { b.Zones[0].PINs = b.Lists[0].Object }), bundle.ErrMalformed},
		"time zone":    {w.site.BundleOf(6, func(b *bundle.Bundle) { b.Timezone = "Nowhere/Town" }), nil},
	} {
		err := w.take(g, test.data)
		if !errors.Is(err, ErrRejected) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
		if err := judge(t, g, text); err != nil {
			t.Errorf("%s: then %v", name, err)
		}
	}
	if after := w.files(); len(after) < len(before) || after[filepath.Join(w.dir, "bundle")] != before[filepath.Join(w.dir, "bundle")] {
		t.Error("something was lost")
	}
	must(t, w.take(g, good))
}

func TestPromise4AZoneOfFacesOnlyOpensForNobody(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	w.site.Methods = bundle.Face | bundle.PIN
	must(t, w.take(g, w.site.Bundle(1)))
	must(t, g.Close())
	c := w.config()
	c.Methods = []string{"face", "plain"} // of which the zone has faces only
	if _, err := Open(c, Options{Clock: w.clock}); !errors.Is(err, bundle.ErrOnlyWay) {
		t.Errorf("error %v", err)
	}
	g = w.start()
	g.config.Methods = c.Methods
	if s := g.Snapshot(); s.Methods != 0 || !errors.Is(s.Wrong, bundle.ErrOnlyWay) || g.Basis().Methods != 0 {
		t.Errorf("%v, %v", s.Methods, s.Wrong)
	}
}

func TestAZoneThatIsGone(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.BundleOf(1, func(b *bundle.Bundle) { b.Zones[0].Name = "back" })))
	if g.Basis().Methods != 0 {
		t.Error("there is a way in")
	}
}

// TestAnOldBundleOnTheDisk: the marks remember which one it was.
func TestAnOldBundleOnTheDisk(t *testing.T) {
	for name, harm := range map[string]func(path string, old []byte) error{
		"older":   func(path string, old []byte) error { return os.WriteFile(path, old, 0o600) },
		"removed": func(path string, _ []byte) error { return os.Remove(path) },
		"damaged": func(path string, _ []byte) error { return os.WriteFile(path, []byte("x"), 0o600) },
	} {
		w := newWorld(t).join("")
		g := w.start()
		text := w.site.Pass(1)
		old := w.site.Bundle(1)
		must(t, w.take(g, old))
		objects := filepath.Join(t.TempDir(), "objects")
		must(t, os.CopyFS(objects, os.DirFS(filepath.Join(w.dir, "objects"))))
		w.site.Set(1, statuslist.Invalid)
		second := w.site.Bundle(2)
		must(t, w.take(g, second))
		must(t, g.Close())
		must(t, putBack(filepath.Join(w.dir, "objects"), objects))
		must(t, harm(filepath.Join(w.dir, "bundle"), old))
		for range 2 { // it is not forgotten at the next start
			g = w.start()
			wantReason(t, name, judgeNow(t, g, text), pass.ReasonBundleExpired)
			if !g.Snapshot().Distrusted || g.After() != 0 {
				t.Errorf("%s: not noticed", name)
			}
			if err := w.take(g, old); !errors.Is(err, bundle.ErrOlder) {
				t.Errorf("%s: the old one from the network: %v", name, err)
			}
			must(t, g.Close())
		}
		g = w.start()
		must(t, w.take(g, second))
		if wantReason(t, name, judge(t, g, text), pass.ReasonRevoked); !g.Basis().PlainOK || g.Snapshot().Distrusted {
			t.Errorf("%s: it did not come back", name)
		}
	}
}

// putBack puts the files of a folder into the place of another's.
func putBack(dir, backup string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(backup)); err != nil {
		return err
	}
	return filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	})
}

// TestMarksThatAreDamaged: the bundle on the disk is no news.
func TestMarksThatAreDamaged(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	text, first := w.site.Pass(1), w.site.Bundle(1)
	must(t, w.take(g, first))
	must(t, g.Close())
	must(t, os.WriteFile(filepath.Join(w.dir, "mark.json"), []byte("{}x"), 0o600))
	for range 2 {
		g = w.start()
		wantReason(t, "without marks", judge(t, g, text), pass.ReasonBundleExpired)
		if g.After() != 0 {
			t.Error("it asks for something newer only")
		}
		must(t, g.Close())
	}
	g = w.start()
	must(t, w.take(g, first))
	must(t, judge(t, g, text))
}

// TestObjectsThatAreOthers: what comes is compared with its name.
func TestObjectsThatAreOthers(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	w.site.Pass(1)
	first, err := w.site.Object(firstList(t, w, w.site.Bundle(1)))
	must(t, err)
	w.site.Set(1, statuslist.Invalid)
	second := w.site.Bundle(2)
	list := firstList(t, w, second)
	err = g.take(t.Context(), second, nil, func(o bundleObject) ([]byte, error) {
		if o == list {
			return first, nil // signed by the site, and as it was before
		}
		return w.site.Object(o)
	})
	if !errors.Is(err, bundle.ErrObject) {
		t.Errorf("error %v", err)
	}
}

func firstList(t *testing.T, w *world, data []byte) bundle.Object {
	t.Helper()
	signers, err := bundle.Keys([]*ecdsa.PublicKey{&w.site.Signer.PublicKey})
	must(t, err)
	b, err := bundle.Verify(data, signers, w.site.ID)
	must(t, err)
	return b.Lists[0].Object
}

func TestSecrets(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	id := w.site.Station.ID()
	has := func(g *Ground) bool {
		keys, err := g.SealingKeys(id)
		must(t, err)
		for _, k := range keys {
			k.Wipe()
		}
		if faces := len(g.Basis().Models) == 1; faces != (len(keys) == 1) {
			t.Errorf("with %d keys, looks at faces: %v", len(keys), faces)
		}
		return len(keys) == 1
	}
	if has(g) || g.Snapshot().Approved {
		t.Error("a key from nowhere")
	}
	must(t, g.takeSecrets(w.site.Secrets(g.Identity(), w.clock.now().Add(48*time.Hour))))
	for range 2 { // wiping the copy takes nothing away
		if !has(g) || !g.Snapshot().Approved {
			t.Fatal("no key")
		}
	}
	w.hasNo(t, w.site.Station.Export())
	w.hasNo(t, w.site.Pepper.Export())
	must(t, g.Close())
	g = w.start()
	if !has(g) {
		t.Error("lost in a restart")
	}
	if err := g.takeSecrets([][]byte{[]byte("not for this door")}); err == nil || !has(g) {
		t.Error("secrets of somebody else's")
	}
	w.clock.pass(48 * time.Hour)
	if has(g) {
		t.Error("a key that is over")
	}
	g.minute()
	if len(g.secrets.Sealing) != 0 {
		t.Error("a key that is over is kept")
	}
	texts, err := g.folder.Secrets()
	must(t, err)
	s, err := g.Identity().Relay.OpenSecrets(texts[0], w.site.ID, g.Identity().Door)
	if err != nil || len(s.Sealing) != 0 || !s.Pepper.OK() {
		t.Errorf("on the disk: %v, %v", s, err)
	}
}

// TestRefusedKeys: the epoch of a stolen door ends at once.
func TestRefusedKeys(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	texts := w.site.Secrets(g.Identity(), w.clock.now().Add(48*time.Hour))
	must(t, g.takeSecrets(texts))
	w.site.Refused = []pass.KeyID{w.site.Station.ID()}
	must(t, w.take(g, w.site.Bundle(2)))
	for range 2 {
		if keys, err := g.SealingKeys(w.site.Station.ID()); len(keys) != 0 || err != nil {
			t.Errorf("%v, %v", keys, err)
		}
		if len(g.secrets.Sealing) != 0 {
			t.Error("a refused key is kept")
		}
		must(t, g.takeSecrets(w.site.Secrets(g.Identity(), w.clock.now().Add(48*time.Hour)))) // relayed again
	}
}

// hasNo checks that no file of the door has some bytes, and that nobody but its
// owner can read any.
func (w *world) hasNo(t *testing.T, secret []byte) {
	t.Helper()
	for path, text := range w.files() {
		if strings.Contains(text, string(secret)) {
			t.Errorf("%s has a secret", path)
		}
		if !strings.HasPrefix(text, "-rw-------") {
			t.Errorf("%s: %.10s", path, text)
		}
	}
}

func TestPIN(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	_, err := g.CheckPIN("12345678", "12345678")
	wantReason(t, "without a bundle", err, pass.ReasonNotAcceptedHere)
	must(t, w.take(g, w.site.Bundle(1)))
	_, err = g.CheckPIN("12345678", "12345678")
	wantReason(t, "without a pepper", err, pass.ReasonNotAcceptedHere)
	must(t, g.takeSecrets(w.site.Secrets(g.Identity(), w.clock.now().Add(time.Hour))))
	_, err = g.CheckPIN("12345678", "12345678")
	wantReason(t, "unknown", err, pass.ReasonWrongPIN)
}

// TestTheLentPepper is a copy, which is wiped when it comes back.
func TestTheLentPepper(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	if err := g.lendPepper(func(bundle.Pepper) { t.Error("a pepper from nowhere") }); !errors.Is(err, bundle.ErrPepper) {
		t.Errorf("error %v", err)
	}
	must(t, g.takeSecrets(w.site.Secrets(g.Identity(), w.clock.now().Add(time.Hour))))
	var lent bundle.Pepper
	must(t, g.lendPepper(func(p bundle.Pepper) {
		lent = p
		if !bytes.Equal(p.Export(), w.site.Pepper.Export()) {
			t.Error("another pepper")
		}
	}))
	if lent.OK() {
		t.Error("the copy was not wiped")
	}
	if !g.secrets.Pepper.OK() {
		t.Error("the pepper itself was wiped")
	}
}

// TestThePolicyIsTheZones: whether faces have to be living ones is what the last
// bundle says of this door's zone.
func TestThePolicyIsTheZones(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	if g.Basis().Policy != (door.Policy{}) {
		t.Errorf("without a bundle: %+v", g.Basis().Policy)
	}
	for n, live := range []bool{false, true, false} {
		must(t, w.take(g, w.site.BundleOf(uint64(n+1), func(b *bundle.Bundle) {
			other := b.Zones[0]
			other.Name, other.RequireLive = "back", !live
			b.Zones[0].RequireLive = live
			b.Zones = append(b.Zones, other)
		})))
		if got := g.Basis().Policy; got != (door.Policy{RequireLive: live}) {
			t.Errorf("bundle %d says %v: %+v", n+1, live, got)
		}
	}
}

// TestPromise5CountingWritesNothing: not even the time of a file changes when
// somebody comes by, and nothing is said before the day is over.
func TestPromise5CountingWritesNothing(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	g.minute()
	before := w.files()
	for range 30 {
		g.Count(pass.ReasonOpened)
	}
	g.Count(pass.ReasonExpired)
	g.Report(Latch)
	if !maps.Equal(before, w.files()) {
		t.Error("something was written")
	}
	w.clock.pass(24 * time.Hour)
	g.minute()
	days, err := g.folder.Days()
	must(t, err)
	if len(days) != 1 {
		t.Fatalf("days %q", days)
	}
	day, err := g.folder.Counts(days[0])
	if err != nil || !maps.Equal(day.Counts, map[string]string{"opened": "30", "expired": "<5"}) {
		t.Errorf("%v, %v", day, err)
	}
}

// TestReportsOfADay: what happened because somebody was there is told once, and
// not before the day is over.
func TestReportsOfADay(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	g.minute()
	g.reports.take()
	for range 7 {
		g.ReportOnADay(Camera)
	}
	for range 5 {
		w.clock.pass(time.Hour)
		g.minute()
		if n := g.reports.take(); len(n) != 0 {
			t.Fatalf("told within the day: %v", n)
		}
	}
	w.clock.pass(24 * time.Hour)
	g.minute()
	if n := g.reports.take(); !maps.Equal(n, map[Kind]int{Camera: 1}) {
		t.Errorf("told when the day was over: %v", n)
	}
	w.clock.pass(24 * time.Hour)
	g.minute()
	if n := g.reports.take(); len(n) != 0 {
		t.Errorf("told again: %v", n)
	}
}

func TestAClockThatJumps(t *testing.T) {
	w := newWorld(t).join("")
	g := w.start()
	must(t, w.take(g, w.site.Bundle(1)))
	w.clock.turn(-time.Hour)
	g.minute()
	if n := g.reports.take(); n[ClockJump] != 1 || n[Restart] != 1 {
		t.Errorf("reports %v", n)
	}
	if s := g.Snapshot(); s.ClockJumped != -time.Hour || s.ClockBehind < 59*time.Minute || s.TimeLost {
		t.Errorf("shown: %+v", s)
	}
	for range 60 {
		g.minute()
	}
	if s := g.Snapshot(); s.ClockJumped != 0 {
		t.Errorf("still shown after an hour: %v", s.ClockJumped)
	}
}

// tpmCounter is one that no disk knows of.
type tpmCounter struct{ n uint64 }

func (c *tpmCounter) Value() (uint64, error)     { return c.n, nil }
func (c *tpmCounter) Increment() (uint64, error) { c.n++; return c.n, nil }

// TestADiskThatIsPutBack, whole: with a TPM what was revoked since stays so.
func TestADiskThatIsPutBack(t *testing.T) {
	w := newWorld(t).join("")
	c := &tpmCounter{n: 100}
	start := func() *Ground {
		g, err := Open(w.config(), Options{Clock: w.clock, Counter: c})
		must(t, err)
		t.Cleanup(func() { g.folder.Close() })
		return g
	}
	text := w.site.Pass(1)
	g := start()
	must(t, w.take(g, w.site.Bundle(1)))
	must(t, g.Close())
	backup := filepath.Join(t.TempDir(), "backup")
	must(t, os.CopyFS(backup, os.DirFS(w.dir)))
	g = start()
	must(t, judge(t, g, text))
	w.site.Set(1, statuslist.Invalid)
	second := w.site.Bundle(2)
	must(t, w.take(g, second))
	must(t, g.Close())
	must(t, putBack(w.dir, backup))
	g = start()
	wantReason(t, "an old disk", judge(t, g, text), pass.ReasonBundleExpired)
	must(t, w.take(g, second))
	wantReason(t, "after the controller was heard", judge(t, g, text), pass.ReasonRevoked)
	if !g.Basis().PlainOK {
		t.Error("it did not come back")
	}
}
