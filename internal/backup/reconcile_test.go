package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// story is what happened at a house before it was lost, after its backup.
type story struct {
	*house
	file                    string
	stays, goes, later      made
	pinStays, pinGoes       string
	doorStays, doorGoes     pass.DoorID
	early, late             string // doors' folders of before and after
	earlyNumber, lateNumber uint64
	ledger                  ledger.Source
}

func tell(t testing.TB, database string) story {
	t.Helper()
	s := story{house: newHouse(t, database)}
	s.stays, s.goes = s.pass(), s.pass()
	s.pinStays, s.pinGoes = s.pin(), s.pin()
	s.doorStays, s.doorGoes = s.door("Front door"), s.door("Side door")
	s.early, s.earlyNumber = s.published()
	s.file = s.backup()
	s.revoke(s.goes.ID)
	s.later = s.pass()
	_, err := s.office.RevokePIN(t.Context(), s.pinGoes)
	must(t, err)
	must(t, s.office.Remove(t.Context(), "op-abcd", s.doorGoes, true))
	s.late, s.lateNumber = s.published()
	s.ledger = s.copied()
	s.close()
	return s
}

func reconcile(s *house, with Reconciling) (Report, error) {
	with.Place, with.Now = s.place(), s.now
	return Reconcile(s.t.Context(), with)
}

// TestReconcile restores a site that was lost after a pass and a PIN were revoked,
// another pass issued and a door stolen: nothing of that comes back.
func TestReconcile(t *testing.T) {
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			if testing.Short() && kind == "postgres" {
				t.Skip("it was done without the race detector")
			}
			from, to := "", ""
			if kind == "postgres" {
				from, to = pgtest.Shared(t).Database(), pgtest.Shared(t).Database()
			}
			s := tell(t, from)
			again := s.restored(s.file)
			report, err := reconcile(again, Reconciling{Ledger: s.ledger, Doors: []string{s.early, s.late}, Database: to})
			must(t, err)
			if report.Why != AsDoorsHave || report.Kept != 1 || report.Revoked != 1 || !slices.Contains(report.Removed, "Side door") {
				t.Errorf("%+v", report)
			}
			again.open()
			defer again.close()
			s.check(t, again, true)
			if url, err := site.Database(again.folder); err != nil || (to == "") != strings.HasSuffix(url, "site.db") {
				t.Errorf("the database is %s, %v", url, err)
			}
		})
	}
}

// check checks a reconciled site against what happened.
func (s story) check(t *testing.T, again *house, stays bool) {
	t.Helper()
	before, err := s.ledger.Read(t.Context(), ledger.CheckpointFile, ledger.MaxCheckpoint)
	must(t, err)
	folder, number := again.published()
	if number <= s.lateNumber {
		t.Errorf("the bundle has number %d after %d", number, s.lateNumber)
	}
	if again.good(folder, s.goes) || again.good(folder, s.later) || again.good(folder, s.stays) != stays {
		t.Error("a door takes other passes than it should")
	}
	fresh := again.pass()
	if fresh.Status.List <= s.goes.Status.List {
		t.Errorf("a place of list %d is given away again", fresh.Status.List)
	}
	if folder, _ = again.published(); !again.good(folder, fresh) {
		t.Error("a new pass is refused")
	}
	members, err := again.office.Members(t.Context())
	must(t, err)
	for _, m := range members {
		if m.ID == s.doorGoes {
			t.Error("the stolen door is back")
		}
	}
	// A door that holds the last bundle before the loss takes the next.
	signers, err := again.office.Signers()
	must(t, err)
	held, err := Hold([]string{s.late}, again.office.Config.ID, signers)
	must(t, err)
	next, err := Hold([]string{folder}, again.office.Config.ID, signers)
	must(t, err)
	if err := ledger.Follow(t.Context(), files(filepath.Join(again.office.Ledger(), "public")), held.Bundle.Checkpoint, next.Bundle.Checkpoint); err != nil {
		t.Errorf("the ledger was forked for a door: %v", err)
	}
	if err := next.Bundle.Follows(held.Bundle); err != nil {
		t.Errorf("a door does not take the next bundle: %v", err)
	}
	s.audit(t, again, before)
}

// audit verifies the ledger as an auditor does who has seen it before the loss.
func (s story) audit(t *testing.T, again *house, before []byte) {
	t.Helper()
	source := files(filepath.Join(again.office.Ledger(), "public"))
	vkey, err := source.Read(t.Context(), ledger.KeyFile, ledger.MaxKey)
	must(t, err)
	key, err := ledger.ParseKey(string(vkey))
	must(t, err)
	then, err := ledger.ParseCheckpoint(before, key)
	must(t, err)
	report, _, err := ledger.Audit{Key: key}.Run(t.Context(), source)
	must(t, err)
	if !report.Consistent {
		t.Error(report.Plain())
	}
	data, err := source.Read(t.Context(), ledger.CheckpointFile, ledger.MaxCheckpoint)
	must(t, err)
	now, err := ledger.ParseCheckpoint(data, key)
	must(t, err)
	must(t, ledger.Extends(t.Context(), source, then.Checkpoint, now.Checkpoint))
	var names []string
	must(t, ledger.Newest(t.Context(), source, now.Checkpoint, func(a ledger.ActAt) bool {
		names = append(names, a.Name)
		return true
	}))
	if !slices.Contains(names, "site-restored") {
		t.Errorf("the ledger does not say that the site was restored: %q", names)
	}
}

// TestReconcileOnOtherGrounds: with the number only, or with nothing, whatever
// could have been revoked is.
func TestReconcileOnOtherGrounds(t *testing.T) {
	s := tell(t, "")
	for name, c := range map[string]struct {
		with  Reconciling
		why   Grounds
		stays bool
	}{
		"nothing is known":          {Reconciling{}, Unknown, false},
		"only the number":           {Reconciling{Bundle: s.lateNumber}, Unknown, false},
		"an older door, the number": {Reconciling{Bundle: s.lateNumber, Doors: []string{s.early}}, Unknown, false},
		"the newest door":           {Reconciling{Bundle: s.lateNumber, Doors: []string{s.late}}, AsDoorsHave, true},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && c.stays {
				t.Skip("it was done without the race detector")
			}
			again := s.restored(s.file)
			c.with.Ledger = s.ledger
			report, err := reconcile(again, c.with)
			must(t, err)
			if report.Why != c.why || (report.Kept > 0) != c.stays {
				t.Errorf("%+v", report)
			}
			again.open()
			defer again.close()
			if c.with.Bundle == 0 {
				s.lateNumber = 0 // nobody said how far they are
			}
			s.check(t, again, c.stays)
		})
	}
}

// TestReconcileNothingNewer: a site that was restored from a backup after which
// nothing happened goes on as it was.
func TestReconcileNothingNewer(t *testing.T) {
	h := newHouse(t, "")
	p, pin := h.pass(), h.pin()
	_, number := h.published()
	file := h.backup()
	copied := h.copied()
	h.close()
	again := h.restored(file)
	report, err := reconcile(again, Reconciling{Ledger: copied, Bundle: number})
	must(t, err)
	if report.Why != NothingNewer || report.Kept != 1 || report.Revoked != 0 || report.PINs != 0 {
		t.Errorf("%+v", report)
	}
	again.open()
	defer again.close()
	folder, next := again.published()
	if !again.good(folder, p) || next <= number {
		t.Errorf("bundle %d after %d", next, number)
	}
	must(t, again.office.Store().Read(t.Context(), func(tx *store.Tx) error {
		row, err := tx.PIN(pin)
		if row.State != string(issue.Issued) {
			t.Errorf("the PIN is %s", row.State)
		}
		return err
	}))
}

// TestNothingServesBefore: until it was reconciled, nothing is where the site would
// be, and no other command finds one.
func TestNothingServesBefore(t *testing.T) {
	s := tell(t, "")
	again := s.restored(s.file)
	if _, err := site.OpenOffice(again.folder, again.now); !errors.Is(err, site.ErrNotASite) {
		t.Errorf("%v", err)
	}
	if _, err := site.Read(again.folder); !errors.Is(err, site.ErrNotASite) || !Waits(again.folder) {
		t.Errorf("%v", err)
	}
}

// TestReconcileRefuses: another site's ledger, a fork of it, one that is older than
// what a door has seen, and what is no door's folder. Nothing is put in place.
func TestReconcileRefuses(t *testing.T) {
	s := tell(t, "")
	other := tell(t, "")
	empty, garbled := t.TempDir(), t.TempDir()
	must(t, os.CopyFS(garbled, os.DirFS(s.late)))
	data, err := os.ReadFile(filepath.Join(garbled, "bundle"))
	must(t, err)
	data[len(data)/2] ^= 1
	must(t, os.WriteFile(filepath.Join(garbled, "bundle"), data, 0o600))
	changed := t.TempDir()
	must(t, os.CopyFS(changed, os.DirFS(s.late)))
	objects, err := os.ReadDir(filepath.Join(changed, "objects"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(changed, "objects", objects[0].Name()), []byte("x"), 0o600))
	again := s.restored(s.file)
	for name, c := range map[string]struct {
		with Reconciling
		want error
	}{
		"another site's ledger":         {Reconciling{Ledger: other.ledger}, ErrLedger},
		"no ledger":                     {Reconciling{Ledger: files(empty)}, ledger.ErrMissing},
		"a ledger with a changed entry": {Reconciling{Ledger: tampered{s.ledger, "tile/entries/"}}, ledger.ErrChanged},
		"a ledger with a changed tile":  {Reconciling{Ledger: tampered{s.ledger, "tile/0/"}}, ledger.ErrChanged},
		"another site's door":           {Reconciling{Ledger: s.ledger, Doors: []string{other.late}}, ErrHeld},
		"an empty folder":               {Reconciling{Ledger: s.ledger, Doors: []string{empty}}, ErrHeld},
		"a garbled bundle":              {Reconciling{Ledger: s.ledger, Doors: []string{garbled}}, ErrHeld},
		"a changed list":                {Reconciling{Ledger: s.ledger, Doors: []string{changed}}, ErrHeld},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := reconcile(again, c.with); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := os.Stat(again.folder); !errors.Is(err, os.ErrNotExist) {
				t.Error("something was put in place")
			}
		})
	}
	if _, err := reconcile(again, Reconciling{Ledger: s.ledger, Doors: []string{s.late}}); err != nil {
		t.Errorf("it cannot be done rightly any more: %v", err)
	}
	nobody := &house{t: t, folder: filepath.Join(t.TempDir(), "none"), clock: since(noon)}
	if _, err := reconcile(nobody, Reconciling{Ledger: s.ledger}); err == nil {
		t.Error("nothing was restored")
	}
}

// tampered is a ledger in which a byte of some files is another.
type tampered struct {
	ledger.Source
	prefix string
}

func (x tampered) Read(ctx context.Context, path string, limit int) ([]byte, error) {
	data, err := x.Source.Read(ctx, path, limit)
	if err == nil && strings.HasPrefix(path, x.prefix) && len(data) > 40 {
		data = slices.Clone(data)
		data[40] ^= 1
	}
	return data, err
}

// TestOlderLedger: a copy of the ledger from before what a door has seen is refused.
func TestOlderLedger(t *testing.T) {
	h := newHouse(t, "")
	h.pass()
	h.published()
	file, old := h.backup(), h.copied()
	h.pass()
	late, _ := h.published()
	h.close()
	again := h.restored(file)
	if _, err := reconcile(again, Reconciling{Ledger: old, Doors: []string{late}}); !errors.Is(err, ErrOlder) {
		t.Errorf("%v", err)
	}
}

// TestForkedLedger: two copies of one site that both went on are told apart.
func TestForkedLedger(t *testing.T) {
	h := newHouse(t, "")
	h.published()
	file := h.backup()
	h.pass()
	h.published()
	forkFile := h.backup() // it has the pass
	h.close()
	fork := h.restored(file)
	must(t, os.Rename(fork.place().Staged(), fork.folder)) // by an impatient operator
	must(t, os.Remove(filepath.Join(fork.folder, "restored.json")))
	fork.open()
	fork.pass()
	fork.pass()
	fork.published()
	forked := fork.copied()
	fork.close()
	again := h.restored(forkFile)
	if _, err := reconcile(again, Reconciling{Ledger: forked}); !errors.Is(err, ErrLedger) || !errors.Is(err, keeper.ErrForked) {
		t.Errorf("%v", err)
	}
}

// TestReconcileEndsConsents: with a face pass that nobody can vouch for goes the
// consent that it was made under; one whose pass stays, stays.
func TestReconcileEndsConsents(t *testing.T) {
	h := newHouse(t, "")
	hash := h.facePass()
	_, number := h.published()
	file, copied := h.backup(), h.copied()
	h.close()
	for bundle, ended := range map[uint64]bool{number: false, 0: true} {
		again := h.restored(file)
		_, err := reconcile(again, Reconciling{Ledger: copied, Bundle: bundle})
		must(t, err)
		again.open()
		must(t, again.office.Store().Read(t.Context(), func(tx *store.Tx) error {
			row, err := tx.Consent(hash[:])
			if (row.Withdrawn != 0) != ended {
				t.Errorf("with bundle %d the consent was withdrawn at %d", bundle, row.Withdrawn)
			}
			return err
		}))
		again.close()
	}
}
