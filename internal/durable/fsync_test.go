package durable

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// change is a change of the file "a", which holds "old" where it is there.
type change struct {
	there bool
	do    func(d Disk, path string) error
	// want is what is flushed, in order: the name of each file with what is in
	// it, or "folder" with what a then holds there.
	want []string
}

func changes() map[string]change {
	return map[string]change{
		"write": {
			false, func(d Disk, path string) error { return d.Write(path, []byte("new"), 0o600) },
			[]string{"unfinished new, a is not there", "folder, a is new"},
		},
		"replace": {
			true, func(d Disk, path string) error { return d.Write(path, []byte("new"), 0o600) },
			[]string{"unfinished new, a is old", "folder, a is new"},
		},
		"create": {
			false, func(d Disk, path string) error { return d.Create(path, []byte("new"), 0o600) },
			[]string{"unfinished new, a is not there", "folder, a is new"},
		},
		"create without links": {
			false, func(d Disk, path string) error { return d.createDirectly(path, []byte("new"), 0o600) },
			[]string{"file, a is new", "folder, a is new"},
		},
		"extend": {
			true, func(d Disk, path string) error { return d.Extend(path, 1, []byte("ne")) },
			[]string{"file, a is one"},
		},
		"remove": {
			true, func(d Disk, path string) error { return d.Remove(path) },
			[]string{"folder, a is not there"},
		},
		"folder": {
			false, func(d Disk, path string) error { return d.Folder(path, 0o700) },
			[]string{"folder, a is a folder"},
		},
	}
}

// begin makes the folder of a change and returns the path of a.
func (c change) begin(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a")
	if c.there {
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// state says what is at a path.
func state(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "a is a folder"
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "a is not there"
	}
	return "a is " + string(data)
}

// TestEverythingIsFlushed: what is in a file before its name is, and the name
// before it is said that the change was made.
func TestEverythingIsFlushed(t *testing.T) {
	for name, c := range changes() {
		path := c.begin(t)
		var got []string
		d := Disk{instead: func(f *os.File) error {
			what := "file"
			switch base := filepath.Base(f.Name()); {
			case f.Name() == filepath.Dir(path):
				what = "folder"
			case strings.HasPrefix(base, Temporary):
				what = "unfinished " + read(t, f.Name())
			case f.Name() != path:
				what = f.Name()
			}
			got = append(got, what+", "+state(path))
			return f.Sync()
		}}
		if err := c.do(d, path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: flushed %q, want %q", name, got, c.want)
		}
	}
}

// TestAFlushThatFailsIsSaid, and nothing unfinished is left.
func TestAFlushThatFailsIsSaid(t *testing.T) {
	lost := errors.New("lost")
	for name, c := range changes() {
		for at := range c.want {
			path, n := c.begin(t), 0
			d := Disk{instead: func(f *os.File) error {
				if n++; n == at+1 {
					return lost
				}
				return f.Sync()
			}}
			if err := c.do(d, path); !errors.Is(err, lost) {
				t.Errorf("%s, flush %d: error %v", name, at, err)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if strings.HasPrefix(e.Name(), Temporary) {
					t.Errorf("%s, flush %d: %s was left", name, at, e.Name())
				}
			}
		}
	}
}
