package faults

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/e2e/controllertest"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/issue"
)

// patience is how long something may take that has to come.
const patience = 2 * time.Minute

// kinds are what people do at a site, as a journal calls it.
func kinds() []string {
	return []string{"staying", "consent", "pass", "revoked", "withdrawn", "deleted", "told"}
}

// broken breaks what a controller stands on, and mends it.
type broken struct{ down, up func() }

// TestDiskFillsUnderLoad: the disk of a controller fills up and is emptied again
// while people consent, get passes, withdraw and leave.
func TestDiskFillsUnderLoad(t *testing.T) {
	dir := smallDisk(t, "96m")
	underLoad(t, dir, "", testenv.Count(2, 20), broken{
		down: func() { fill(t, dir) },
		up:   func() { empty(t, dir) },
	})
}

// TestPostgresGoneUnderLoad: PostgreSQL is stopped, or killed, and started again
// meanwhile.
func TestPostgresGoneUnderLoad(t *testing.T) {
	server := pgtest.Start(t)
	times := 0
	underLoad(t, t.TempDir(), server.Database(), testenv.Count(2, 20), broken{
		down: func() {
			if times++; times%2 == 1 {
				server.Stop()
			} else {
				server.Kill()
			}
		},
		up: server.Restart,
	})
}

// underLoad breaks something again and again below one controller, which goes on by
// itself each time. Whatever fails meanwhile says so as what it is, and nothing that
// was acknowledged is missing in the end.
func underLoad(t *testing.T, dir, database string, rounds int, b broken) {
	s, err := controllertest.NewSite(t.Context(), dir, database)
	must(t, err)
	j := controllertest.NewJournal()
	p, err := s.Start("127.0.0.1:0", "", true, j)
	must(t, err)
	defer p.Kill() //nolint:errcheck // it was killed below, as a rule
	works(t, p, j, "at first")
	for range rounds {
		before := len(j.Said("failed"))
		b.down()
		for end := time.Now().Add(patience); len(j.Said("failed")) == before && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		}
		time.Sleep(500 * time.Millisecond) // others notice too
		if len(j.Said("failed")) == before {
			t.Error("nobody noticed that it is broken")
		}
		b.up()
		start := time.Now()
		works(t, p, j, "after it was mended")
		t.Logf("everything went on %v after it was mended", time.Since(start).Round(10*time.Millisecond))
	}
	must(t, p.Kill())
	reasons(t, j)
	judged(t, s, j)
}

// works waits until each of the things that people do is done once more.
func works(t *testing.T, p *controllertest.Process, j *controllertest.Journal, when string) {
	t.Helper()
	before := map[string]int{}
	for _, kind := range kinds() {
		before[kind] = len(j.Said(kind))
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		missing := ""
		for _, kind := range kinds() {
			if len(j.Said(kind)) == before[kind] {
				missing = kind
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-p.Gone:
			t.Fatalf("%s the controller ended by itself", when)
		default:
		}
		if time.Now().After(end) {
			failed := j.Said("failed")
			t.Fatalf("%s nobody was %s; what failed last: %v", when, missing, failed[max(0, len(failed)-3):])
		}
	}
}

// reasons sees to it that what failed says that the store, or the ledger, could not
// be used: not that this program is broken, or that somebody asked wrongly.
func reasons(t *testing.T, j *controllertest.Journal) {
	t.Helper()
	count, others := map[string]int{}, 0
	known := []error{acts.ErrUnavailable, acts.ErrLedger, store.ErrUnavailable, issue.ErrLedger}
	for _, about := range j.Said("failed") {
		text := strings.Join(about, " ")
		i := slices.IndexFunc(known, func(err error) bool { return strings.Contains(text, err.Error()) })
		if i >= 0 {
			count[known[i].Error()]++
		} else if others++; others < 20 {
			t.Errorf("something failed with %q", text)
		}
	}
	t.Logf("what failed: %v", count)
}

// judged compares what was acknowledged with what is there.
func judged(t *testing.T, s *controllertest.Site, j *controllertest.Journal) {
	t.Helper()
	found, err := s.Judge(t.Context(), j)
	must(t, err)
	for i, fault := range found.Faults {
		if i == 20 {
			t.Fatalf("and %d more", len(found.Faults)-i)
		}
		t.Error(fault)
	}
	t.Logf("%d acknowledgements are kept, and %d openings proved in a ledger of %d entries", found.Checked, found.Claims, found.Entries)
}
