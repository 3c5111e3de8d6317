package acts_test

import (
	"errors"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// TestPromise2NoFacePassWithoutARecordedConsent: a station gets no further than
// asking where the consent was not recorded, was withdrawn, or is somebody
// else's.
func TestPromise2NoFacePassWithoutARecordedConsent(t *testing.T) { onSQLite(t, stations) }

func stations(t *testing.T, r *rig) {
	ctx := t.Context()
	h, other, n := r.add("flat 1"), r.add("flat 2"), r.notice(consent.Everybody, "one")
	c, err := r.GiveConsent(ctx, station(), h.ID, yes(n))
	must(t, err)
	row := get(r, func(tx *store.Tx) (store.ConsentRow, error) { return tx.Consent(c.Hash[:]) })
	recorded, err := consent.Decode(row.Record)
	must(t, err)
	never, err := consent.Attest(zero{}, recorded.Terms())
	must(t, err)
	ask := func(actor acts.Actor, holder string, record *consent.Record) (pass.Binding, error) {
		q := issue.Request{Zones: []string{"gate"}, NotBefore: r.clock(), Expires: r.clock().AddDate(0, 1, 0), Consent: record}
		if record != nil {
			q.Models = []pass.ModelID{{1}}
		}
		return r.Prepare(ctx, actor, holder, q)
	}
	for name, test := range map[string]struct {
		actor  acts.Actor
		holder string
		record *consent.Record
		want   error
	}{
		"never recorded":      {station(), h.ID, never, acts.ErrNotFound},
		"somebody else's":     {station(), other.ID, recorded, acts.ErrNotFound},
		"nobody's":            {station(), "", recorded, acts.ErrNotFound},
		"an operator":         {owner(), h.ID, recorded, acts.ErrForbidden},
		"the holder":          {holder(h.ID), h.ID, recorded, acts.ErrForbidden},
		"plain, for whom":     {station(), "nobody", nil, acts.ErrNotFound},
		"plain, an operator":  {owner(), h.ID, nil, acts.ErrForbidden},
		"good":                {station(), h.ID, recorded, nil},
		"plain, good":         {station(), h.ID, nil, nil},
		"plain, for somebody": {station(), "", nil, nil},
	} {
		if _, err := ask(test.actor, test.holder, test.record); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	b, err := ask(station(), h.ID, recorded)
	must(t, err)
	_, err = r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	if _, err := r.office.does.For(ctx, station().Pseudonym).Sign(b.ID, [32]byte{1}); !errors.Is(err, issue.ErrState) {
		t.Errorf("signed after the withdrawal: %v", err)
	}
	_, err = ask(station(), h.ID, recorded)
	want(t, err, acts.ErrWithdrawn)
	r.entries()
	r.log.down.Store(true)
	_, err = r.impatient().Prepare(ctx, station(), h.ID, issue.Request{Zones: []string{"gate"}, NotBefore: r.clock(), Expires: r.clock().AddDate(0, 1, 0)})
	want(t, err, acts.ErrLedger)
	r.log.down.Store(false)
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }
