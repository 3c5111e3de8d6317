package controller

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/facelatch/facelatch/internal/site"
)

// published is a bundle that names an object for everybody and one for a zone.
func published(number uint64, list, pins string) *site.Published {
	return &site.Published{Number: number, Bundle: []byte{byte(number)}, Objects: map[[32]byte]site.Object{
		sha256.Sum256([]byte(list)): {Data: []byte(list)},
		sha256.Sum256([]byte(pins)): {Data: []byte(pins), Zone: "front"},
	}}
}

func objectPath(dir, data string) string {
	hash := sha256.Sum256([]byte(data))
	return filepath.Join(dir, "v1", "objects", hex.EncodeToString(hash[:]))
}

// TestCopies: the newest bundle and what it and the one before name, without what
// only one zone may have.
func TestCopies(t *testing.T) {
	c := &copies{dir: t.TempDir()}
	left := objectPath(c.dir, "left by a crash")
	for number, lists := range []string{"", "list 1", "list 2", "list 3"} {
		if lists == "" {
			continue
		}
		if number == 2 {
			if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.write(published(uint64(number), lists, "pins of a zone")); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(c.dir, "v1", "bundle"))
		if err != nil || !bytes.Equal(data, []byte{byte(number)}) {
			t.Errorf("the bundle is %x, %v", data, err)
		}
	}
	for data, want := range map[string]bool{"list 1": false, "list 2": true, "list 3": true, "pins of a zone": false, "left by a crash": false} {
		if _, err := os.Stat(objectPath(c.dir, data)); (err == nil) != want {
			t.Errorf("%s: there %t, %v", data, err == nil, err)
		}
	}
}

// TestCopiesAreTriedAgain: what could not be written is written with the next
// attempt, and never a bundle whose objects are not there.
func TestCopiesAreTriedAgain(t *testing.T) {
	c := &copies{dir: filepath.Join(t.TempDir(), "copies")}
	if err := os.WriteFile(c.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := published(1, "list", "pins")
	if err := c.write(p); err == nil {
		t.Error("written over a file")
	}
	if err := os.Remove(c.dir); err != nil {
		t.Fatal(err)
	}
	if err := c.write(p); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(objectPath(c.dir, "list")); err != nil {
		t.Error(err)
	}
	if err := (&copies{}).write(p); err != nil {
		t.Errorf("without a folder: %v", err)
	}
}
