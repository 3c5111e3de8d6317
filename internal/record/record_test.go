package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/record"
	"github.com/facelatch/facelatch/internal/testenv"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// newLog returns a log on an empty file.
func newLog(t *testing.T, disk record.Disk) record.Log {
	t.Helper()
	path := filepath.Join(t.TempDir(), "record.jsonl")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return record.Log{Path: path, Disk: disk}
}

// fill records n acts about persons after one about the site.
func fill(t *testing.T, l record.Log, n int) {
	t.Helper()
	if err := l.Site(noon, "site-created", map[string]string{"site": "x"}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := l.Holder(noon, [32]byte{byte(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
}

func content(t *testing.T, l record.Log) []byte {
	t.Helper()
	data, err := os.ReadFile(l.Path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRecord(t *testing.T) {
	l := newLog(t, durable.Disk{})
	fill(t, l, 20)
	var acts []string
	data := content(t, l)
	h, err := record.Verify(bytes.NewReader(data), func(e record.Entry) { acts = append(acts, e.Act) })
	if err != nil {
		t.Fatal(err)
	}
	if h.Entries != 21 || h.Size != int64(len(data)) || len(acts) != 21 {
		t.Errorf("head %+v of %d bytes, acts %q", h, len(data), acts)
	}
	if acts[0] != "site-created" || acts[20] != record.HolderAct {
		t.Errorf("acts %q", acts)
	}
}

// What was done about a person cannot be told from the length of its line.
func TestEntriesAboutPersonsHaveOneSize(t *testing.T) {
	l := newLog(t, durable.Disk{})
	fill(t, l, 8)
	lines := bytes.Split(bytes.TrimSpace(content(t, l)), []byte("\n"))[1:]
	for _, line := range lines {
		if len(line) != len(lines[0]) {
			t.Errorf("%d and %d bytes", len(line), len(lines[0]))
		}
	}
}

// Each change that a person with an editor might make is found.
func TestVerifyFindsTampering(t *testing.T) {
	l := newLog(t, durable.Disk{})
	fill(t, l, 5)
	lines := strings.SplitAfter(strings.TrimSpace(string(content(t, l)))+"\n", "\n")[:6]
	cases := map[string][]string{
		"taken out":     slices.Concat(lines[:2], lines[3:]),
		"first gone":    lines[1:],
		"twice":         slices.Concat(lines[:3], lines[2:]),
		"swapped":       {lines[0], lines[2], lines[1], lines[3]},
		"changed":       slices.Concat(lines[:2], []string{strings.Replace(lines[2], "02", "03", 1)}, lines[3:]),
		"spaced":        slices.Concat([]string{strings.Replace(lines[0], ":", ": ", 1)}, lines[1:]),
		"empty line":    slices.Concat(lines[:2], []string{"\n"}, lines[2:]),
		"unknown field": {strings.Replace(lines[0], "{", `{"x":1,`, 1)},
		"too long":      {strings.Repeat("x", 3*record.MaxLine) + "\n"},
	}
	for name, changed := range cases {
		if strings.Join(changed, "") == strings.Join(lines, "") {
			t.Fatalf("%s: nothing was changed", name)
		}
		h, err := record.Verify(strings.NewReader(strings.Join(changed, "")), nil)
		if !errors.Is(err, record.ErrBroken) || h != (record.Head{}) {
			t.Errorf("%s: head %+v, error %v", name, h, err)
		}
	}
}

// A crash can leave any beginning of the last line; the next entry takes its
// place.
func TestTornLine(t *testing.T) {
	l := newLog(t, durable.Disk{})
	fill(t, l, 2)
	whole := content(t, l)
	start := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for cut := start; cut < len(whole); cut++ {
		if err := os.WriteFile(l.Path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.Holder(noon, [32]byte{2}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(content(t, l), whole) {
			t.Fatalf("cut at %d: the record is not what it was", cut)
		}
	}
}

// A torn line can be longer than the entry that takes its place.
func TestLongTornLine(t *testing.T) {
	l := newLog(t, durable.Disk{})
	fill(t, l, 2)
	whole := content(t, l)
	start := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for _, length := range []int{len(whole), record.MaxLine} {
		torn := append(bytes.Clone(whole[:start]), bytes.Repeat([]byte("x"), length)...)
		if err := os.WriteFile(l.Path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.Holder(noon, [32]byte{2}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(content(t, l), whole) {
			t.Errorf("after %d torn bytes the record is not what it was", length)
		}
	}
}

// faulty fails, with the change made or not.
type faulty struct {
	persists bool
	err      error
}

func (f faulty) Extend(path string, size int64, data []byte) error {
	if f.persists {
		f.err = errors.Join(f.err, durable.Disk{}.Extend(path, size, data))
	}
	return f.err
}

func TestFailedAppend(t *testing.T) {
	lost := errors.New("lost")
	for _, persists := range []bool{false, true} {
		t.Run(fmt.Sprint("persists ", persists), func(t *testing.T) {
			l := newLog(t, durable.Disk{})
			fill(t, l, 1)
			err := record.Log{Path: l.Path, Disk: faulty{persists, lost}}.Holder(noon, [32]byte{9})
			if !errors.Is(err, lost) {
				t.Fatalf("error %v", err)
			}
			fill(t, l, 1)
			want := uint64(4)
			if persists {
				want = 5
			}
			h, err := record.Verify(bytes.NewReader(content(t, l)), nil)
			if err != nil || h.Entries != want {
				t.Errorf("%d entries, want %d (%v)", h.Entries, want, err)
			}
		})
	}
}

func TestWhatCannotBeRecorded(t *testing.T) {
	l := newLog(t, durable.Disk{})
	for _, act := range []string{"", strings.Repeat("x", record.MaxLine)} {
		if err := l.Site(noon, act, nil); !errors.Is(err, record.ErrEntry) {
			t.Errorf("error %v", err)
		}
	}
	if len(content(t, l)) != 0 {
		t.Error("something was recorded")
	}
}

func TestDamagedEndStopsRecording(t *testing.T) {
	l := newLog(t, durable.Disk{})
	if err := os.WriteFile(l.Path, []byte("not a record\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Holder(noon, [32]byte{1}); !errors.Is(err, record.ErrBroken) {
		t.Errorf("error %v", err)
	}
}

// TestPromise6NothingIsAddedToAChangedRecord: one changed character anywhere,
// or a missing line, stops recording, and with it whatever needs a record.
func TestPromise6NothingIsAddedToAChangedRecord(t *testing.T) {
	l := newLog(t, durable.Disk{})
	fill(t, l, 3)
	whole := content(t, l)
	second := bytes.IndexByte(whole, '\n') + 1
	for name, changed := range map[string][]byte{
		"the first line changed": bytes.Replace(whole, []byte("2026"), []byte("2027"), 1),
		"the first line missing": whole[second:],
	} {
		if err := os.WriteFile(l.Path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.Holder(noon, [32]byte{9}); !errors.Is(err, record.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(content(t, l), changed) {
			t.Errorf("%s: something was added", name)
		}
	}
}

func TestCorpus(t *testing.T) { testenv.Corpus(t, "FuzzVerify") }

// An error means a zero head; else the entries written again are the same bytes.
func FuzzVerify(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var acts int
		h, err := record.Verify(bytes.NewReader(data), func(record.Entry) { acts++ })
		if err != nil {
			if h != (record.Head{}) {
				t.Fatal("a head beside an error")
			}
			return
		}
		if uint64(acts) != h.Entries || h.Size > int64(len(data)) {
			t.Fatalf("%d entries were given, %d counted", acts, h.Entries)
		}
		again, err := record.Verify(bytes.NewReader(data[:h.Size]), nil)
		if err != nil || again != h {
			t.Fatalf("read again: %+v, want %+v (%v)", again, h, err)
		}
	})
}
