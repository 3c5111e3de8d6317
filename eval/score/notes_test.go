package score

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestNotes: outcomes come back after an interruption, what a crash left half
// written is cut off, and another run's file is refused.
func TestNotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes")
	n, err := OpenNotes[string](path, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(n.Add(5, "five"), n.Add(2, "two"), n.Close()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut, want := range map[int]int{0: 2, 1: 1, 12: 1} {
		if err := os.WriteFile(path, data[:len(data)-cut], 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := OpenNotes[string](path, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		got := map[int]string{}
		if err := n.Each(func(i int, o string) { got[i] = o }); err != nil || len(got) != want || got[5] != "five" {
			t.Errorf("cut by %d: %v, %v", cut, got, err)
		}
		if err := errors.Join(n.Add(7, "seven"), n.Close()); err != nil {
			t.Error(err)
		}
	}
	if _, err := OpenNotes[string](path, [32]byte{2}); !errors.Is(err, ErrOther) {
		t.Errorf("another run's: %v", err)
	}
	if n, err = OpenNotes[string](path, [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := n.Remove(); err != nil {
		t.Error(err)
	}
}
