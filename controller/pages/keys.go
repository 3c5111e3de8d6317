package pages

import (
	"slices"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
)

// keyView is a key as a page shows it.
type keyView struct {
	Kind string
	ID   string
	// Next is the id of the one that takes over at Takeover; "" for none.
	Next, Takeover string
	// Older are those that sign nothing any more.
	Older []olderView
}

// olderView is a key that was replaced, and the day until which what it signed is
// good.
type olderView struct{ ID, Until string }

// keyViews are the keys that can be replaced.
func (v *visit) keyViews(k site.Keys) []keyView {
	issuing := keyView{Kind: string(acts.IssuingKey), ID: k.Issuing.String()}
	for _, older := range slices.Backward(k.Older) {
		issuing.Older = append(issuing.Older, olderView{older.ID.String(), v.day(older.Until)})
	}
	signing := keyView{Kind: string(acts.BundleKey), ID: k.Bundle.String()}
	if !k.Takeover.IsZero() {
		signing.Next, signing.Takeover = k.Next.String(), v.day(k.Takeover)
	}
	return []keyView{issuing, signing}
}

func (v *visit) keysPage() error {
	k, err := v.c.Acts.SiteKeys(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	return v.show(page{name: "keys", title: "keys.title", data: v.keyViews(k)})
}

// keyKind is the kind that the address names.
func (v *visit) keyKind() (acts.KeyKind, error) {
	kind := acts.KeyKind(v.r.PathValue("kind"))
	if !slices.Contains(acts.KeyKinds(), kind) {
		return "", errLost
	}
	return kind, nil
}

// rotatePage asks for a passkey first, and then says what follows.
func (v *visit) rotatePage() error {
	kind, err := v.keyKind()
	if err != nil {
		return err
	}
	if fresh, err := v.fresh(v.r.URL.Path); !fresh {
		return err
	}
	return v.show(page{name: "keyrotate", title: "keyrotate." + string(kind) + ".title", data: string(kind)})
}

func (v *visit) rotateKey() error {
	kind, err := v.keyKind()
	if err != nil {
		return err
	}
	if fresh, err := v.fresh(v.r.URL.Path); !fresh {
		return err
	}
	if _, err := v.c.Acts.RotateKey(v.r.Context(), v.actor, kind); err != nil {
		return err
	}
	return v.to(Path+"keys", "key-"+string(kind))
}
