package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/pass"
)

// TestCorrection: what a holder says is wrong stands on the first page and on theirs
// until somebody answers, once.
func TestCorrection(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	page := b.post("/office/holders/new", "label", "A-1203").is(http.StatusSeeOther)
	path, _, _ := strings.Cut(page.Header().Get("Location"), "?")
	id := strings.TrimPrefix(path, "/office/holders/one/")
	b.get("/office/").is(http.StatusOK).lacks("asks for a correction")
	r.acts.Ask(id, "It is <i>1204</i>")
	b.get("/office/").is(http.StatusOK).has("A-1203 asks for a correction")
	form := b.get(path).is(http.StatusOK).has("What they say is wrong", "It is <i>1204</i>")
	version := form.value("version")
	b.post(path+"/answer", "version", version).is(http.StatusUnprocessableEntity).has("Please fill this in.")
	b.post(path+"/answer", "version", version, "answer", strings.Repeat("x", 301)).is(http.StatusUnprocessableEntity)
	b.post(path+"/answer", "version", "x", "answer", "y").is(http.StatusBadRequest)
	b.post(path+"/answer", "version", "7", "answer", "y").is(http.StatusConflict)
	b.post(path+"/answer", "version", version, "answer", "Put right").to(path + "?done=answered")
	b.get(path).is(http.StatusOK).has("Put right").lacks("Your answer")
	b.post(path+"/answer", "version", version, "answer", "again").is(http.StatusConflict)
	b.get("/office/").is(http.StatusOK).lacks("asks for a correction")
	b.staff(acts.Auditor).post(path+"/answer", "version", version, "answer", "x").is(http.StatusForbidden)
}

// TestSentTwice: a form for many passes makes them once, pressed twice or sent again
// to another controller, which knows that what was made is with the first.
func TestSentTwice(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.post("/office/holders/new", "label", "A-1203").is(http.StatusSeeOther)
	once := b.get("/office/holders/passes").is(http.StatusOK).value("once")
	send := func() answer { return b.post("/office/holders/passes", "whom", "all", "zone", "main", "once", once) }
	at := send().is(http.StatusSeeOther).Header().Get("Location")
	send().is(http.StatusConflict).has("This was sent before")
	b.finished(at).has("Passes made: 1")

	first := r.office
	var err error
	r.office, err = pages.New(r.config) // another controller behind the same address
	must(t, err)
	defer func() { must(t, r.office.Close()); r.office = first }()
	send().is(http.StatusConflict).has("This was sent before")
	b.get(at).is(http.StatusServiceUnavailable).has("Another controller is at it", "Look again")
	b.get(strings.TrimSuffix(at, at[len(at)-40:]) + strings.Repeat("0", 39)).is(http.StatusNotFound)
	all, _, err := r.acts.Holders(t.Context(), r.actor(b), acts.Query{})
	must(t, err)
	h, err := r.acts.Holder(t.Context(), r.actor(b), all[0].ID)
	must(t, err)
	if len(h.Passes) != 1 {
		t.Errorf("%d passes", len(h.Passes))
	}
}

// TestAuditorOpensAPass: an auditor who was given the id of a pass reads all that the
// ledger says of it.
func TestAuditorOpensAPass(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	page := b.post("/office/holders/new", "label", "A-1203").is(http.StatusSeeOther)
	path, _, _ := strings.Cut(page.Header().Get("Location"), "?")
	text := b.post(path+"/issue", "zone", "main").is(http.StatusOK).value("text")
	p, err := pass.Parse(text)
	must(t, err)
	id := p.Claims().ID.String()
	auditor := b.staff(acts.Auditor)
	auditor.post("/office/record/open", "entry", id).is(http.StatusOK).has(id, "intended", "signed")
	auditor.post("/office/record/open", "entry", strings.Repeat("0", 32)).is(http.StatusNotFound)
	auditor.post("/office/record/open", "entry", "0123").is(http.StatusUnprocessableEntity)
	b.post("/office/record/open", "entry", id).is(http.StatusForbidden)
}
