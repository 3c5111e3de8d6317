package acts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
)

func TestHostileIDs(t *testing.T) { onSQLite(t, hostileIDs) }

// hostileIDs: what can be no id is no holder's, and what can be in no label finds
// nobody, whatever the database makes of it. Nothing of it is a failure.
func hostileIDs(t *testing.T, r *rig) {
	ctx := t.Context()
	h := r.add("flat 1")
	n := r.notice(consent.Everybody, "1")
	for _, id := range []string{"", "a\x00b", "\xff\xfe", "flat \u202e1", "a\r\nb", "'; DROP TABLE holders; --", "%", strings.Repeat("长", 9000), strings.ToUpper(h.ID)} {
		for name, do := range map[string]func() error{
			"view":   func() error { _, err := r.Holder(ctx, desk(), id); return err },
			"edit":   func() error { _, err := r.EditHolder(ctx, desk(), id, 1, acts.HolderInput{Label: "x"}); return err },
			"delete": func() error { return r.DeleteHolder(ctx, owner(), id) },
			"export": func() error { _, err := r.HolderExport(ctx, owner(), id); return err },
			"issue": func() error {
				_, err := r.IssuePlain(ctx, desk(), id, acts.PassInput{Zones: []string{"gate"}})
				return err
			},
			"consent": func() error { _, err := r.GiveConsent(ctx, holder(id), id, yes(n)); return err },
			"link":    func() error { _, err := r.MakeLink(ctx, desk(), id); return err },
			"open":    func() error { _, err := r.OpenLink(ctx, id); return err },
			"session": func() error { _, err := r.SessionOf(ctx, id); return err },
			"remove":  func() error { return r.RemoveOperator(ctx, owner(), id) },
			"token":   func() error { return r.RevokeToken(ctx, owner(), id) },
			"use":     func() error { _, err := r.TokenActor(ctx, id); return err },
		} {
			err := do()
			if err == nil || !errors.Is(err, acts.ErrNotFound) && !errors.Is(err, acts.ErrForbidden) && !errors.Is(err, acts.ErrSignedOut) && !errors.Is(err, acts.ErrInvalid) {
				t.Errorf("%s of %.20q: %v", name, id, err)
			}
		}
		if found, _, err := r.Holders(ctx, desk(), acts.Query{Text: id}); err != nil && !errors.Is(err, acts.ErrInvalid) || id != "" && id != strings.ToUpper(h.ID) && len(found) > 0 {
			t.Errorf("looking for %.20q: %d, %v", id, len(found), err)
		}
	}
	if _, err := r.Holder(ctx, desk(), h.ID); err != nil {
		t.Error(err)
	}
}
