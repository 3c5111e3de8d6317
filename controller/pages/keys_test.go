package pages_test

import (
	"net/http"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/signin"
)

// TestKeys: an owner replaces keys, with a passkey that was shown just now; everybody
// who may see the site sees which there are.
func TestKeys(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	r.clock.pass(signin.FreshTime + 1e9)
	b.get("/office/keys").is(http.StatusOK).has("Key for passes", "Key for bundles").lacks("takes over", "Before:")
	b.get("/office/keys/ledger/rotate").is(http.StatusNotFound)
	b.post("/office/keys/ledger/rotate").is(http.StatusNotFound)
	if a := b.post("/office/keys/issuing/rotate"); a.Code != http.StatusSeeOther {
		t.Errorf("without a passkey: %d", a.Code)
	}
	b.get("/office/keys").is(http.StatusOK).lacks("Before:")
	b.passkey("stepup").is(http.StatusOK)
	b.get("/office/keys/issuing/rotate").is(http.StatusOK).has("Replace the key for passes?", "Make a backup afterwards")
	b.post("/office/keys/issuing/rotate").to("/office/keys?done=key-issuing")
	b.get("/office/keys/bundle/rotate").is(http.StatusOK).has("After 90 days")
	b.post("/office/keys/bundle/rotate").to("/office/keys?done=key-bundle")
	b.post("/office/keys/bundle/rotate").is(http.StatusConflict)
	b.get("/office/keys").is(http.StatusOK).has("Before:", "takes over on")
	b.post("/office/holders/new", "label", "A-1203").is(http.StatusSeeOther)
	b.post("/office/holders/passes", "whom", "all", "zone", "main").is(http.StatusSeeOther)
	manager := b.staff(acts.Manager)
	manager.get("/office/keys").is(http.StatusOK).lacks("Replace")
	manager.post("/office/keys/issuing/rotate").is(http.StatusForbidden)
}
