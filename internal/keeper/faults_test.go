package keeper

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/ledger"
)

// TestQueueFails: where the queue cannot be reached, before or after it did what
// it was asked, acts wait, nothing is lost, and nothing stands twice in the log.
func TestQueueFails(t *testing.T) {
	for name, persists := range map[string]bool{"failed": false, "failed and persisted": true} {
		t.Run(name, func(t *testing.T) {
			b := start(t, options(t))
			b.queue.index(t, b.commit(t))
			b.queue.faulty(errGone, persists)
			ids := []int64{b.commit(t), b.act(t, "door.add"), b.commit(t)}
			b.until(t, "the failure to be shown", func(s Status) bool { return errors.Is(s.Err, errGone) })
			b.queue.faulty(nil, false)
			for _, id := range ids {
				b.queue.index(t, id)
			}
			b.hour(t)
			once(t, b)
		})
	}
}

// once checks that each entry of the queue stands in the log once, where it was
// noted.
func once(t *testing.T, b *bench) {
	t.Helper()
	seen := make(map[string][]uint64)
	for i, e := range b.entries(t) {
		seen[string(encode(t, e))] = append(seen[string(encode(t, e))], uint64(i))
	}
	for id, entry := range b.queue.rows {
		at := seen[string(entry)]
		if len(at) != 1 || at[0] != b.queue.noted[id] {
			t.Errorf("entry %d stands at %d and was noted at %d", id, at, b.queue.noted[id])
		}
	}
}

// TestDiskFails: a folder in which nothing can be written any more, for several
// reasons, and then can.
func TestDiskFails(t *testing.T) {
	rename := func(t *testing.T, from, to string) { must(t, os.Rename(from, to)) }
	for name, test := range map[string]struct {
		fail, mend func(t *testing.T, folder string)
	}{
		"the log is gone": {
			func(t *testing.T, f string) { rename(t, filepath.Join(f, "log"), filepath.Join(f, "away")) },
			func(t *testing.T, f string) { rename(t, filepath.Join(f, "away"), filepath.Join(f, "log")) },
		},
		"the folder is gone": {
			func(t *testing.T, f string) { rename(t, f, f+"-away") },
			func(t *testing.T, f string) { rename(t, f+"-away", f) },
		},
		"a folder is a file": {
			func(t *testing.T, f string) {
				rename(t, filepath.Join(f, "log", "tile"), filepath.Join(f, "log", "away"))
				must(t, os.WriteFile(filepath.Join(f, "log", "tile"), nil, 0o600))
			},
			func(t *testing.T, f string) {
				must(t, os.Remove(filepath.Join(f, "log", "tile")))
				rename(t, filepath.Join(f, "log", "away"), filepath.Join(f, "log", "tile"))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, options(t))
			for range 50 {
				b.commit(t)
			}
			b.queue.index(t, b.commit(t))
			b.hour(t)
			test.fail(t, b.folder)
			id := b.act(t, "door.add")
			b.until(t, "the failure to be shown", func(s Status) bool {
				return errors.Is(s.Err, ErrFolder) || errors.Is(s.Err, ErrMissing) || errors.Is(s.Err, ledger.ErrMissing)
			})
			if b.queue.recorded(id) {
				t.Error("recorded, though nothing could be written")
			}
			test.mend(t, b.folder)
			b.queue.index(t, id)
			b.hour(t)
			once(t, b)
		})
	}
}

// brokenDisk fails to write, having written or not.
type brokenDisk struct {
	durable.Disk
	mu       sync.Mutex
	fail     error
	persists bool
}

func (d *brokenDisk) set(err error, persists bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail, d.persists = err, persists
}

func (d *brokenDisk) Write(path string, data []byte, mode fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail == nil || d.persists {
		if err := d.Disk.Write(path, data, mode); err != nil {
			return err
		}
	}
	return d.fail
}

// TestPublishingFails: what is published stays whole, and publishing goes on by
// itself.
func TestPublishingFails(t *testing.T) {
	for name, persists := range map[string]bool{"failed": false, "failed and persisted": true} {
		t.Run(name, func(t *testing.T) {
			d := &brokenDisk{}
			o := options(t)
			o.disk = d
			b := start(t, o)
			b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
			d.set(errGone, persists)
			id := b.commit(t)
			b.queue.index(t, id)
			b.clock.add(time.Hour)
			if !persists { // else the next try finds it published
				b.until(t, "the failure to be shown", func(s Status) bool { return errors.Is(s.Err, errGone) })
			}
			b.entries(t)
			d.set(nil, false)
			b.hour(t)
			once(t, b)
		})
	}
}

// TestSecondKeeper: two keepers of one folder never write at once.
func TestSecondKeeper(t *testing.T) {
	o := options(t)
	first := start(t, o)
	first.queue.index(t, first.commit(t))
	second := start(t, o)
	second.until(t, "being kept out", func(s Status) bool { return errors.Is(s.Err, ErrBusy) && !s.Holding })
	first.queue.index(t, first.commit(t))
	first.stop()
	second.queue.index(t, second.commit(t))
	second.hour(t)
	once(t, second)
}

// lease is one that a test gives and takes.
type lease struct {
	mu   sync.Mutex
	ours bool
	err  error
	gave int
}

func (l *lease) Hold(context.Context, time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ours, l.err
}

func (l *lease) Release(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gave++
	return nil
}

func (l *lease) set(ours bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ours, l.err = ours, err
}

func TestLease(t *testing.T) {
	l := &lease{}
	o := options(t)
	o.Lease = l
	b := start(t, o)
	b.until(t, "another to have it", func(s Status) bool { return errors.Is(s.Err, ErrElsewhere) })
	id := b.commit(t)
	l.set(true, nil)
	b.queue.index(t, id)
	l.set(false, nil)
	b.until(t, "giving way", func(s Status) bool { return errors.Is(s.Err, ErrElsewhere) && !s.Holding })
	l.set(false, errGone)
	b.until(t, "the failure", func(s Status) bool { return errors.Is(s.Err, errGone) })
	l.set(true, nil)
	b.queue.index(t, b.commit(t))
	b.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gave != 2 {
		t.Errorf("given back %d times", l.gave)
	}
}

// memory is one that a test can look into.
type memory struct {
	mu     sync.Mutex
	signed []byte
	err    error
}

func (m *memory) Checkpoint(context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.signed, m.err
}

func (m *memory) Remember(_ context.Context, signed []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.signed = signed
	}
	return m.err
}

// TestPromise6NoFork: a keeper whose folder is an older copy, or another one,
// adds nothing to it.
func TestPromise6NoFork(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, o *Options, old string){
		"an older copy, and the memory knows": func(t *testing.T, o *Options, old string) {
			o.Folder, o.Queue = old, newQueue()
		},
		"an older copy, and the queue knows": func(t *testing.T, o *Options, old string) {
			o.Folder, o.Memory = old, nil
		},
		"a new one, and the memory knows": func(t *testing.T, o *Options, _ string) {
			o.Folder, o.Queue = filepath.Join(t.TempDir(), "new"), newQueue()
			must(t, Create(t.Context(), o.Folder))
		},
		"the public part of another": func(t *testing.T, o *Options, old string) {
			must(t, os.CopyFS(filepath.Join(old, "x"), os.DirFS(filepath.Join(o.Folder, publicName))))
			must(t, os.RemoveAll(filepath.Join(old, publicName)))
			must(t, os.Rename(filepath.Join(old, "x"), filepath.Join(old, publicName)))
			o.Folder, o.Memory, o.Queue = old, nil, newQueue()
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			o.Memory = &memory{}
			b := start(t, o)
			b.queue.index(t, b.commit(t))
			b.hour(t)
			old := filepath.Join(t.TempDir(), "old")
			must(t, os.CopyFS(old, os.DirFS(o.Folder)))
			for range 40 {
				b.commit(t)
			}
			b.queue.index(t, b.commit(t))
			b.hour(t)
			b.stop()
			change(t, &o, old)
			b = start(t, o)
			id := b.commit(t)
			b.until(t, "refusal", func(s Status) bool { return errors.Is(s.Err, ErrForked) })
			if b.queue.recorded(id) {
				t.Error("the ledger was forked")
			}
		})
	}
}

// TestPublicPartLost: what is published is made again from the log, as it was, and
// padding begins where it ended.
func TestPublicPartLost(t *testing.T) {
	m := &memory{}
	o := options(t)
	o.Memory = m
	b := start(t, o)
	for range 40 {
		b.commit(t)
	}
	b.queue.index(t, b.commit(t))
	b.hour(t)
	before := b.Status().Published
	_, s, err := ledger.Audit{Key: b.Key()}.Run(t.Context(), published{OpenPublic(o.Folder)})
	must(t, err)
	b.stop()
	must(t, os.RemoveAll(filepath.Join(o.Folder, publicName)))
	must(t, os.Mkdir(filepath.Join(o.Folder, publicName), 0o755))
	b = start(t, o)
	b.until(t, "the next checkpoint", func(s Status) bool { return s.Published > 0 })
	if n := b.Status().Published; n != before+DefaultQuantum {
		t.Errorf("%d entries after %d", n, before)
	}
	r, _, err := ledger.Audit{Key: b.Key(), Last: &s}.Run(t.Context(), published{OpenPublic(o.Folder)})
	must(t, err)
	if !r.Consistent {
		t.Errorf("%s", r.Plain())
	}
	b.entries(t)
}

// TestMemoryFails: nothing is published that could not be remembered.
func TestMemoryFails(t *testing.T) {
	m := &memory{err: nil}
	o := options(t)
	o.Memory = m
	b := start(t, o)
	b.until(t, "the first checkpoint", func(s Status) bool { return s.Published > 0 })
	m.mu.Lock()
	m.err = errGone
	m.mu.Unlock()
	before := b.Status().Published
	b.clock.add(time.Hour)
	b.until(t, "the failure to be shown", func(s Status) bool { return errors.Is(s.Err, errGone) })
	if s := b.Status(); s.Published != before {
		t.Errorf("%+v", s)
	}
	m.mu.Lock()
	m.err = nil
	m.mu.Unlock()
	b.until(t, "the next", func(s Status) bool { return s.Published > before })
	b.entries(t)
}

func TestNoLedger(t *testing.T) {
	o := options(t)
	o.Folder = t.TempDir()
	b := start(t, o)
	b.until(t, "refusal", func(s Status) bool { return errors.Is(s.Err, ErrMissing) })
	if names, err := os.ReadDir(o.Folder); err != nil || len(names) > 0 {
		t.Errorf("something was made: %v", names)
	}
	if !strings.Contains(ErrMissing.Error(), "mounted") {
		t.Error("it does not say what may be the matter")
	}
}
