package keeper

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/ledger"
)

// TestKilled: a keeper is killed at random moments, by a signal that nobody can
// catch. No entry that was acknowledged is missing, each of the queue stands in
// the log once, and the log that was published before is a part of the one that
// comes after.
func TestKilled(t *testing.T) {
	folder := t.TempDir()
	must(t, Create(t.Context(), filepath.Join(folder, "ledger")))
	var last *ledger.State
	rounds := testenv.Count(20, 200)
	if testing.Short() {
		rounds = 5
	}
	for range rounds {
		c := child(t, folder, "load")
		heard := said(t, c)
		select {
		case <-heard:
		case <-time.After(time.Minute):
			t.Error("the ledger does not go on")
		}
		time.Sleep(rand.N(300 * time.Millisecond))
		must(t, c.Process.Kill())
		c.Wait() //nolint:errcheck // it was killed
		last = audited(t, folder, last)
	}
	must(t, child(t, folder, "finish").Run())
	audited(t, folder, last)
	checkAcknowledged(t, folder)
	left, err := filepath.Glob(filepath.Join(folder, "ledger", publicName, durable.Temporary+"*"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left half written: %q", left)
	}
}

// TestTidy: what a crash left half written is gone once the ledger is kept again.
func TestTidy(t *testing.T) {
	o := options(t)
	b := start(t, o)
	b.hour(t)
	b.stop()
	tiles := filepath.Join(b.folder, publicName, "tile", "0")
	for _, dir := range []string{filepath.Join(b.folder, publicName), tiles} {
		must(t, os.WriteFile(filepath.Join(dir, durable.Temporary+"x"), []byte("x"), 0o600))
	}
	c := start(t, o)
	c.hour(t)
	c.stop()
	for _, dir := range []string{filepath.Join(b.folder, publicName), tiles} {
		if _, err := os.Stat(filepath.Join(dir, durable.Temporary+"x")); err == nil {
			t.Errorf("there is something left in %s", dir)
		}
	}
}

// audited checks that what is published extends what was.
func audited(t *testing.T, folder string, last *ledger.State) *ledger.State {
	t.Helper()
	k, _, err := childKeeper(t.TempDir())
	must(t, err)
	p := OpenPublic(filepath.Join(folder, "ledger"))
	if statement, err := p.Statement(); err == nil && statement == nil {
		return nil // killed before the first checkpoint
	}
	r, s, err := ledger.Audit{Key: k.Key(), Last: last}.Run(t.Context(), published{p})
	must(t, err)
	if !r.Consistent {
		t.Fatalf("%s", r.Plain())
	}
	return &s
}

// checkAcknowledged compares the log with the queue and with what was
// acknowledged.
func checkAcknowledged(t *testing.T, folder string) {
	t.Helper()
	places := make(map[string][]uint64)
	s := source(filepath.Join(folder, "ledger", publicName))
	p := published{OpenPublic(filepath.Join(folder, "ledger"))}
	size, err := p.size()
	must(t, err)
	must(t, s.entries(t.Context(), 0, size, func(index uint64, entry []byte) {
		places[string(entry)] = append(places[string(entry)], index)
	}))
	q, err := openQueue(folder)
	must(t, err)
	for id, entry := range q.queue.rows {
		if at := places[string(entry)]; len(at) != 1 || at[0] != q.noted[id] {
			t.Errorf("entry %d of the queue stands at %d and was noted at %d", id, at, q.noted[id])
		}
	}
	acked := 0
	_, err = openJournal(filepath.Join(folder, "acked"), func(index, entry string) {
		acked++
		if at := places[unhex(entry)]; len(at) != 1 || fmt.Sprint(at[0]) != index {
			t.Errorf("acknowledged at %s, and stands at %d", index, at)
		}
	})
	must(t, err)
	t.Logf("%d entries, %d of them queued, %d acknowledged", size, len(q.queue.rows), acked)
	if acked == 0 {
		t.Error("nothing was acknowledged")
	}
}

func unhex(text string) string {
	var b []byte
	fmt.Sscanf(text, "%x", &b)
	return string(b)
}

// TestDiskFull: on a full disk acts wait, nothing is lost, and once there is room
// it goes on by itself.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	must(t, Create(t.Context(), filepath.Join(folder, "ledger")))
	out, err := child(t, folder, "full").Output()
	must(t, err)
	places := make(map[string]string)
	s := source(filepath.Join(folder, "ledger", logName))
	lines := bufio.NewScanner(bytes.NewReader(out))
	var size uint64
	for lines.Scan() {
		var index uint64
		var entry string
		fmt.Sscan(lines.Text(), &index, &entry)
		places[fmt.Sprint(index)] = unhex(entry)
		size = max(size, index+1)
	}
	if len(places) != 200 {
		t.Fatalf("%d entries were recorded", len(places))
	}
	log, err := openLog(t.Context(), filepath.Join(folder, "ledger"))
	must(t, err)
	defer log.close()
	seen := 0
	must(t, s.entries(t.Context(), 0, log.size, func(index uint64, entry []byte) {
		if want, ok := places[fmt.Sprint(index)]; ok {
			seen++
			if want != string(entry) {
				t.Errorf("another entry at %d", index)
			}
		}
	}))
	if seen != 200 || log.size < size {
		t.Errorf("%d of them are in the log", seen)
	}
}
