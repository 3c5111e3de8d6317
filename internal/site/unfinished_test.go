package site

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
)

// TestUnfinished: what a crash left half written goes with a sweep, once nobody can
// be writing it any more.
func TestUnfinished(t *testing.T) {
	dir := newSite(t)
	old := filepath.Join(dir, "controller", "status", durable.Temporary+"old")
	fresh := filepath.Join(dir, "controller", durable.Temporary+"fresh")
	mustDo(t, dir, func(o *Office) error {
		for _, path := range []string{old, fresh} {
			if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
				return err
			}
		}
		ago := time.Now().Add(-2 * unfinishedTime)
		if err := os.Chtimes(old, ago, ago); err != nil {
			return err
		}
		return o.Sweep(t.Context())
	})
	if _, err := os.Stat(old); err == nil {
		t.Error("what was left is there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("what somebody may be writing is gone")
	}
}
