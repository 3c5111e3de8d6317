package state_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/durable/durabletest"
)

// life is what happens to a desk whose disk goes wrong: what it was told to be done
// stays done.
type life struct {
	t      *testing.T
	dir    string
	disk   *durabletest.Disk
	key    string       // that signs, as it was said
	given  map[int]bool // places that a result may have
	gone   map[int]bool // places that were said to be revoked
	config string
	own    *ecdsa.PublicKey // that it joins with
	joined bool
}

// act is one part of it, by the number of the step at which it goes wrong.
func (l *life) act() error {
	f, err := state.Open(l.dir, l.disk)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := f.Signing(now)
	if err != nil {
		return err
	}
	if l.key != "" && s.All[0].ID != l.key {
		l.t.Errorf("the key that signs was exchanged")
	}
	l.key = s.All[0].ID
	places, err := f.Statuses(func() time.Time { return now }, time.Hour)
	if err != nil {
		return err
	}
	_, index, err := places.Reserve()
	if err != nil {
		return err
	}
	l.give(index)
	if err := places.Revoke(1, index); err != nil {
		return err
	}
	l.gone[index] = true
	if err := f.SaveConfiguration([]byte("new")); err != nil {
		return err
	}
	l.config = "new"
	if err := l.join(f); err != nil {
		return err
	}
	l.key = "" // the one before or the new one, until it is said
	if s, err = f.Rotate(now, now.Add(time.Hour)); err != nil {
		return err
	}
	l.key = s.All[0].ID
	return nil
}

// begin is the time before: there is a key that signs.
func (l *life) begin() error {
	f, err := state.Open(l.dir, l.disk)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := f.Signing(now)
	if err == nil {
		l.key = s.All[0].ID
	}
	return err
}

// join joins, as often as it takes: once there was a certificate for a key, the key
// stays.
func (l *life) join(f *state.Folder) error {
	key, err := f.Key()
	if err != nil {
		return err
	}
	if l.own != nil && !l.own.Equal(key.Public()) {
		l.t.Error("another key than was said")
	}
	l.own = key.Public().(*ecdsa.PublicKey)
	if l.joined {
		return nil
	}
	if err := f.Join(identity(l.t, f)); err != nil && !errors.Is(err, state.ErrJoined) {
		return err
	}
	l.joined = true
	return f.SaveCounts(counts.Day{Day: "2026-11-22", Counts: map[string]string{"same-person": "7"}})
}

func (l *life) give(index int) {
	if l.given[index] {
		l.t.Errorf("place %d was given twice", index)
	}
	l.given[index] = true
}

// check is the next start, on a disk that is well again.
func (l *life) check(name string, published string) {
	f, err := state.Open(l.dir, durable.Disk{})
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	defer f.Close()
	s, err := f.Signing(now)
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	if l.key != "" && l.key != s.All[0].ID {
		l.t.Errorf("%s: another key signs than was said", name)
	}
	known := published == ""
	for _, p := range s.All {
		known = known || p.ID == published
	}
	if !known {
		l.t.Errorf("%s: a key that has signed is not published", name)
	}
	if files, _ := filepath.Glob(filepath.Join(l.dir, "signing", "*")); len(files) != 1 {
		l.t.Errorf("%s: private keys %q", name, files)
	}
	if i, err := f.Identity(); l.joined && (err != nil || !l.own.Equal(i.Key.Public())) {
		l.t.Errorf("%s: it does not know any more who it is: %v", name, err)
	}
	if err := l.join(f); err != nil {
		l.t.Errorf("%s: it cannot join: %v", name, err)
	}
	places, err := f.Statuses(func() time.Time { return now }, time.Hour)
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	for _, list := range places.Lists() {
		for index := range l.gone {
			if bit(list, index) == 0 {
				l.t.Errorf("%s: a revocation is forgotten", name)
			}
		}
	}
	if config, err := f.Configuration(); l.config == "new" && (err != nil || string(config) != "new") {
		l.t.Errorf("%s: the configuration is %q, %v", name, config, err)
	}
	for range 100 {
		_, index, err := places.Reserve()
		if err != nil {
			l.t.Fatal(err)
		}
		l.give(index)
	}
}

// TestFaults lets every change on the disk go wrong in each way. At the next start
// everything that was said to be done is done, and no place is given twice.
func TestFaults(t *testing.T) {
	for _, fault := range durabletest.Faults() {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			step := 1
			for ; ; step++ {
				l := &life{t: t, dir: t.TempDir(), disk: &durabletest.Disk{}, given: make(map[int]bool), gone: make(map[int]bool)}
				must(t, l.begin())
				published := l.key
				l.disk.At, l.disk.Fault = l.disk.Steps+step, fault
				err := durabletest.Attempt(l.act)
				if l.disk.Steps < l.disk.At {
					must(t, err)
					break
				}
				if err == nil && fault != durabletest.Failed && fault != durabletest.Persisted {
					t.Errorf("step %d: nothing happened", step)
				}
				l.check(fmt.Sprintf("step %d (%v)", step, err), published)
			}
			if step < 10 {
				t.Errorf("%d steps", step)
			}
		})
	}
}

// TestRevokedNowWhateverTheDiskSays: what takes a right away does not wait for it.
func TestRevokedNowWhateverTheDiskSays(t *testing.T) {
	disk := &durabletest.Disk{}
	f := open(t, t.TempDir(), disk)
	s := statuses(t, f)
	list, index, err := s.Reserve()
	must(t, err)
	disk.At, disk.Fault = disk.Steps+1, durabletest.Failed
	if err := s.Revoke(list, index); !errors.Is(err, durabletest.ErrFault) {
		t.Errorf("error %v", err)
	}
	if bit(s.Lists()[0], index) != 1 {
		t.Error("it is published as valid")
	}
	must(t, s.Revoke(list, index))
}
