package acts_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
)

// TestDatabaseGone: while the database is gone every act says so, and afterwards
// everything acknowledged is there and the acts go on.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	r := newRig(t, server.Database())
	ctx := t.Context()
	h, n := r.add("flat 1"), r.notice(consent.Everybody, "one")
	c, err := r.GiveConsent(ctx, holder(h.ID), h.ID, yes(n))
	must(t, err)
	made := r.plain(h)
	r.entries()
	server.Kill()
	_, _, err = r.Holders(ctx, desk(), acts.Query{})
	want(t, err, acts.ErrUnavailable)
	_, err = r.AddHolder(ctx, desk(), acts.HolderInput{Label: "flat 2"})
	want(t, err, acts.ErrUnavailable)
	_, err = r.IssuePlain(ctx, desk(), h.ID, acts.PassInput{Zones: []string{"gate"}})
	want(t, err, acts.ErrUnavailable)
	_, err = r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	want(t, err, acts.ErrUnavailable)
	want(t, r.RevokePass(ctx, desk(), made.ID), acts.ErrUnavailable)
	want(t, r.DeleteHolder(ctx, owner(), h.ID), acts.ErrUnavailable)
	if err := r.Sweep(ctx); err == nil {
		t.Error("a sweep without a database said nothing")
	}
	server.Restart()
	if !r.office.good(made.ID) {
		t.Error("a pass is gone")
	}
	w, err := r.WithdrawConsent(ctx, holder(h.ID), c.Hash)
	must(t, err)
	if w.Consent.Good(r.clock()) {
		t.Error("the consent holds")
	}
	must(t, r.RevokePass(ctx, desk(), made.ID))
	r.add("flat 2")
}

// TestLostAnswers: where the store does not say whether an act was kept, its mark
// tells.
func TestLostAnswers(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		must(t, r.GiveLost(t.Context(), true))
		want(t, r.GiveLost(t.Context(), false), acts.ErrLost)
		if names := r.names(); !slices.Equal(names, []string{"test.act", "test.act", "act.undone"}) {
			t.Errorf("in clear: %q", names)
		}
	})
}

// TestCrashedActs: an act that was recorded by a program that then stopped is
// recorded as not done, once, by whoever sweeps, and not before its owner has had
// time.
func TestCrashedActs(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		must(t, r.store.Change(ctx, func(tx *store.Tx) error {
			return errors.Join(
				tx.AddIntent(store.IntentRow{Entry: 100, Expires: r.now.Load() + 60, Undo: `{"by":"op-aaaa","act":"site.change","id":"00"}`}),
				tx.AddIntent(store.IntentRow{Entry: 101, Expires: r.now.Load() + 60}),
			)
		}))
		must(t, r.Sweep(ctx))
		if names := r.names(); len(names) != 0 {
			t.Errorf("too early: %q", names)
		}
		r.pass(time.Minute)
		for range 2 {
			must(t, r.Sweep(ctx))
		}
		entries := r.entries()
		if len(entries) != 1 || entries[0].Act == nil || entries[0].Act.Name != "act.undone" || entries[0].Act.Details["act"] != "site.change" {
			t.Errorf("%+v", entries)
		}
	})
}

// TestSortKeys: labels are in the order in which people look for them.
func TestSortKeys(t *testing.T) {
	labels := []string{"1", "2", "02b", "10", "a", "A2", "a10", "a10b", "b", "flat 2-1", "flat 2-10", "flat 10-1", "中"}
	for i := range labels[1:] {
		if bytes.Compare(acts.SortKey(labels[i]), acts.SortKey(labels[i+1])) > 0 {
			t.Errorf("%q comes after %q", labels[i], labels[i+1])
		}
	}
}
