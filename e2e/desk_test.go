package e2e

import (
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestDesk is a counter from nothing, as the people at it see it: an operator adds a
// desk and a relying party and opens the counter; somebody is checked by face on the
// second screen, a stranger with their document is not taken for them, staff look
// instead, somebody is checked alone on a phone, another leaves half-way, and a login
// by OpenID Connect ends with verified claims. Controller and desk are processes of
// their own, cameras see real photographs and a drawn passport, and afterwards the
// disks of both are searched for what was on it.
func TestDesk(t *testing.T) {
	path := program(t)
	for _, s := range []stroll{
		{"en", "landscape", "phone"},
		{"zh-CN", "landscape", "phone"},
	}[:testenv.Count(1, 2)] {
		t.Run(s.Lang, func(t *testing.T) {
			h := newCounterHouse(t, path, newBrowser(t))
			jobs := h.jobs()
			for name, do := range map[string]func(asked) (any, error){
				"/desk": h.joinDesk, "/document": h.document, "/turning": h.turning, "/ask": h.ask, "/fetch": h.fetch, "/events": h.events,
				"/login": h.logIn, "/logged-in": h.loggedIn, "/left": h.left,
			} {
				jobs[name] = do
			}
			h.script(t, "walk/desk.mjs", map[string]any{"walk": s, "hands": hands(t, jobs), "desk": h.deskOrigin, "key": h.partyKey()})
		})
	}
}
