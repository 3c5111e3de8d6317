package controllertest

import (
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestTwoControllers: of two controllers behind one address the one that keeps the
// ledger is killed while stations issue and revoke and doors wait. The other goes
// on with all of it, and nothing that either acknowledged is missing.
func TestTwoControllers(t *testing.T) {
	for range testenv.Count(1, 10) {
		s, err := NewSite(t.Context(), t.TempDir(), pgtest.Shared(t).Database())
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.TwoControllers(t.Context(), PairOptions{PairSize: PairSize{Stations: 6, Doors: 6, Before: 2 * time.Second, After: 3 * time.Second}})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d passes were issued, %d of them after the kill, and %d revoked; %d requests were lost %q; the ledger moved after %v, "+
			"the first pass came after %v, and all doors had a bundle after %v", p.Issued, p.IssuedAfter, p.Revoked, p.Lost, p.Why, p.Moved, p.Answered, p.Heard)
		t.Logf("%d acknowledgements are kept, and %d openings proved in a ledger of %d entries", p.Judgement.Checked, p.Judgement.Claims, p.Judgement.Entries)
		for _, fault := range p.Judgement.Faults {
			t.Error(fault)
		}
		if p.IssuedAfter == 0 || p.Revoked == 0 || p.Bundles == 0 {
			t.Errorf("not everything was tried: %+v", p)
		}
	}
}
