package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
)

// TestSoftwareIsRecorded: the ledger says once which program and models run, with
// their hashes, and once more when they are others.
func TestSoftwareIsRecorded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := site.CreateController(dir, site.Config{Name: "x", Zones: []string{"front"}, Timezone: "UTC", Policy: site.DefaultPolicy()}, time.Now()); err != nil {
		t.Fatal(err)
	}
	o, err := site.OpenOffice(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	for _, change := range []bool{false, false, true} {
		if change {
			err := o.Store().Change(t.Context(), func(tx *store.Tx) error { return tx.PutSetting(softwareSetting, 1, "{}") })
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := recordSoftware(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	var found []ledger.Act
	err = o.Store().Read(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Entries(0, 100)
		for _, data := range all {
			if e, err := ledger.Decode(data); err == nil && e.Act != nil && e.Act.Name == "software" {
				found = append(found, *e.Act)
			}
		}
		return err
	})
	if err != nil || len(found) != 2 {
		t.Fatalf("recorded %d times, %v", len(found), err)
	}
	program, err := programHash()
	if err != nil || found[0].Details["program"] != program || len(found[0].Details["model-detect"]) != 64 || len(found[0].Details["runtime"]) != 64 {
		t.Errorf("%v, %v", found[0].Details, err)
	}
}
