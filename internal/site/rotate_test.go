package site

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// follower is a door: it takes a bundle only if it follows from the one that it has.
type follower struct {
	signers []*ecdsa.PublicKey
	held    *bundle.Bundle
}

// joins tells a door which keys may sign bundles, as joining does.
func joins(t *testing.T, o *Office) *follower {
	t.Helper()
	signers, err := o.Signers()
	if err != nil {
		t.Fatal(err)
	}
	return &follower{signers: signers}
}

// take is by spec/bundle.md, section 5.
func (f *follower) take(t *testing.T, o *Office, p *Published) error {
	t.Helper()
	keys, err := bundle.Keys(f.signers)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Verify(p.Bundle, keys, o.Config.ID)
	if err == nil {
		err = b.Follows(f.held)
	}
	if err != nil {
		return err
	}
	issuers, err := b.IssuerKeys()
	if err != nil {
		return err
	}
	for _, l := range b.Lists {
		if _, err := statuslist.Verify(p.Objects[l.SHA256].Data, issuers, pass.StatusURI(l.Number), o.now()); err != nil {
			return err
		}
	}
	f.held, f.signers = b, b.Signers
	return nil
}

// knows says whether a door takes the signature of a pass.
func (f *follower) knows(t *testing.T, text string) bool {
	t.Helper()
	p, err := pass.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := f.held.IssuerKeys()
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Verify(pass.Trust{Site: f.held.Site, Keys: keys, Status: always{}, Location: time.UTC}, "front", noon)
	return err == nil
}

// always says that every place is good.
type always struct{}

func (always) Status(string, uint32, time.Time) (statuslist.Status, error) {
	return statuslist.Valid, nil
}

// rotated is a site whose clock a test moves, open in two processes.
type rotated struct {
	t          *testing.T
	dir        string
	seconds    atomic.Int64
	one, other *Office
	publisher  *Publisher
	byOther    *Publisher
}

func newRotated(t *testing.T, database string) *rotated {
	t.Helper()
	r := &rotated{t: t, dir: filepath.Join(t.TempDir(), "site")}
	r.to(noon)
	c := Config{Name: "Court", Zones: []string{"front"}, Timezone: "UTC", Policy: DefaultPolicy()}
	if _, err := CreateIn(r.dir, database, c, noon, false); err != nil {
		t.Fatal(err)
	}
	r.one, r.publisher = r.open()
	r.other, r.byOther = r.open()
	return r
}

func (r *rotated) now() time.Time { return time.Unix(r.seconds.Load(), 0).UTC() }
func (r *rotated) to(t time.Time) { r.seconds.Store(t.Unix()) }

func (r *rotated) open() (*Office, *Publisher) {
	r.t.Helper()
	o, err := OpenOffice(r.dir, r.now)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := o.Close(); err != nil {
			r.t.Error(err)
		}
	})
	p, err := o.Publisher(r.t.Context(), extras())
	if err != nil {
		r.t.Fatal(err)
	}
	return o, p
}

// publish makes the newest bundle at one of them, with nothing left out.
func (r *rotated) publish(p *Publisher) *Published {
	r.t.Helper()
	made, warnings, err := p.Publish(r.t.Context())
	if err != nil || len(warnings) > 0 {
		r.t.Fatalf("%v, %q", err, warnings)
	}
	return made
}

func (r *rotated) pass(o *Office) string {
	r.t.Helper()
	var h hand
	if _, err := issueFrom(o, pass.Plain, &h); err != nil {
		r.t.Fatal(err)
	}
	return h.text
}

// files are the names of the keys in the controller's folder.
func (r *rotated) files() (names []string) {
	r.t.Helper()
	err := filepath.WalkDir(folder(r.dir).controller(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".pem") && filepath.Base(filepath.Dir(path)) != "issuers" {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// onBoth runs a test on each database.
func onBoth(t *testing.T, test func(t *testing.T, r *rotated)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newRotated(t, "")) })
	t.Run("postgres", func(t *testing.T) { test(t, newRotated(t, pgtest.Shared(t).Database())) })
}

// TestRotateIssuing: a new key signs at once, at every process; what the old one has
// signed stays good until it has expired, and a door that was away catches up.
func TestRotateIssuing(t *testing.T) { onBoth(t, rotateIssuing) }

func rotateIssuing(t *testing.T, r *rotated) {
	near, away := joins(t, r.one), joins(t, r.one)
	old := r.pass(r.one)
	first := r.publish(r.publisher)
	for _, door := range []*follower{near, away} {
		if err := door.take(t, r.one, first); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(folder(r.dir).issuingKey())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := r.other.RotateIssuing(t.Context(), "op-abcd")
	if err != nil {
		t.Fatal(err)
	}
	if len(keys.Older) != 1 || keys.Issuing == keys.Older[0].ID || !keys.Older[0].Until.Equal(noon.Add(olderTime)) {
		t.Errorf("%+v", keys)
	}
	if after, err := os.ReadFile(folder(r.dir).issuingKey()); err != nil || bytes.Equal(before, after) {
		t.Errorf("the old key is still in its place: %v", err)
	}
	if got := r.files(); !slices.Equal(got, []string{"issuing-key.pem", "ledger-key.pem", "signing-key.pem"}) {
		t.Errorf("files: %q", got)
	}
	young := r.pass(r.one) // by the process that did not replace it
	if id := signedBy(t, young); id != keys.Issuing {
		t.Errorf("the new pass is signed with %s", id)
	}
	second := r.publish(r.publisher)
	if err := near.take(t, r.one, second); err != nil {
		t.Fatal(err)
	}
	for range 3 { // years of bundles, of which one door has none
		r.to(r.now().Add(Freshness))
		r.publish(r.byOther)
	}
	if err := away.take(t, r.one, r.publish(r.publisher)); err != nil {
		t.Fatalf("the door that was away: %v", err)
	}
	for _, door := range []*follower{near, away} {
		if !door.knows(t, old) || !door.knows(t, young) {
			t.Error("a pass is not known any more, or not yet")
		}
	}
	if _, err := check(t, r.dir, old); err != nil {
		t.Errorf("at the command line: %v", err)
	}
	olderGoes(t, r, away, old, keys)
}

// signedBy is the key of a pass.
func signedBy(t *testing.T, text string) pass.KeyID {
	t.Helper()
	p, err := pass.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p.KeyID()
}

// olderGoes: once the last pass of the old key has expired, by the record too, doors
// do not know it any more.
func olderGoes(t *testing.T, r *rotated, door *follower, old string, keys Keys) {
	t.Helper()
	sweep := func() {
		t.Helper()
		if err := r.one.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.to(noon.Add(olderTime + time.Hour))
	sweep()
	if now, err := r.one.Keys(t.Context()); err != nil || len(now.Older) != 1 {
		t.Errorf("by the clock alone the old key is gone: %+v, %v", now, err)
	}
	err := r.one.Store().Change(t.Context(), func(tx *store.Tx) error {
		s, err := keyStateOf(tx)
		if err == nil {
			s.Older[0].Until = noon.Add(-100 * day).Unix() // the record has days since
			err = s.put(tx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []*Office{r.one, r.other} {
		o.stopKeeping() // so that another publishes
	}
	note(t, r.dir, noon)
	sweep()
	now, err := r.one.Keys(t.Context())
	if err != nil || len(now.Older) != 0 || now.Issuing != keys.Issuing {
		t.Fatalf("%+v, %v", now, err)
	}
	if err := door.take(t, r.one, r.publish(r.publisher)); err != nil {
		t.Fatal(err)
	}
	if door.knows(t, old) {
		t.Error("the old key is still known")
	}
	if issuers, err := r.other.Issuers(t.Context()); err != nil || len(issuers) != 1 {
		t.Errorf("%d issuers, %v", len(issuers), err)
	}
	if !tells(t, r.dir, "key.rotate") || !tells(t, r.dir, "key.dropped") {
		t.Error("the ledger says nothing of it")
	}
}

func tells(t *testing.T, dir, name string) bool { return slices.Contains(acts(t, dir), name) }

// TestRotateBundle: doors learn the next key for bundles long before it signs, so that
// one that was away for as long as it can be follows.
func TestRotateBundle(t *testing.T) { onBoth(t, rotateBundle) }

func rotateBundle(t *testing.T, r *rotated) {
	near, away, late := joins(t, r.one), joins(t, r.one), joins(t, r.one)
	first := r.publish(r.publisher)
	for _, door := range []*follower{near, late} {
		if err := door.take(t, r.one, first); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := r.other.RotateBundle(t.Context(), "op-abcd")
	if err != nil {
		t.Fatal(err)
	}
	if keys.Next == (pass.KeyID{}) || keys.Next == keys.Bundle || !keys.Takeover.Equal(noon.Add(TakeoverTime)) {
		t.Errorf("%+v", keys)
	}
	if _, err := r.one.RotateBundle(t.Context(), "op-abcd"); !errors.Is(err, ErrRotation) {
		t.Errorf("a third key: %v", err)
	}
	second := r.publish(r.publisher)
	for _, door := range []*follower{near, away} {
		if err := door.take(t, r.one, second); err != nil {
			t.Fatal(err)
		}
		if len(door.signers) != 2 {
			t.Errorf("the door knows %d keys", len(door.signers))
		}
	}
	joined := joins(t, r.other) // while both are there
	r.to(noon.Add(TakeoverTime))
	if err := errors.Join(r.one.Sweep(t.Context()), r.other.Sweep(t.Context())); err != nil {
		t.Fatal(err)
	}
	after, err := r.other.Keys(t.Context())
	if err != nil || after.Bundle != keys.Next || after.Next != (pass.KeyID{}) {
		t.Errorf("%+v, %v", after, err)
	}
	third := r.publish(r.byOther)
	for name, door := range map[string]*follower{"near": near, "away since the second": away, "joined in between": joined} {
		if err := door.take(t, r.one, third); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := late.take(t, r.one, third); !errors.Is(err, bundle.ErrUnknownKey) {
		t.Errorf("a door that was away for longer than its certificate lasts: %v", err)
	}
	if err := joins(t, r.one).take(t, r.one, r.publish(r.publisher)); err != nil {
		t.Errorf("a door that joins afterwards: %v", err)
	}
	if got := r.files(); !slices.Equal(got, []string{"issuing-key.pem", "ledger-key.pem", "signing-key.pem"}) {
		t.Errorf("files: %q", got)
	}
	if !tells(t, r.dir, "key.rotate") || !tells(t, r.dir, "key.took-over") {
		t.Error("the ledger says nothing of it")
	}
	if _, err := r.one.RotateBundle(t.Context(), "op-abcd"); err != nil {
		t.Errorf("again: %v", err)
	}
}

// TestRotateElsewhere: a controller with a folder of its own, to which nobody has
// brought the new key, signs nothing with the old one and says what to do.
func TestRotateElsewhere(t *testing.T) {
	r := newRotated(t, "")
	r.publish(r.publisher)
	kept, err := os.ReadFile(folder(r.dir).issuingKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.other.RotateIssuing(t.Context(), "op-abcd"); err != nil {
		t.Fatal(err)
	}
	young, err := os.ReadFile(folder(r.dir).issuingKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder(r.dir).issuingKey(), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = issueFrom(r.one, pass.Plain, &hand{})
	if !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "copy it from there") {
		t.Errorf("with the old key: %v", err)
	}
	// It goes on telling doors what others have signed.
	now, err := r.one.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder(r.dir).issuers(), now.Issuing.String()+".pem")); err != nil {
		t.Fatal(err)
	}
	before := r.publisher.last.Number
	made, warnings, err := r.publisher.Publish(t.Context())
	if err != nil || made.Number <= before || len(warnings) == 0 || !strings.Contains(strings.Join(warnings, " "), "copy it from there") {
		t.Errorf("bundle %d after %d, %v, %q", made.Number, before, err, warnings)
	}
	if err := os.WriteFile(folder(r.dir).issuingKey(), young, 0o600); err != nil {
		t.Fatal(err)
	}
	r.pass(r.one)
}

// TestRotateInterrupted: what a crash leaves between the record and the folder is
// brought to its end by whoever comes next, and what never came about is removed.
func TestRotateInterrupted(t *testing.T) {
	r := newRotated(t, "")
	path := folder(r.dir).issuingKey()
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := r.one.RotateIssuing(t.Context(), "op-abcd")
	if err != nil {
		t.Fatal(err)
	}
	// As if the machine had stopped before the new key was put in its place.
	if err := os.Rename(path, comingKey(path, keys.Issuing.String())); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path, kept, 0o600), os.Remove(filepath.Join(folder(r.dir).issuers(), keys.Issuing.String()+".pem"))); err != nil {
		t.Fatal(err)
	}
	o, _ := r.open()
	var h hand
	if _, err := issueFrom(o, pass.Plain, &h); err != nil || signedBy(t, h.text) != keys.Issuing {
		t.Errorf("signed with %s: %v", signedBy(t, h.text), err)
	}
	never := comingKey(path, strings.Repeat("a", 16))
	if err := os.WriteFile(never, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(never, long, long); err != nil {
		t.Fatal(err)
	}
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(never); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that nobody uses is left: %v", err)
	}
}

// TestPromise6NoRecordNoRotation: where the ledger cannot be written, the key stays.
func TestPromise6NoRecordNoRotation(t *testing.T) {
	r := newRotated(t, "")
	before, err := r.one.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.one.ledgerTime = 50 * time.Millisecond
	for _, o := range []*Office{r.one, r.other} {
		o.stopKeeping()
	}
	if _, err := r.one.RotateIssuing(t.Context(), "op-abcd"); !errors.Is(err, issue.ErrLedger) {
		t.Errorf("%v", err)
	}
	canceled, stop := context.WithCancel(t.Context())
	stop()
	if _, err := r.one.RotateBundle(canceled, "op-abcd"); err == nil {
		t.Error("a key was replaced for nobody")
	}
	after, err := r.one.Keys(t.Context())
	if err != nil || after.Issuing != before.Issuing || after.Next != before.Next || len(after.Older) != 0 {
		t.Errorf("%+v, %v", after, err)
	}
	if got := r.files(); !slices.Equal(got, []string{"issuing-key.pem", "ledger-key.pem", "signing-key.pem"}) {
		t.Errorf("files: %q", got)
	}
}

// TestTooManyKeys: a bundle has room for eight issuing keys, and no more are made.
func TestTooManyKeys(t *testing.T) {
	r := newRotated(t, "")
	for range bundle.MaxKeys - 1 {
		if _, err := r.one.RotateIssuing(t.Context(), "op-abcd"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.one.RotateIssuing(t.Context(), "op-abcd"); !errors.Is(err, ErrRotation) {
		t.Errorf("a ninth: %v", err)
	}
	door := joins(t, r.one)
	if err := door.take(t, r.one, r.publish(r.publisher)); err != nil || len(door.held.Issuers) != bundle.MaxKeys {
		t.Errorf("%v", err)
	}
}
