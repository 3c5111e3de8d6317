package api

import (
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// Keys are the ids of those that the site signs with.
type Keys struct {
	Issuing  string     `json:"issuing" pattern:"^[0-9a-f]{8}$" doc:"Signs passes, status lists, PINs and receipts"`
	Older    []OlderKey `json:"older" doc:"Issuing keys that were replaced"`
	Bundle   string     `json:"bundle" pattern:"^[0-9a-f]{8}$" doc:"Signs bundles"`
	Next     string     `json:"next,omitempty" pattern:"^[0-9a-f]{8}$" doc:"Takes over from bundle; missing where no other is on its way"`
	Takeover *time.Time `json:"takeover,omitempty" doc:"When it does"`
}

// OlderKey is an issuing key that signs nothing any more.
type OlderKey struct {
	ID    string    `json:"id" pattern:"^[0-9a-f]{8}$"`
	Until time.Time `json:"until" doc:"When the last pass that it may have signed has expired"`
}

func keysOf(k site.Keys) Keys {
	made := Keys{Issuing: k.Issuing.String(), Older: []OlderKey{}, Bundle: k.Bundle.String()}
	for _, older := range k.Older {
		made.Older = append(made.Older, OlderKey{older.ID.String(), older.Until})
	}
	if k.Next != (pass.KeyID{}) {
		made.Next, made.Takeover = k.Next.String(), &k.Takeover
	}
	return made
}

func getKeys(c call, _ request[nothing]) (Keys, error) {
	k, err := c.api.with.Acts.SiteKeys(c.ctx, c.actor)
	return keysOf(k), err
}

func rotateKey(c call, in request[nothing]) (Keys, error) {
	k, err := c.api.with.Acts.RotateKey(c.ctx, c.actor, acts.KeyKind(in.values["kind"]))
	return keysOf(k), err
}
