package site

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/record"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// TestFaults lets every change on the disk go wrong in each way, while a pass
// is issued and while one is revoked, and then has what is on the disk checked
// by eyes of its own.
func TestFaults(t *testing.T) {
	for _, f := range []fault{failed, persisted, crash, torn, crashDone} {
		t.Run("issue "+string(f), func(t *testing.T) {
			t.Parallel()
			for step := 1; issueFault(t, step, f); step++ {
			}
		})
		t.Run("revoke "+string(f), func(t *testing.T) {
			t.Parallel()
			for step := 1; revokeFault(t, step, f); step++ {
			}
		})
	}
}

func issueFault(t *testing.T, step int, f fault) bool {
	dir, h := newSite(t), &hand{}
	disk := &faulty{at: step, fault: f}
	err := attempt(func() error { _, err := issueWith(dir, disk, pass.Face, h); return err })
	if disk.steps < step {
		return false
	}
	name := fmt.Sprintf("step %d (%v)", step, err)
	if err == nil {
		t.Errorf("%s: not noticed", name)
	}
	handed := h.text // before the next start, which may void it
	restart(t, name, dir)
	last := f == crashDone && handed != "" && len(validPlaces(t, dir)) == 1 // all was done
	if !last {
		if n := len(validPlaces(t, dir)); n != 0 {
			t.Errorf("%s: %d good passes", name, n)
		}
		if handed != "" {
			if _, err := check(t, dir, handed); !isReason(err, pass.ReasonRevoked) {
				t.Errorf("%s: the pass is judged %v", name, err)
			}
		}
	}
	audit(t, name, dir)
	return true
}

func revokeFault(t *testing.T, step int, f fault) bool {
	dir, h := newSite(t), &hand{}
	c, err := issueWith(dir, durable.Disk{}, pass.Plain, h)
	if err != nil {
		t.Fatal(err)
	}
	disk := &faulty{at: step, fault: f}
	err = attempt(func() error { return revokeWith(dir, disk, c.ID) })
	if disk.steps < step {
		return false
	}
	name := fmt.Sprintf("step %d (%v)", step, err)
	if _, bad := check(t, dir, h.text); err == nil && !isReason(bad, pass.ReasonRevoked) {
		t.Errorf("%s: the pass is judged %v", name, bad)
	}
	restart(t, name, dir)
	if err := revokeWith(dir, durable.Disk{}, c.ID); err != nil {
		t.Errorf("%s: then %v", name, err)
	}
	if _, bad := check(t, dir, h.text); !isReason(bad, pass.ReasonRevoked) {
		t.Errorf("%s: then the pass is judged %v", name, bad)
	}
	audit(t, name, dir)
	return true
}

func isReason(err error, want pass.Reason) bool {
	got, _ := pass.ReasonOf(err)
	return got == want
}

// restart is the next start of a program.
func restart(t *testing.T, name, dir string) {
	t.Helper()
	o, err := OpenOffice(dir, clock)
	if err != nil {
		t.Fatal(name, err)
	}
	defer o.Close()
	if _, err := o.Controller(); err != nil {
		t.Fatal(name, err)
	}
	v, err := o.Vault()
	if err != nil {
		t.Fatal(name, err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(name, err)
	}
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

// audit checks what is on the disk after a start: every valid place has a
// docket that says issued, every docket is settled, and the record says so.
func audit(t *testing.T, name, dir string) {
	t.Helper()
	entries := entriesOf(t, name, dir)
	valid := validPlaces(t, dir)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(e.Name(), durable.Temporary):
			t.Errorf("%s: %s was left", name, path)
		case strings.Contains(path, "pending/"):
			t.Errorf("%s: %s is open", name, path)
		case strings.HasSuffix(path, ".json") && strings.Contains(path, "passes/"):
			auditDocket(t, name, path, entries, valid)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(valid) > 0 {
		t.Errorf("%s: nobody knows of the passes at %v", name, valid)
	}
}

func entriesOf(t *testing.T, name, dir string) map[string]bool {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "record.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries := make(map[string]bool)
	if _, err := record.Verify(f, func(e record.Entry) { entries[e.Commitment] = true }); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return entries
}

func auditDocket(t *testing.T, name, path string, entries map[string]bool, valid map[pass.StatusRef]bool) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := decodeDocket(data)
	if err != nil {
		t.Fatal(err)
	}
	has := func(s issue.State) bool {
		c, before := d.Commitment(s), d
		before.Signed = [32]byte{}
		b := before.Commitment(s)
		return entries[hex.EncodeToString(c[:])] || entries[hex.EncodeToString(b[:])]
	}
	isValid := valid[d.Status]
	delete(valid, d.Status)
	switch d.State {
	case issue.Issued:
		if !isValid || !has(issue.Intended) || !has(issue.Signed) {
			t.Errorf("%s: an issued pass: valid %v, recorded %v %v", name, isValid, has(issue.Intended), has(issue.Signed))
		}
	case issue.Abandoned, issue.Revoked:
		if isValid || !has(d.State) {
			t.Errorf("%s: %s: valid %v, recorded %v", name, d.State, isValid, has(d.State))
		}
	default:
		t.Errorf("%s: a docket is %s", name, d.State)
	}
}

// TestPromise6RevokingNeedsNoOrder: neither a record that cannot be extended nor
// files that nobody knows keep passes from being revoked, one start after
// another; and until there is order again nothing is issued.
func TestPromise6RevokingNeedsNoOrder(t *testing.T) {
	for name, disturb := range map[string]func(f folder) (string, error){
		"record": func(f folder) (string, error) { return f.record(), os.WriteFile(f.record(), []byte("else\n"), 0o600) },
		"mark": func(f folder) (string, error) {
			path := filepath.Join(f.pending(), ".DS_Store")
			return path, os.WriteFile(path, nil, 0o600)
		},
		"unfinished": func(f folder) (string, error) {
			path := filepath.Join(f.pending(), durable.Temporary+"X")
			return filepath.Join(path, "a"), os.MkdirAll(filepath.Join(path, "a"), 0o700)
		},
	} {
		t.Run(name, func(t *testing.T) { revokeInDisorder(t, disturb) })
	}
}

func revokeInDisorder(t *testing.T, disturb func(f folder) (string, error)) {
	dir, hands := newSite(t), [2]hand{}
	var ids [2]pass.ID
	for i := range hands {
		c, err := issueWith(dir, durable.Disk{}, pass.Plain, &hands[i])
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = c.ID
	}
	whole, err := os.ReadFile(folder(dir).record())
	if err != nil {
		t.Fatal(err)
	}
	path, err := disturb(folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if err := revokeWith(dir, durable.Disk{}, id); err != nil && !errors.Is(err, issue.ErrNotRecorded) {
			t.Errorf("error %v", err)
		}
		if _, err := check(t, dir, hands[i].text); !isReason(err, pass.ReasonRevoked) {
			t.Errorf("pass %d is judged %v", i, err)
		}
	}
	if _, err := issueWith(dir, durable.Disk{}, pass.Plain, &hand{}); err == nil || len(validPlaces(t, dir)) != 0 {
		t.Error("a pass was issued")
	}
	if path == folder(dir).record() {
		err = os.WriteFile(path, whole, 0o600)
	} else {
		err = os.Remove(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := issueWith(dir, durable.Disk{}, pass.Plain, &hand{}); err != nil {
		t.Error(err)
	}
	audit(t, "in order again", dir)
}

// A record that cannot be extended stops issuing.
func TestRecordIsBroken(t *testing.T) {
	dir, h := newSite(t), &hand{}
	path := filepath.Join(dir, "record.jsonl")
	if err := os.WriteFile(path, []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := issueWith(dir, durable.Disk{}, pass.Plain, h); !errors.Is(err, record.ErrBroken) {
		t.Errorf("error %v", err)
	}
	if h.text != "" || len(validPlaces(t, dir)) != 0 {
		t.Errorf("handed over %q", h.text)
	}
}
