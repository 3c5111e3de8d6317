package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/internal/testenv"
)

// TestMany: 200 checks at once, by either way, some of them cancelled or with a
// stranger, end each in its own way.
func TestMany(t *testing.T) {
	defer goleak.VerifyNone(t)
	f := newFixture(t, func(o *Options) { o.Now = time.Now })
	f.engine = facetest.New(t, time.Now)
	f.o.Engine = f.engine
	count := 200
	if testing.Short() {
		count = 16
	}
	mine, face, other := of(1), faceOf(1), faceOf(2)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() {
			<-start
			if err := f.one(t, i, mine, face, other); err != nil {
				t.Errorf("check %d: %v", i, err)
			}
		})
	}
	f.lines.set(valid())
	close(start)
	all.Wait()
	f.Close()
	found := map[idcheck.Outcome]int{}
	for _, d := range f.results() {
		found[d.Result.Outcome]++
	}
	if n := count / 4; found[idcheck.SamePerson] != 2*n || found[idcheck.NotSamePerson] != n || found[idcheck.Abandoned] != n {
		t.Errorf("%v", found)
	}
	if f.engine.Dirty() > 0 {
		t.Error("something is left in the engine")
	}
}

// valid are lines that do not expire while this is looked after.
func valid() []string {
	return []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F4204150ZE184226B<<<<<14"}
}

// one is one of many checks.
func (f *fixture) one(t *testing.T, i int, mine, face, other []byte) error {
	c := f.begin(t, nil)
	way := idcheck.ByFace
	if i%4 == 1 {
		way = idcheck.ByStaff
	}
	if err := c.Choose(way, f.notice, c.order.Claims); err != nil {
		return err
	}
	if err := c.Document(t.Context(), bytes.Clone(mine)); err != nil {
		return err
	}
	switch i % 4 {
	case 0:
		return c.Frame(t.Context(), bytes.Clone(face))
	case 1:
		return c.Look("a", idcheck.SamePerson)
	case 2:
		for c.State().Step != Ended {
			if err := c.Frame(t.Context(), bytes.Clone(other)); err != nil {
				return err
			}
			time.Sleep(frameGap / 4)
		}
		return nil
	}
	return c.Cancel()
}

// TestReal: documents with real portraits, by the real engine, a few at once: their
// holders are found to be the same person, and others are not.
func TestReal(t *testing.T) {
	if testing.Short() {
		t.Skip("the engine is not Go's to look at for races")
	}
	e, manifest, err := engine.New(home.Dir(testenv.Home(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	stated, ok := manifest.ForAttempts("fmr-1e-4", Frames)
	if !ok {
		t.Fatal("no threshold for so many frames")
	}
	lines, err := mrzread.New()
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte("notice"))
	var mu sync.Mutex
	found := map[string]idcheck.Outcome{}
	r := New(Options{
		Engine: e, Lines: lines,
		Policy: func() idcheck.Policy { return idcheck.Policy{Threshold: stated.Score, PortraitOnly: true} },
		Notice: func() (map[string]string, [32]byte) { return nil, hash },
		Done: func(d Finished) error {
			mu.Lock()
			defer mu.Unlock()
			found[d.Order.Nonce] = d.Result.Outcome
			return nil
		},
	})
	all := documents(t)
	var wait sync.WaitGroup
	count := testenv.Count(2, 60)
	for i := range count {
		wait.Go(func() {
			d := all[i*len(all)/count]
			for nonce, live := range map[string]string{d.document + " holder": d.live, d.document + " other": all[(i*len(all)/count+1)%len(all)].live} {
				if err := real(t, r, nonce, d.document, live, hash); err != nil {
					t.Errorf("%s: %v", nonce, err)
				}
			}
		})
	}
	wait.Wait()
	r.Close()
	same := 0
	for nonce, outcome := range found {
		holder := strings.HasSuffix(nonce, " holder")
		if holder && outcome == idcheck.SamePerson {
			same++
		}
		if !holder && outcome == idcheck.SamePerson {
			t.Errorf("%s: %s", nonce, outcome)
		}
	}
	t.Logf("%d of %d holders were found to be the same person", same, count)
	if 100*same < 80*count && count > 5 {
		t.Errorf("%d of %d holders were found to be the same person", same, count)
	}
}

// real is a check of a document with one photograph, shown as often as it takes.
func real(t *testing.T, r *Room, nonce, document, live string, notice [32]byte) error {
	c, _, err := r.Begin(Order{Party: "bank", Staff: "s", Nonce: nonce})
	if err != nil {
		return err
	}
	if err := c.Choose(idcheck.ByFace, notice, nil); err != nil {
		return err
	}
	page, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	if err := c.Document(t.Context(), page); err != nil {
		return err
	}
	for range 2 * Frames {
		face, err := os.ReadFile(live)
		if err != nil {
			return err
		}
		if c.State().Step != Face {
			break
		}
		if err := c.Frame(t.Context(), face); err != nil {
			return err
		}
		time.Sleep(frameGap)
	}
	if err := c.Settle(); err != nil && !errors.Is(err, ErrEnded) {
		return err
	}
	return nil
}

type madeUp struct{ document, live string }

func documents(t *testing.T) (all []madeUp) {
	t.Helper()
	dir := filepath.Join(testenv.Faces(t), "..", "documents", "synthetic")
	f, err := os.Open(filepath.Join(dir, "index.csv"))
	if err != nil {
		testenv.Missing(t, "no documents beside the photographs")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		all = append(all, madeUp{filepath.Join(dir, r[3]), filepath.Join(dir, r[4])})
	}
	return all
}
