package acts_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
)

func scenarios() []scenario {
	return []scenario{
		{"holders", holders},
		{"two at once", twoAtOnce},
		{"ledger down", ledgerDown},
		{"hostile ids", hostileIDs},
		{"csv", csvRoundTrip},
		{"corrections", corrections},
		{"claims", claims},
		{"renewals", renewals},
		{"links", links},
		{"consents", consents},
		{"withdrawing", withdrawing},
		{"signed consents", signedConsents},
		{"passes", passes},
		{"replacing", replacing},
		{"guests", guests},
		{"deleting", deleting},
		{"deleted while issuing", deletedWhileIssuing},
		{"no ledger, no pass", noLedgerNoPass},
		{"operators", operators},
		{"tokens", tokens},
		{"last owner", lastOwner},
		{"stations", stations},
		{"site", siteConfig},
	}
}

func TestHolders(t *testing.T)   { onSQLite(t, holders) }
func TestTwoAtOnce(t *testing.T) { onSQLite(t, twoAtOnce) }
func TestCSV(t *testing.T)       { onSQLite(t, csvRoundTrip) }

// TestPromise6NoLedgerNothingGiven: while the ledger cannot be written, nothing is
// given, and nothing of the try remains.
func TestPromise6NoLedgerNothingGiven(t *testing.T) { onSQLite(t, ledgerDown) }

func holders(t *testing.T, r *rig) {
	ctx := t.Context()
	h, err := r.AddHolder(ctx, desk(), acts.HolderInput{Label: " 3栋502 ", Contact: "somebody@example.org"})
	must(t, err)
	if h.Label != "3栋502" || h.Version != 1 || !h.Created.Equal(monday.Truncate(24*3600e9)) {
		t.Errorf("got %+v", h)
	}
	changed, err := r.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "3栋503"})
	must(t, err)
	if changed.Version != 2 || changed.Contact != "" || changed.ID != h.ID {
		t.Errorf("got %+v", changed)
	}
	_, err = r.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "3栋504"})
	want(t, err, acts.ErrConflict)
	_, err = r.EditHolder(ctx, desk(), "nobody", 1, acts.HolderInput{Label: "3栋504"})
	want(t, err, acts.ErrNotFound)
	for n := range 12 {
		r.add(fmt.Sprintf("flat %d", n))
	}
	var labels []string
	for q := (acts.Query{Text: "FLAT", Limit: 5}); ; {
		page, next, err := r.Holders(ctx, desk(), q)
		must(t, err)
		for _, h := range page {
			labels = append(labels, h.Label)
		}
		if q.After = next; next == "" {
			break
		}
	}
	if len(labels) != 12 || labels[2] != "flat 2" || labels[11] != "flat 11" {
		t.Errorf("in the order %q", labels)
	}
	for _, e := range r.entries() {
		if e.Act != nil {
			t.Errorf("an act about a person is in clear: %+v", e.Act)
		}
	}
}

// twoAtOnce: of two operators who edit the same, one is told so.
func twoAtOnce(t *testing.T, r *rig) {
	h := r.add("flat 1")
	results := make([]error, 8)
	var all sync.WaitGroup
	for n := range results {
		all.Go(func() {
			_, results[n] = r.EditHolder(t.Context(), desk(), h.ID, 1, acts.HolderInput{Label: fmt.Sprintf("flat %d", n)})
		})
	}
	all.Wait()
	good := 0
	for _, err := range results {
		switch {
		case err == nil:
			good++
		case !errors.Is(err, acts.ErrConflict):
			t.Error(err)
		}
	}
	if row := get(r, func(tx *store.Tx) (store.HolderRow, error) { return tx.Holder(h.ID) }); good != 1 || row.Version != 2 {
		t.Errorf("%d edits were taken, and the version is %d", good, row.Version)
	}
}

func ledgerDown(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	r.log.down.Store(true)
	a := r.impatient()
	_, err := a.AddHolder(ctx, desk(), acts.HolderInput{Label: "flat 2"})
	want(t, err, acts.ErrLedger)
	_, err = a.EditHolder(ctx, desk(), h.ID, 1, acts.HolderInput{Label: "flat 2"})
	want(t, err, acts.ErrLedger)
	_, err = a.MakeLink(ctx, desk(), h.ID)
	want(t, err, acts.ErrLedger)
	report, err := a.ImportHolders(ctx, owner(), strings.NewReader("label\nflat 3\n"), nil)
	want(t, err, acts.ErrLedger)
	if report.Added != 0 {
		t.Errorf("%d added", report.Added)
	}
	page, _, err := r.Holders(ctx, desk(), acts.Query{})
	must(t, err)
	if len(page) != 1 || page[0] != h {
		t.Errorf("left: %+v", page)
	}
	must(t, r.store.Read(ctx, func(tx *store.Tx) error {
		left, err := tx.OldIntents(1<<60, 9)
		links, also := tx.Links(store.Owner{Holder: h.ID}, 0)
		openings, more := tx.Openings(h.ID)
		if len(left) != 0 || len(links) != 0 || len(openings) != 1 {
			t.Errorf("left: %v, %v, %v", left, links, openings)
		}
		return errors.Join(err, also, more)
	}))
	r.log.down.Store(false)
	r.add("flat 2") // and it goes on
}

// TestBadWords: what cannot stand in a field is refused by its name, and never
// repeated.
func TestBadWords(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		long := strings.Repeat("中", acts.MaxContact+1)
		for name, in := range map[string]acts.HolderInput{
			"label: none":               {},
			"label: spaces":             {Label: " \t "},
			"label: too long":           {Label: long[:3*(acts.MaxLabel+1)]},
			"label: a control":          {Label: "flat\x001"},
			"label: two lines":          {Label: "flat\n1"},
			"label: turned around":      {Label: "flat \u202e1"},
			"label: isolated":           {Label: "flat \u2066 1"},
			"label: no width":           {Label: "fl\u200bat"},
			"label: a mark of order":    {Label: "fl\ufeffat"},
			"label: not UTF-8":          {Label: "flat \xff"},
			"label: nobody's":           {Label: "flat \ue000"},
			"contact: too long":         {Label: "flat", Contact: long},
			"contact: escape":           {Label: "flat", Contact: "\x1b[31m"},
			"guardian_label: missing":   {Label: "flat", Under14: true},
			"guardian_label: of adults": {Label: "flat", GuardianLabel: "somebody"},
		} {
			field, _, _ := strings.Cut(name, ":")
			_, err := r.AddHolder(t.Context(), desk(), in)
			var bad *acts.Invalid
			if !errors.As(err, &bad) || bad.Field != field || !errors.Is(err, acts.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil && in.Label != "" && strings.Contains(err.Error(), in.Label) {
				t.Errorf("%s: repeats what was entered: %v", name, err)
			}
		}
		for _, q := range []acts.Query{{Text: long}, {Text: "\x00"}, {After: "x"}, {After: "eyJzIjoiIn0"}, {Limit: -1}, {Limit: acts.MaxPage + 1}} {
			_, _, err := r.Holders(t.Context(), desk(), q)
			want(t, err, acts.ErrInvalid)
		}
		if entries := r.entries(); len(entries) != 0 {
			t.Errorf("%d entries for what was refused", len(entries))
		}
	})
}

func csvRoundTrip(t *testing.T, r *rig) {
	ctx := t.Context()
	hostile := []string{"=cmd|' /C calc'!A0", "+1", "-1", "@x", "'=1", "''=1", "'quoted'", `a "b", c`, "'", "flat 1", "3栋502"}
	var text strings.Builder
	text.WriteString("\ufeffLabel,contact,under14,guardian\r\n")
	for _, label := range hostile {
		text.WriteString(`"` + strings.ReplaceAll(label, `"`, `""`) + "\",,no,\r\n")
	}
	text.WriteString("child,,是,somebody\nbad\x01,,,\n,,,\nx,,maybe,\ny,,yes,\nz,,\n")
	var last int
	report, err := r.ImportHolders(ctx, owner(), strings.NewReader(text.String()), func(done, total int) { last = done*1000 + total })
	must(t, err)
	if report.Added != 12 || report.Refused != 5 || last != 12012 {
		t.Errorf("%+v, %d", report, last)
	}
	fields := []string{"label", "label", "under14", "guardian", ""}
	for i, line := range report.Lines {
		if line.Number != 14+i || line.Field != fields[i] || line.Why == "" {
			t.Errorf("line %+v", line)
		}
	}
	var out bytes.Buffer
	must(t, r.ExportHolders(ctx, owner(), &out))
	for line := range strings.Lines(strings.TrimPrefix(out.String(), "\ufeff")) {
		if strings.ContainsAny(strings.TrimLeft(line, `"`)[:1], "=+-@") {
			t.Errorf("a spreadsheet computes %q", line)
		}
	}
	before := r.labels()
	// Once through a spreadsheet that shows the apostrophes as they are.
	second := newRig(t, t.TempDir()+"/second.db")
	report, err = second.ImportHolders(ctx, owner(), bytes.NewReader(out.Bytes()), nil)
	must(t, err)
	// An apostrophe before a formula in the first file was taken as its guard.
	if after := second.labels(); report.Refused != 0 || !slices.Equal(before, after) {
		t.Errorf("%q became %q", before, after)
	}
	if !slices.Contains(before, hostile[0]) {
		t.Errorf("the label itself was changed: %q", before)
	}
}

func (r *rig) labels() (labels []string) {
	r.t.Helper()
	page, _, err := r.Holders(r.t.Context(), desk(), acts.Query{Limit: acts.MaxPage})
	must(r.t, err)
	for _, h := range page {
		labels = append(labels, h.Label)
	}
	return labels
}

// TestBadFiles: a file that cannot be read adds nobody.
func TestBadFiles(t *testing.T) {
	onSQLite(t, func(t *testing.T, r *rig) {
		for name, text := range map[string]string{
			"empty":           "",
			"no label":        "contact\nx\n",
			"another column":  "label,passport\nx,y\n",
			"a column twice":  "label,label\nx,y\n",
			"a quotation":     "label\n\"x\n",
			"a bare one":      "label\nx\"y\n",
			"too large":       "label\n" + strings.Repeat("x", 9<<20),
			"too many":        "label\n" + strings.Repeat("x\n", acts.MaxImport+1),
			"bytes of a file": "\x89PNG\r\n\x1a\n\x00\x00",
		} {
			report, err := r.ImportHolders(t.Context(), owner(), strings.NewReader(text), nil)
			if !errors.Is(err, acts.ErrInvalid) || report.Added != 0 {
				t.Errorf("%s: %+v, %v", name, report, err)
			}
		}
		report, err := r.ImportHolders(t.Context(), owner(), strings.NewReader("label\n"+strings.Repeat("\x01\n", 500)), nil)
		if err != nil || report.Refused != 500 || len(report.Lines) != acts.MaxReport {
			t.Errorf("%d refused, %d lines, %v", report.Refused, len(report.Lines), err)
		}
		if labels := r.labels(); len(labels) != 0 {
			t.Errorf("added %q", labels)
		}
	})
}
