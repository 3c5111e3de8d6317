package controllertest

import (
	"flag"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
)

func TestMain(m *testing.M) {
	BeApart()
	flag.Parse()
	if testing.Short() {
		os.Exit(0) // with the race detector the parts are tested by themselves
	}
	os.Exit(m.Run())
}

// TestKilledUnderLoad: a controller is killed at random moments while holders
// consent, get passes, withdraw and leave. No consent, no pass, no revocation and no
// entry of the ledger that was acknowledged is missing, nothing is good that was
// taken away, the ledger verifies, and the doctor finds nothing.
func TestKilledUnderLoad(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killedUnderLoad(t, "", testenv.Count(4, 200)) })
	t.Run("postgres", func(t *testing.T) { killedUnderLoad(t, pgtest.Shared(t).Database(), testenv.Count(3, 200)) })
}

func killedUnderLoad(t *testing.T, database string, kills int) {
	s, err := NewSite(t.Context(), t.TempDir(), database)
	if err != nil {
		t.Fatal(err)
	}
	j := NewJournal()
	began, late := time.Now(), 0
	for n := 1; n <= kills; n++ {
		if killOnce(t, s, j, n == kills) {
			late++
		}
		if n == kills || n%(kills/4+1) == 0 {
			judged(t, s, j)
		}
	}
	t.Logf("%d kills in %v, %d of them under load and the others before anything was done", kills, time.Since(began).Round(time.Second), late)
	for _, word := range everyWord() {
		t.Logf("%s: %d", word, len(j.Said(word)))
	}
	for _, why := range j.Said("failed") {
		t.Errorf("a controller says: failed %v", why)
	}
}

// everyWord is what is acknowledged in some life or other.
func everyWord() []string {
	return []string{"staying", "consent", "pass", "revoked", "withdrawn", "deleted", "told"}
}

// killOnce has a controller work for a while, and says whether it had begun to. The
// last works until everything was done once.
func killOnce(t *testing.T, s *Site, j *Journal, last bool) (begun bool) {
	t.Helper()
	heard := len(j.all())
	p, err := s.Start("127.0.0.1:0", "", true, j)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	}()
	if !last && rand.N(5) == 0 { // while it starts, and mends what the one before has left
		time.Sleep(rand.N(400 * time.Millisecond))
		return false
	}
	enough := heard + 1 + rand.N(80)
	for begun := time.Now(); len(j.all()) < enough || last && missing(j) != ""; {
		select {
		case <-j.Next():
		case <-time.After(10 * time.Millisecond): // what was said between asking and waiting
		case <-p.Gone:
			t.Fatal("the controller ended by itself")
		}
		if time.Since(begun) > 2*time.Minute {
			t.Fatalf("the controller does not get to its work: %d of %d words, %s", len(j.all())-heard, enough-heard, missing(j))
		}
	}
	time.Sleep(rand.N(20 * time.Millisecond))
	return true
}

// missing returns what nobody has done yet.
func missing(j *Journal) string {
	for _, word := range everyWord() {
		if len(j.Said(word)) == 0 {
			return "nobody was " + word
		}
	}
	return ""
}

// judged fails for each fault.
func judged(t *testing.T, s *Site, j *Journal) {
	t.Helper()
	found, err := s.Judge(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	for i, fault := range found.Faults {
		if i == 20 {
			t.Fatalf("and %d more", len(found.Faults)-i)
		}
		t.Error(fault)
	}
	t.Logf("%d acknowledgements are kept, and %d openings proved in a ledger of %d entries", found.Checked, found.Claims, found.Entries)
}
