package backup

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// house is a real site: an office, a publisher, and doors that take its bundles.
type house struct {
	t         testing.TB
	folder    string
	office    *site.Office
	publisher *site.Publisher
	me        *age.X25519Identity
	clock     *atomic.Int64 // Unix seconds
}

var noon = time.Date(2027, 3, 8, 12, 0, 0, 0, time.UTC)

func (h *house) now() time.Time { return time.Unix(h.clock.Load(), 0).UTC() }

// since is a clock that stands at a time.
func since(at time.Time) *atomic.Int64 {
	c := new(atomic.Int64)
	c.Store(at.Unix())
	return c
}

func newHouse(t testing.TB, database string) *house {
	t.Helper()
	h := &house{t: t, folder: filepath.Join(t.TempDir(), "site"), me: identity(t), clock: since(noon)}
	_, err := site.CreateIn(h.folder, database, site.Config{
		Name: "Garden Court", Zones: []string{"front", "garage"}, Timezone: "UTC", Policy: site.Policy{PlainDays: 731, FaceDays: 731, Threshold: "fmr-1e-4"},
	}, noon, false)
	must(t, err)
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	var err error
	h.office, err = site.OpenOffice(h.folder, h.now)
	must(h.t, err)
	must(h.t, h.office.Keep(site.KeepOptions{Interval: time.Second}))
	h.publisher, err = h.office.Publisher(h.t.Context(), site.Extras{})
	must(h.t, err)
}

func (h *house) close() { must(h.t, h.office.Close()) }

// made is a pass that was made.
type made struct {
	ID     pass.ID
	Status pass.StatusRef
}

// pass makes a plain pass.
func (h *house) pass() made {
	h.t.Helper()
	c, err := h.office.Controller(h.t.Context())
	must(h.t, err)
	bound, err := c.Prepare(h.t.Context(), "desk", issue.Request{Zones: []string{"front"}, NotBefore: h.now(), Expires: h.now().AddDate(0, 6, 0)})
	must(h.t, err)
	id := bound[0].ID
	_, err = c.Sign(h.t.Context(), "desk", issue.ToSign{ID: id})
	must(h.t, err)
	must(h.t, c.Complete(h.t.Context(), "desk", id))
	p := made{ID: id}
	must(h.t, h.office.Store().Read(h.t.Context(), func(tx *store.Tx) error {
		d, err := tx.Docket(id)
		p.Status = pass.StatusRef{List: d.List, Index: d.Place}
		return err
	}))
	return p
}

func (h *house) revoke(id pass.ID) {
	h.t.Helper()
	c, err := h.office.Controller(h.t.Context())
	must(h.t, err)
	_, err = c.Revoke(h.t.Context(), id)
	must(h.t, err)
}

func (h *house) pin() string {
	h.t.Helper()
	number, _, err := bundle.NewPIN(rand.Reader)
	must(h.t, err)
	must(h.t, h.office.AddPIN(h.t.Context(), site.PIN{
		Number: number, NotBefore: h.now(), Expires: h.now().AddDate(0, 1, 0), Zones: []site.PINZone{{Zone: "front", Salt: [16]byte{1}, Tag: [32]byte{2}}},
	}))
	return number
}

// door lets a door join and returns its id.
func (h *house) door(name string) pass.DoorID {
	h.t.Helper()
	secret, err := h.office.MakeCode(h.t.Context(), site.Operator, site.KindDoor, name, "front")
	must(h.t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(h.t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	must(h.t, err)
	relay, err := bundle.NewDoorKey(rand.Reader)
	must(h.t, err)
	m, err := h.office.Join(h.t.Context(), secret[:], site.Member{Kind: site.KindDoor, TLSKey: der, RelayKey: relay.Public()})
	must(h.t, err)
	return m.ID
}

// published waits until the ledger's checkpoint has everything, publishes a bundle
// and returns a door's folder that has it.
func (h *house) published() (folder string, number uint64) {
	h.t.Helper()
	h.checkpoint()
	p, _, err := h.publisher.Publish(h.t.Context())
	must(h.t, err)
	folder = h.t.TempDir()
	must(h.t, os.Mkdir(filepath.Join(folder, "objects"), 0o700))
	must(h.t, os.WriteFile(filepath.Join(folder, "bundle"), p.Bundle, 0o600))
	for hash, o := range p.Objects {
		must(h.t, os.WriteFile(filepath.Join(folder, "objects", fmt.Sprintf("%x", hash)), o.Data, 0o600))
	}
	return folder, p.Number
}

// checkpoint waits for a checkpoint of all that was done by now.
func (h *house) checkpoint() {
	h.t.Helper()
	for waiting := int64(1); waiting > 0; time.Sleep(5 * time.Millisecond) {
		h.office.Kick()
		must(h.t, h.office.Store().Read(h.t.Context(), func(tx *store.Tx) (err error) {
			waiting, err = tx.QueueLength()
			return err
		}))
	}
	size, _, err := keeper.State(h.t.Context(), h.office.Ledger())
	must(h.t, err)
	for range 6000 {
		h.clock.Add(2)
		if s, kept := h.office.LedgerStatus(); kept && s.Published >= size {
			return
		}
		h.office.Kick()
		time.Sleep(5 * time.Millisecond)
	}
	h.t.Fatal("no checkpoint is published")
}

// backup makes one.
func (h *house) backup() string {
	h.t.Helper()
	file := filepath.Join(h.t.TempDir(), "a.age")
	_, err := Create(h.t.Context(), h.source(), file, []age.Recipient{h.me.Recipient()})
	must(h.t, err)
	return file
}

func (h *house) source() Source {
	return Source{
		Store: h.office.Store(), Folder: h.folder, Except: []string{"controller/site.db", "ledger"}, Ledger: h.office.Ledger(),
		Site: h.office.Config.ID.String(), Program: "test", Now: h.now,
	}
}

// restored is another house with what a backup of this one has, waiting to be
// reconciled.
func (h *house) restored(file string) *house {
	h.t.Helper()
	again := &house{t: h.t, folder: filepath.Join(h.t.TempDir(), "again"), clock: since(h.now().Add(time.Hour))}
	f, err := os.Open(file)
	must(h.t, err)
	defer f.Close()
	_, err = Restore(h.t.Context(), f, []age.Identity{h.me}, again.place())
	must(h.t, err)
	return again
}

func (h *house) place() Place {
	return Place{Folder: h.folder, Database: "controller/site.db", Ledger: "ledger"}
}

// copied is a copy of the published ledger.
func (h *house) copied() ledger.Source {
	h.t.Helper()
	folder := h.t.TempDir()
	must(h.t, os.CopyFS(folder, os.DirFS(filepath.Join(h.office.Ledger(), "public"))))
	return files(folder)
}

// files is a folder as a [ledger.Source].
type files string

func (f files) Read(_ context.Context, path string, limit int) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
	if os.IsNotExist(err) {
		return nil, ledger.ErrMissing
	}
	if err == nil && len(data) > limit {
		return nil, ledger.ErrTooLong
	}
	return data, err
}

// good returns whether a door with the newest bundle of the house takes a pass.
func (h *house) good(folder string, p made) bool {
	h.t.Helper()
	signers, err := h.office.Signers()
	must(h.t, err)
	held, err := Hold([]string{folder}, h.office.Config.ID, signers)
	must(h.t, err)
	token := held.lists[p.Status.List]
	if token == nil {
		return false
	}
	s, err := token.Status(p.Status.Index, h.now())
	must(h.t, err)
	return s == statuslist.Valid
}

// facePass makes a face pass under a consent, which it returns, as a station would.
func (h *house) facePass() pass.Hash16 {
	h.t.Helper()
	ctx := h.t.Context()
	n, err := consent.Draft(consent.Everybody, consent.DraftFor{})
	must(h.t, err)
	document, err := n.Encode()
	must(h.t, err)
	notice := sha256.Sum256(document)
	record, err := consent.Attest(rand.Reader, consent.Terms{
		Site: h.office.Config.ID, Purpose: pass.PurposeAccess, Notice: notice, Given: h.now(), Until: h.now().AddDate(1, 0, 0),
	})
	must(h.t, err)
	encoded, err := record.Encode()
	must(h.t, err)
	hash := record.Hash()
	must(h.t, h.office.Store().Change(ctx, func(tx *store.Tx) error {
		return errors.Join(
			tx.AddNotice(store.NoticeRow{Hash: notice[:], Rules: "everybody", Number: 1, Published: h.now().Unix(), Document: string(document)}),
			tx.AddConsent(store.ConsentRow{
				Hash: hash[:], Notice: notice[:], Record: encoded, Receipt: "{}", Purpose: 1,
				Given: h.now().Unix(), Until: h.now().AddDate(1, 0, 0).Unix(), Keep: h.now().AddDate(4, 0, 0).Unix(),
			}))
	}))
	c, err := h.office.Controller(ctx)
	must(h.t, err)
	bound, err := c.Prepare(ctx, "desk", issue.Request{
		Zones: []string{"front"}, NotBefore: h.now(), Expires: h.now().AddDate(0, 6, 0), Consent: record, Models: []pass.ModelID{{1}},
	})
	must(h.t, err)
	_, err = c.Sign(ctx, "desk", issue.ToSign{ID: bound[0].ID, Sealed: [32]byte{1}})
	must(h.t, err)
	must(h.t, c.Complete(ctx, "desk", bound[0].ID))
	return hash
}
