package site

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

func TestModes(t *testing.T) {
	dir := newSite(t)
	if _, err := issueAt(dir, pass.Face, &hand{}); err != nil {
		t.Fatal(err)
	}
	open := []string{"site.json", "ledger/", "notices/", "controller/issuers", "controller/status"}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, dir+"/")
		isOpen := slices.ContainsFunc(open, func(o string) bool { return strings.HasPrefix(name, o) })
		if !isOpen && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestExposedKeys(t *testing.T) {
	for _, glob := range []string{"controller/issuing-key.pem", "station/sealing/"} {
		dir, h := newSite(t), &hand{}
		path := filepath.Join(dir, glob)
		if strings.HasSuffix(glob, "/") {
			files, err := os.ReadDir(path)
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			path = filepath.Join(path, files[0].Name())
		}
		for _, mode := range []fs.FileMode{0o640, 0o604, 0o602} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			_, err := issueAt(dir, pass.Face, h)
			if !errors.Is(err, ErrExposed) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s with %v: error %v", glob, mode, err)
			}
		}
		if h.text != "" || len(validPlaces(t, dir)) != 0 {
			t.Errorf("%s: a pass was issued", glob)
		}
	}
}

// TestDoorNeedsNoIssuingKey: a door opens with nothing of the controller's but
// what is public.
func TestDoorNeedsNoIssuingKey(t *testing.T) {
	dir, h := newSite(t), &hand{}
	if _, err := issueAt(dir, pass.Face, h); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"controller/issuing-key.pem", "controller/ledger-key.pem", "controller/site.db", "controller/bundle", "ledger"} {
		if err := os.RemoveAll(filepath.Join(dir, gone)); err != nil {
			t.Fatal(err)
		}
	}
	v, err := check(t, dir, h.text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := OpenDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pass.Parse(h.text)
	if err != nil {
		t.Fatal(err)
	}
	id, _ := p.SealID()
	keys, err := d.SealingKeys(id)
	if err != nil || len(keys) != 1 {
		t.Fatal(keys, err)
	}
	refs, err := v.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := refs.Get(model); !ok || string(got) != string(reference) {
		t.Error("the reference that was opened is not the one that was sealed")
	}
}

func TestSealingKeysOfADoor(t *testing.T) {
	dir := newSite(t)
	d, err := OpenDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := d.SealingKeys(pass.KeyID{1}); err != nil || len(keys) != 0 {
		t.Errorf("another's key: %v, %v", keys, err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "station", "sealing")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SealingKeys(pass.KeyID{1}); !errors.Is(err, ErrNoKey) {
		t.Errorf("no key at all: %v", err)
	}
}

func TestNoIssuers(t *testing.T) {
	dir := newSite(t)
	if err := os.RemoveAll(filepath.Join(dir, "controller", "issuers")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDoor(dir); !errors.Is(err, ErrNoKey) {
		t.Errorf("error %v", err)
	}
}

// TestPlaces: places are never given twice, cannot be told from each other, and
// go on in another list when one is nearly full.
func TestPlaces(t *testing.T) {
	dir := newSite(t)
	const full, more = listSize - listSize/50, 60
	given := make(map[pass.StatusRef]bool)
	var indexes []uint32
	mustDo(t, dir, func(o *Office) error {
		err := o.store.Change(t.Context(), func(tx *store.Tx) error {
			for place := range uint32(full) {
				if _, err := tx.TakePlace(0, place); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return o.store.Change(t.Context(), func(tx *store.Tx) error {
			clear(given)
			indexes = nil
			for range more {
				ref, err := o.Page(tx).Reserve(noon)
				if err != nil {
					return err
				}
				if given[ref] || ref.List == 0 && ref.Index < full {
					t.Errorf("%v was given twice", ref)
				}
				given[ref] = true
				indexes = append(indexes, ref.Index)
			}
			return nil
		})
	})
	perList := map[uint32]int{}
	for ref := range maps.Keys(given) {
		perList[ref.List]++
	}
	if perList[1] == 0 || perList[0]+perList[1] != more {
		t.Errorf("%v in each list", perList)
	}
	if slices.IsSorted(indexes) {
		t.Error("places follow each other")
	}
	d, err := OpenDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	for ref := range given {
		if s, err := d.Status(ref.URI(), ref.Index, noon); err != nil || s != statuslist.Invalid {
			t.Errorf("a place that was only reserved reads %v, %v", s, err)
		}
	}
}

func TestStatusOfOddNames(t *testing.T) {
	d, err := OpenDoor(newSite(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, uri := range []string{"", "fl:", "fl:00", "fl:7", "fl:../0", "0", "fl:4294967296"} {
		if s, err := d.Status(uri, 0, noon); err == nil || s != statuslist.Invalid {
			t.Errorf("%q: %v, %v", uri, s, err)
		}
	}
}

// TestAnothersIssuingKey: with a key that doors do not trust nothing is issued.
func TestAnothersIssuingKey(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	for _, dir := range []string{one, two} {
		if _, err := Create(dir, Config{Name: "Court", Zones: []string{"front"}, Timezone: "UTC", Policy: DefaultPolicy()}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	key, err := os.ReadFile(folder(two).issuingKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder(one).issuingKey(), key, 0o600); err != nil {
		t.Fatal(err)
	}
	office, err := OpenOffice(one, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer office.Close()
	if c, err := office.Controller(t.Context()); !errors.Is(err, ErrDamaged) || c != nil {
		t.Errorf("got %v", err)
	}
}
