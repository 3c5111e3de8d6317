package controllertest

import (
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/store"
)

// TestJudgeFinds: what was acknowledged and is not so is found, whatever it is.
func TestJudgeFinds(t *testing.T) {
	s, err := NewSite(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	j := NewJournal()
	none := strings.Repeat("0f", 16)
	j.Hear("staying", "nobody")
	j.Hear("consent", none, "nobody")
	j.Hear("pass", none)
	j.Hear("told", "nothing")
	err = s.With(t.Context(), clockOf(0), func(o *Open) error {
		w := &worker{s, o.Office, o.Acts}
		h, err := w.acts.AddHolder(t.Context(), owner(), acts.HolderInput{Label: "flat 1"})
		if err != nil {
			return err
		}
		j.Hear("deleted", h.ID)
		made, err := w.acts.IssuePlain(t.Context(), owner(), h.ID, acts.PassInput{Zones: []string{Zone}})
		if err != nil {
			return err
		}
		j.Hear("pass", made.ID.String())
		j.Hear("revoked", made.ID.String())
		// Somebody writes to the database who leaves the ledger out.
		return o.Office.Store().Change(t.Context(), func(tx *store.Tx) error {
			d, err := tx.Docket(made.ID)
			if err != nil {
				return err
			}
			d.Signed[0] ^= 1
			return tx.PutDocket(d)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Judge(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(found.Faults, "\n")
	for _, want := range []string{
		"holder nobody was added", "was deleted", "consent " + none, "pass " + none, "was revoked, is issued", "the ledger does not have it", "with the word nothing",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("nobody noticed %q in:\n%s", want, all)
		}
	}
}
