package pagestest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Site is a site for tests: in memory, or a real one.
type Site interface {
	pages.Acts
	pages.OperatorBook
	Hands
}

// Hands do what others do at a site.
type Hands interface {
	// Break makes changes fail with an error, or with nil succeed again.
	Break(err error)
	// Join lets a door, a station or a desk in, as if its code had been typed there.
	Join(kind site.Kind, name, zone string, state site.MemberState) pass.DoorID
	// Consented has a holder consent, as at a station.
	Consented(holder string, notice [32]byte)
	// Ask has a holder ask for a correction on their own page.
	Ask(holder, wish string)
}

// Real is a real site: its folder, its database, its ledger.
type Real struct {
	*acts.Acts
	office *site.Office
	from   Published

	mu   sync.Mutex // guards fail
	fail error
}

// Published reads what a ledger's keeper has published.
type Published struct{ from *keeper.Public }

// Read is a method of [ledger.Source].
func (p Published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.from.Read(path)
	return data, err
}

var (
	_ Site = (*Acts)(nil)
	_ Site = (*Real)(nil)
)

// NewReal makes a site that ends with the test.
func NewReal(t testing.TB, now func() time.Time) *Real {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	policy := site.DefaultPolicy()
	if _, err := site.CreateController(dir, site.Config{Name: "New site", Zones: []string{"main"}, Timezone: "UTC", Policy: policy}, now()); err != nil {
		t.Fatal(err)
	}
	office, err := site.OpenOffice(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := office.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := office.Keep(site.KeepOptions{Interval: time.Second}); err != nil {
		t.Fatal(err)
	}
	if _, err := office.Publisher(t.Context(), site.Extras{}); err != nil { // for the key that signs bundles
		t.Fatal(err)
	}
	r := &Real{office: office, from: Published{keeper.OpenPublic(office.Ledger())}}
	r.Acts, err = acts.New(acts.Config{
		Store: office.Store(), Issuing: office, Doors: office, Desks: office, EncodeSite: site.Encode, Ledger: r.from, Kick: office.Kick, Keys: office, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Office is the site's office.
func (r *Real) Office() *site.Office { return r.office }

// Ledger is what the site has published.
func (r *Real) Ledger() ledger.Source { return r.from }

// Break makes adding holders and issuing to many fail.
func (r *Real) Break(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

func (r *Real) broken() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fail
}

// AddHolder adds a holder, unless it is to fail.
func (r *Real) AddHolder(ctx context.Context, actor acts.Actor, in acts.HolderInput) (acts.Holder, error) {
	if err := r.broken(); err != nil {
		return acts.Holder{}, err
	}
	return r.Acts.AddHolder(ctx, actor, in)
}

// IssueBulk makes many passes, unless it is to fail for each.
func (r *Real) IssueBulk(ctx context.Context, actor acts.Actor, in []acts.BulkInput, progress func(done, total int)) (lines []acts.BulkLine, err error) {
	if err := r.broken(); err != nil {
		for _, one := range in {
			lines = append(lines, acts.BulkLine{Holder: one.Holder, Err: err})
		}
		return lines, nil
	}
	return r.Acts.IssueBulk(ctx, actor, in, progress)
}

// Join lets a door, a station or a desk in by a code; nobody approves it.
func (r *Real) Join(kind site.Kind, name, zone string, _ site.MemberState) pass.DoorID {
	ctx := context.Background()
	code, err := r.joinCode(ctx, kind, name, zone)
	if err != nil {
		panic(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	m := site.Member{Kind: kind}
	if m.TLSKey, err = x509.MarshalPKIXPublicKey(&key.PublicKey); err != nil {
		panic(err)
	}
	if kind == site.KindDoor {
		relay, err := bundle.NewDoorKey(rand.Reader)
		if err != nil {
			panic(err)
		}
		m.RelayKey = relay.Public()
	}
	m, err = r.office.Join(ctx, code.Secret[:], m)
	if err != nil {
		panic(err)
	}
	return m.ID
}

func (r *Real) joinCode(ctx context.Context, kind site.Kind, name, zone string) (acts.JoinCode, error) {
	if kind == site.KindDesk {
		return r.MakeDeskCode(ctx, somebody(), name, DeskOrigin)
	}
	return r.MakeJoinCode(ctx, somebody(), kind, name, zone)
}

// somebody is an owner who is nobody.
func somebody() acts.Actor {
	return acts.Actor{Role: acts.Owner, Operator: "somebody", Pseudonym: "op-zzzz"}
}

// Ask has a holder ask for a correction on their own page.
func (r *Real) Ask(holder, wish string) {
	if _, err := r.AskCorrection(context.Background(), acts.Actor{Role: acts.HolderRole, Holder: holder}, wish); err != nil {
		panic(err)
	}
}

// Consented has a holder consent on their own page.
func (r *Real) Consented(holder string, notice [32]byte) {
	own := acts.Actor{Role: acts.HolderRole, Holder: holder}
	_, err := r.GiveConsent(context.Background(), own, holder, acts.ConsentInput{
		Agreed: true, Notice: notice, Purpose: pass.PurposeAccess, Language: consent.English,
	})
	if err != nil {
		panic(err)
	}
}
