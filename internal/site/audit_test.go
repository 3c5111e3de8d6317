package site

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

func isReason(err error, want pass.Reason) bool {
	got, _ := pass.ReasonOf(err)
	return got == want
}

// validPlaces reads the lists without any help of this package.
func validPlaces(t *testing.T, dir string) map[pass.StatusRef]bool {
	t.Helper()
	keys, err := folder(dir).readIssuers()
	if err != nil {
		t.Fatal(err)
	}
	valid := make(map[pass.StatusRef]bool)
	files, err := os.ReadDir(filepath.Join(dir, "controller", "status"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var n uint32
		if _, err := fmt.Sscanf(file.Name(), "%d.cwt", &n); err != nil {
			t.Errorf("found %s among the lists", file.Name())
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, "controller", "status", file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		token, err := statuslist.Verify(data, keys, fmt.Sprintf("fl:%d", n), noon)
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(token.List().Len()) {
			if s, err := token.Status(i, noon); err == nil && s == statuslist.Valid {
				valid[pass.StatusRef{List: n, Index: i}] = true
			}
		}
	}
	return valid
}

// audit checks what is there after a start: every valid place has a docket that
// says issued, every docket is settled or young, and the ledger says so.
func audit(t *testing.T, name, dir string) {
	t.Helper()
	said := make(map[ledger.Commitment]bool)
	hear(t, dir, said)
	auditBy(t, name, dir, said)
}

// hear adds what the ledger says now. The database keeps its newest entries only
// (keepEntries): whoever makes more than that hears now and then.
func hear(t *testing.T, dir string, said map[ledger.Commitment]bool) {
	t.Helper()
	for _, e := range entries(t, dir) {
		said[e.Commitment] = true
	}
}

func auditBy(t *testing.T, name, dir string, said map[ledger.Commitment]bool) {
	t.Helper()
	var rows []store.DocketRow
	mustDo(t, dir, func(o *Office) error {
		return o.store.Read(t.Context(), func(tx *store.Tx) error {
			ids, err := tx.DocketIDs([16]byte{}, [16]byte(slices.Repeat([]byte{0xff}, 16)), 1<<20)
			for _, id := range ids {
				if err != nil {
					return err
				}
				var r store.DocketRow
				r, err = tx.Docket(id)
				rows = append(rows, r)
			}
			return err
		})
	})
	valid := validPlaces(t, dir)
	for _, r := range rows {
		auditDocket(t, name, r, said, valid)
	}
	if len(valid) > 0 {
		t.Errorf("%s: nobody knows of the passes at %v", name, valid)
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), durable.Temporary) && !strings.Contains(path, "/ledger/") {
			t.Errorf("%s: %s was left", name, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func auditDocket(t *testing.T, name string, r store.DocketRow, said map[ledger.Commitment]bool, valid map[pass.StatusRef]bool) {
	t.Helper()
	d, err := docketOf(r)
	if err != nil {
		t.Fatal(err)
	}
	has := func(s issue.State) bool { return said[d.Commitment(s)] }
	isValid := valid[d.Status]
	delete(valid, d.Status)
	switch d.State {
	case issue.Issued:
		if !isValid || !has(issue.Intended) || !has(issue.Signed) || !d.Until.IsZero() {
			t.Errorf("%s: an issued pass: valid %v, recorded %v %v", name, isValid, has(issue.Intended), has(issue.Signed))
		}
	case issue.Abandoned, issue.Revoked:
		if isValid || !has(d.State) || !d.Until.IsZero() {
			t.Errorf("%s: %s: valid %v, recorded %v", name, d.State, isValid, has(d.State))
		}
	default:
		if isValid || d.Until.IsZero() {
			t.Errorf("%s: a docket is %s: valid %v, open until %v", name, d.State, isValid, d.Until)
		}
	}
}
