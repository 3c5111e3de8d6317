package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

func TestCreate(t *testing.T) {
	dir := newSite(t)
	c, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "Garden Court" || !slices.Equal(c.Zones, []string{"front", "garage"}) || c.ID == (pass.SiteID{}) {
		t.Errorf("read %+v", c)
	}
	audit(t, "new", dir)
}

func TestCreateNeverReplaces(t *testing.T) {
	dir := newSite(t)
	before := snapshot(t, dir)
	if _, err := Create(dir, Config{Name: "x", Zones: []string{"a"}, Timezone: "UTC", Policy: DefaultPolicy()}, noon); !errors.Is(err, ErrExists) {
		t.Errorf("error %v", err)
	}
	if !same(before, snapshot(t, dir)) {
		t.Error("the site was changed")
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "mine.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(other, Config{Name: "x", Zones: []string{"a"}, Timezone: "UTC", Policy: DefaultPolicy()}, noon); !errors.Is(err, ErrExists) {
		t.Errorf("error %v", err)
	}
}

func TestCreateLeavesNothingAfterABadConfig(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := Create(dir, Config{Name: "x", Timezone: "UTC", Policy: DefaultPolicy()}, noon); !errors.Is(err, ErrConfig) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a folder was left")
	}
}

// TestCreateAtOnce: of many who make a site in one folder at once, one does, and
// the others leave it alone.
func TestCreateAtOnce(t *testing.T) {
	for _, there := range []bool{false, true} {
		for range testenv.Count(2, 20) {
			dir := filepath.Join(t.TempDir(), "new")
			if there {
				if err := os.Mkdir(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			createAtOnce(t, dir)
		}
	}
}

func createAtOnce(t *testing.T, dir string) {
	t.Helper()
	const n = 8
	type result struct {
		c   Config
		err error
	}
	start, done := make(chan struct{}), make(chan result)
	for range n {
		go func() {
			<-start
			c, err := Create(dir, Config{Name: "x", Zones: []string{"a"}, Timezone: "UTC", Policy: DefaultPolicy()}, noon)
			done <- result{c, err}
		}()
	}
	close(start)
	var made []pass.SiteID
	for range n {
		switch r := <-done; {
		case r.err == nil:
			made = append(made, r.c.ID)
		case !errors.Is(r.err, ErrExists):
			t.Errorf("error %v", r.err)
		}
	}
	c, err := Read(dir)
	if err != nil || len(made) != 1 || c.ID != made[0] {
		t.Fatalf("%d sites were made, and then: %v", len(made), err)
	}
	audit(t, "at once", dir)
	if _, err := issueAt(dir, pass.Plain, &hand{}); err != nil && !errors.Is(err, issue.ErrPolicy) {
		t.Error(err) // the zone is another; all that is read before that is there
	}
}

// TestCreateCleansUpItsOwn: what fails on the way leaves the folder as it was.
func TestCreateCleansUpItsOwn(t *testing.T) {
	for _, there := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "new")
		if there {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		made, err := claim(dir)
		if err != nil || made == there {
			t.Fatal(made, err)
		}
		if _, err := claim(dir); !errors.Is(err, ErrExists) {
			t.Errorf("claimed twice: %v", err)
		}
		if err := folder(dir).folders(); err != nil {
			t.Fatal(err)
		}
		if err := clean(dir, made); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if there && (err != nil || len(entries) != 0) || !there && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("left %v, %v", entries, err)
		}
	}
}

// TestConfig: each bad field is named. TestPromise4 is a part of it.
func TestConfig(t *testing.T) {
	dir := newSite(t)
	good, err := os.ReadFile(filepath.Join(dir, "site.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, changed, want string }{
		"no plain passes": {`"plain_days": 731`, `"plain_days": 0`, "only way in"},
		"longer faces":    {`"plain_days": 731`, `"plain_days": 364`, "better one"},
		"for ever":        {`"plain_days": 731`, `"plain_days": 1000`, "731 days"},
		"format":          {`"format": 1`, `"format": 2`, "format"},
		"no name":         {`"Garden Court"`, `""`, "name"},
		"control":         {`"Garden Court"`, `"Garden\u0007Court"`, "name"},
		"zone twice":      {`"garage"`, `"front"`, "zones"},
		"zone name":       {`"garage"`, `"The Garage"`, "zone"},
		"timezone":        {`"Asia/Shanghai"`, `"Asia/Shangri-La"`, "timezone"},
		"local time":      {`"Asia/Shanghai"`, `"Local"`, "timezone"},
		"threshold":       {`"fmr-1e-4"`, `""`, "policy.threshold"},
		"unknown field":   {`"format": 1`, `"format": 1, "watch_list": []`, "watch_list"},
		"site id":         {`"id": "`, `"id": "x`, "site"},
		"cut off":         {"}\n}\n", "}\n", "EOF"},
		"more":            {"}\n}\n", "}\n}\n{}", "after the object"},
	} {
		changed := strings.Replace(string(good), c.old, c.changed, 1)
		if changed == string(good) {
			t.Fatalf("%s: nothing was changed in %s", name, good)
		}
		_, err := decodeConfig([]byte(changed))
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestPromise4NoPolicyWithoutPlainPasses: there is no field to turn them off.
func TestPromise4NoPolicyWithoutPlainPasses(t *testing.T) {
	c := Config{Format: Format, ID: pass.SiteID{1}, Name: "x", Zones: []string{"a"}, Timezone: "UTC", Policy: DefaultPolicy()}
	c.Policy.PlainDays = 0
	if err := c.valid(); !errors.Is(err, issue.ErrOnlyWay) || !errors.Is(err, ErrConfig) {
		t.Errorf("error %v", err)
	}
	c.Policy = DefaultPolicy()
	c.Policy.FaceDays = 0
	if err := c.valid(); err != nil {
		t.Errorf("a site without faces: %v", err)
	}
}

func TestReadWhatIsNotASite(t *testing.T) {
	if _, err := Read(t.TempDir()); !errors.Is(err, ErrNotASite) {
		t.Errorf("error %v", err)
	}
	if _, err := OpenOffice(t.TempDir(), clock); !errors.Is(err, ErrNotASite) {
		t.Errorf("error %v", err)
	}
}

// TestConcurrentIssuing: several programs issue at once, and nothing is lost.
func TestConcurrentIssuing(t *testing.T) {
	dir := newSite(t)
	const n = 8
	done := make(chan error)
	for range n {
		go func() {
			_, err := issueAt(dir, pass.Plain, &hand{})
			done <- err
		}()
	}
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := len(validPlaces(t, dir)); got != n {
		t.Errorf("%d good passes, want %d", got, n)
	}
	audit(t, "concurrent", dir)
}

// TestPromise5CheckWritesNothing: a door leaves the folder as it was.
func TestPromise5CheckWritesNothing(t *testing.T) {
	dir, h := newSite(t), &hand{}
	if _, err := issueAt(dir, pass.Plain, h); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	for range 3 {
		if _, err := check(t, dir, h.text); err != nil {
			t.Error(err)
		}
	}
	if !same(before, snapshot(t, dir)) {
		t.Error("the folder was changed")
	}
}

// snapshot reads a whole folder.
func snapshot(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files[path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func same(a, b map[string][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for path := range a {
		if other, ok := b[path]; !ok || !bytes.Equal(a[path], other) {
			return false
		}
	}
	return true
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzConfig")
	testenv.Corpus(t, "FuzzDocket")
}

// An error means a zero value; else writing and reading again gives the same.
func FuzzConfig(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decodeConfig(data)
		if err != nil {
			if got, _ := json.Marshal(c); !bytes.Equal(got, must(json.Marshal(Config{}))) {
				t.Fatal("a value beside an error")
			}
			return
		}
		encoded := must(Encode(c))
		again, err := decodeConfig(encoded)
		if err != nil || !bytes.Equal(must(Encode(again)), encoded) {
			t.Fatalf("read again: %v", err)
		}
	})
}

// FuzzDocket: an error means a zero value; else writing and reading again gives the
// same.
func FuzzDocket(f *testing.F) {
	f.Fuzz(func(t *testing.T, zones, hours string, record, models, phone, signed []byte) {
		r := store.DocketRow{State: "issued", Zones: zones, Hours: hours, Record: record, Models: models, Phone: phone, Signed: signed}
		d, err := docketOf(r)
		if err != nil {
			if d.State != "" || d.Consent != nil || d.Zones != nil {
				t.Fatal("a value beside an error")
			}
			return
		}
		one, err := rowOf(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := docketOf(one)
		if err != nil {
			t.Fatal(err)
		}
		two, err := rowOf(again)
		if err != nil || !reflect.DeepEqual(one, two) {
			t.Fatalf("read again: %v", err)
		}
	})
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}
