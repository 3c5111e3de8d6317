package handover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/durable/durabletest"
)

func TestPutGetAck(t *testing.T) {
	r := newRig(t, "bank", "hotel")
	r.put("bank", "a")
	r.put("bank", "b")
	r.put("hotel", "c")
	r.put("bank", "a") // again
	for range 2 {
		if got := r.pending("bank"); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("pending: %q", got)
		}
		r.open(nil)
	}
	s, err := r.Get("bank", "a")
	must(t, err)
	parsed, err := jose.ParseEncryptedCompact(s.JWE, []jose.KeyAlgorithm{jose.ECDH_ES}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil || parsed.Header.KeyID != "k1" || parsed.Header.ExtraHeaders["cty"] != "JWT" {
		t.Errorf("%+v, %v", parsed, err)
	}
	must(t, r.Ack("bank", "c")) // another's: nothing happens, and nobody learns why
	must(t, r.Ack("bank", "none"))
	must(t, r.Ack("bank", "../../x"))
	for range 2 {
		must(t, r.Ack("bank", "a"))
	}
	if got := r.pending("bank"); !slices.Equal(got, []string{"b"}) {
		t.Errorf("pending: %q", got)
	}
	if got := r.pending("hotel"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("the other's: %q", got)
	}
	for _, other := range []string{"b", "a", "none"} {
		if _, err := r.Get("hotel", other); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", other, err)
		}
	}
	if all, waiting, err := r.Pending("bank", 0); len(all) != 0 || waiting != 1 || err != nil {
		t.Errorf("%d, %d, %v", len(all), waiting, err)
	}
	if files, _ := os.ReadDir(r.dir); len(files) != 2 {
		t.Errorf("%d files", len(files))
	}
}

func TestPutRefuses(t *testing.T) {
	r := newRig(t, "bank", "hotel")
	r.parties["keyless"] = party.Party{ID: "keyless"}
	r.put("bank", "taken")
	for name, test := range map[string]struct {
		e    Event
		want error
	}{
		"no id":        {Event{Party: "bank", Body: body("")}, ErrEvent},
		"a path":       {Event{ID: "../x", Party: "bank", Body: body("")}, ErrEvent},
		"long id":      {Event{ID: string(bytes.Repeat([]byte("a"), 65)), Party: "bank", Body: body("")}, ErrEvent},
		"no body":      {Event{ID: "a", Party: "bank"}, ErrEvent},
		"large body":   {Event{ID: "a", Party: "bank", Body: make([]byte, MaxBody+1)}, ErrEvent},
		"old":          {Event{ID: "a", Party: "bank", Body: body(""), At: r.now.Add(-Keep)}, ErrEvent},
		"nobody":       {Event{ID: "a", Party: "nobody", Body: body("")}, ErrNoKey},
		"no key":       {Event{ID: "a", Party: "keyless", Body: body("")}, ErrNoKey},
		"another's id": {Event{ID: "taken", Party: "hotel", Body: body("")}, ErrTaken},
	} {
		if err := r.Put(t.Context(), test.e); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Put(over, Event{ID: "a", Party: "bank", Body: body("")}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	r.each["bank"] = maxEach
	if err := r.Put(t.Context(), Event{ID: "a", Party: "bank", Body: body("")}); !errors.Is(err, ErrFull) {
		t.Errorf("too many: %v", err)
	}
	r.put("hotel", "fits")
}

// TestKeyWrap: a party's key says which of the two ways it takes.
func TestKeyWrap(t *testing.T) {
	r := newRig(t, "bank")
	p := r.parties["bank"]
	p.Key.Algorithm = string(jose.ECDH_ES_A256KW)
	r.parties["bank"] = p
	must(t, r.Put(t.Context(), Event{ID: "a", Party: "bank", Body: body("a"), Type: "dc+sd-jwt"}))
	s, err := r.Get("bank", "a")
	must(t, err)
	parsed, err := jose.ParseEncryptedCompact(s.JWE, []jose.KeyAlgorithm{jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil || parsed.Header.ExtraHeaders["cty"] != "dc+sd-jwt" || r.decrypted(s) != marker+"a" {
		t.Errorf("%v, %v", parsed, err)
	}
}

// TestGoneAfterADay: an event that nobody acknowledges is gone, from memory and disk,
// also after a start, and also if the clock was ahead when it was put.
func TestGoneAfterADay(t *testing.T) {
	r := newRig(t, "bank")
	r.later(48 * time.Hour)
	r.put("bank", "ahead")
	r.later(-48 * time.Hour)
	r.put("bank", "a")
	r.open(nil)
	r.later(Keep - time.Second)
	must(t, r.Tidy())
	if got := r.pending("bank"); len(got) != 2 {
		t.Errorf("pending: %q", got)
	}
	r.later(2 * time.Second)
	if got := r.pending("bank"); len(got) != 0 {
		t.Errorf("pending: %q", got)
	}
	must(t, r.Tidy())
	if files, _ := os.ReadDir(r.dir); len(files) != 0 {
		t.Errorf("%d files", len(files))
	}
	r.put("bank", "b")
	r.later(Keep)
	r.open(nil)
	if files, _ := os.ReadDir(r.dir); len(files) != 0 || len(r.events) != 0 {
		t.Errorf("after a start: %d files", len(files))
	}
}

func TestRetain(t *testing.T) {
	r := newRig(t, "bank", "hotel")
	for i := range 5 {
		r.put("bank", fmt.Sprint("b", i))
		r.put("hotel", fmt.Sprint("h", i))
	}
	must(t, r.Retain(func(party string) bool { return party != "bank" }))
	if len(r.pending("bank")) != 0 || len(r.pending("hotel")) != 5 || len(r.each) != 1 {
		t.Error("not the events of the party")
	}
}

// TestDamagedFiles are removed, and the rest is delivered.
func TestDamagedFiles(t *testing.T) {
	r := newRig(t, "bank")
	r.put("bank", "whole")
	for name, text := range map[string]string{
		"empty": "", "half": `{"format":1,"id":"ha`, "other": `{"format":2,"id":"other","party":"bank","at":"2026-11-22T00:00:00Z","jwe":"x"}`,
		"renamed": `{"format":1,"id":"x","party":"bank","at":"2026-11-22T00:00:00Z","jwe":"x"}`,
	} {
		must(t, os.WriteFile(filepath.Join(r.dir, name+suffix), []byte(text), 0o600))
	}
	r.open(nil)
	if got := r.pending("bank"); !slices.Equal(got, []string{"whole"}) || len(r.said) != 4 {
		t.Errorf("%q, said %q", got, r.said)
	}
	if files, _ := os.ReadDir(r.dir); len(files) != 1 {
		t.Errorf("%d files", len(files))
	}
}

// TestNothingInClear looks for the body of an event in everything that was written.
func TestNothingInClear(t *testing.T) {
	r := newRig(t, "bank")
	disk := &watched{}
	r.open(disk)
	for i := range 20 {
		r.put("bank", fmt.Sprint(i))
	}
	if disk.writes != 20 || disk.clear > 0 {
		t.Errorf("%d of %d writes are in clear", disk.clear, disk.writes)
	}
}

type watched struct {
	durabletest.Disk
	writes, clear int
}

func (w *watched) Write(path string, data []byte, mode os.FileMode) error {
	w.writes++
	if bytes.Contains(data, []byte("plain")) || mode != 0o600 {
		w.clear++
	}
	return w.Disk.Write(path, data, mode)
}

// TestManyAtOnce puts, reads and acknowledges from many sides.
func TestManyAtOnce(t *testing.T) {
	r := newRig(t, "bank", "hotel")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			of := []string{"bank", "hotel"}[i%2]
			for n := range 12 {
				id := fmt.Sprintf("%s-%d", of, n) // shared by four
				if err := r.Put(t.Context(), Event{ID: id, Party: of, Body: body(id)}); err != nil {
					t.Error(err)
				}
				if _, _, err := r.Pending(of, 100); err != nil {
					t.Error(err)
				}
				if n%2 == 0 {
					if err := r.Ack(of, id); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	for _, of := range []string{"bank", "hotel"} {
		if got := r.pending(of); len(got) < 6 {
			t.Errorf("%s: %q", of, got)
		}
	}
}

// TestFaults lets every change on the disk go wrong in each way. What Put said to be
// kept is there at the next start, what Ack said to be gone is gone, and whatever is
// there is whole.
func TestFaults(t *testing.T) {
	for _, fault := range durabletest.Faults() {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			for step := 1; ; step++ {
				r := newRig(t, "bank")
				disk := &durabletest.Disk{At: step, Fault: fault}
				r.open(disk)
				kept, gone := make(map[string]bool), make(map[string]bool)
				err := durabletest.Attempt(func() error { return r.act(kept, gone) })
				if disk.Steps < step {
					must(t, err)
					break
				}
				if fault == durabletest.Failed || fault == durabletest.Persisted {
					must(t, r.Tidy())
				}
				there := filesOf(t, r)
				r.open(nil)
				got := r.pending("bank")
				if len(got) != there {
					t.Errorf("step %d: %d files, and %q", step, there, got)
				}
				for id := range kept {
					if !slices.Contains(got, id) {
						t.Errorf("step %d (%v): %s is lost", step, err, id)
					}
				}
				for id := range gone {
					if slices.Contains(got, id) {
						t.Errorf("step %d (%v): %s is there again", step, err, id)
					}
				}
				if fault == durabletest.Failed && len(got) != len(kept) && len(got) != len(kept)+1 {
					t.Errorf("step %d: %q, kept %v", step, got, kept)
				}
			}
		})
	}
}

func filesOf(t *testing.T, r *rig) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "*"+suffix))
	must(t, err)
	return len(files)
}

// act puts and acknowledges, and goes on after an error.
func (r *rig) act(kept, gone map[string]bool) (failed error) {
	for i := range 4 {
		id := fmt.Sprint("e", i)
		if err := r.Put(r.t.Context(), Event{ID: id, Party: "bank", Body: body(id)}); err != nil {
			failed = err
			if _, err := r.Get("bank", id); !errors.Is(err, ErrMissing) {
				r.t.Errorf("%s is shown although it was not kept: %v", id, err)
			}
			continue
		}
		kept[id] = true
		if i%2 == 0 {
			continue
		}
		delete(kept, id)
		if err := r.Ack("bank", id); err != nil {
			failed = err
			continue
		}
		gone[id] = true
	}
	return failed
}

// TestAStrayIsRemoved: a write that failed and left a file behind, where removing it
// failed too, is cleared later, and a second Put is not cleared with it.
func TestAStrayIsRemoved(t *testing.T) {
	r := newRig(t, "bank")
	disk := &broken{}
	r.open(disk)
	for _, id := range []string{"a", "b"} {
		disk.set(true)
		if err := r.Put(t.Context(), Event{ID: id, Party: "bank", Body: body(id)}); !errors.Is(err, durabletest.ErrFault) {
			t.Fatal(err)
		}
		disk.set(false)
	}
	r.put("bank", "b")
	must(t, r.Tidy())
	if got := r.pending("bank"); !slices.Equal(got, []string{"b"}) || filesOf(t, r) != 1 {
		t.Errorf("%q, %d files", got, filesOf(t, r))
	}
}

// broken does what it is asked, and says that it failed, but does not remove.
type broken struct {
	durabletest.Disk
	broken atomic.Bool
}

func (b *broken) set(now bool) { b.broken.Store(now) }

func (b *broken) Write(path string, data []byte, mode os.FileMode) error {
	err := b.Disk.Write(path, data, mode)
	if b.broken.Load() {
		return durabletest.ErrFault
	}
	return err
}

func (b *broken) Remove(path string) error {
	if b.broken.Load() {
		return durabletest.ErrFault
	}
	return b.Disk.Remove(path)
}
