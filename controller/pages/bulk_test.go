package pages_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/testenv"
)

// finished waits for a job, as somebody does who has no script.
func (b *browser) finished(at string) answer {
	b.t.Helper()
	for {
		a := b.get(at).is(http.StatusOK)
		if !strings.Contains(a.Body.String(), "data-job=") {
			return a
		}
		b.get(at + "/progress").is(http.StatusOK)
		time.Sleep(5 * time.Millisecond)
	}
}

// TestImportAndIssue reads a list and issues passes to all of it.
func TestImportAndIssue(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.get("/office/holders/import").is(http.StatusOK)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "holders.csv")
	must(t, err)
	fmt.Fprintln(file, "label,contact,under14,guardian")
	for i := range 30 {
		fmt.Fprintf(file, "A-%d,,,\n", 1000+i)
	}
	fmt.Fprintln(file, ",,,")
	must(t, form.Close())
	sent := b.request("POST", "/office/holders/import", body.String(), form.FormDataContentType()).is(http.StatusSeeOther)
	b.finished(sent.Header().Get("Location")).has("Holders added: 30", "could not be taken: 1", "Line 32")
	b.post("/office/holders/import").is(http.StatusBadRequest)

	list := b.get("/office/holders").is(http.StatusOK).has("A-1000", "A-1029")
	if strings.Contains(list.words(), "Next page") {
		t.Error("one page is two")
	}
	b.post("/office/holders/passes", "zone", "main").is(http.StatusUnprocessableEntity).has("Choose at least one holder.")
	chosen := b.get("/office/holders/passes?q=A-100").is(http.StatusOK)
	if n := strings.Count(chosen.Body.String(), `name="holder"`); n != 10 {
		t.Fatalf("%d holders", n)
	}
	sent = b.post("/office/holders/passes", "q", "A-100", "whom", "all", "zone", "main", "hours", "always").is(http.StatusSeeOther)
	at := sent.Header().Get("Location")
	b.finished(at).has("Passes made: 10", "ten minutes")
	// Nobody else sees it, and it is gone after ten minutes.
	other := b.staff(acts.Manager)
	other.get(at).is(http.StatusNotFound)
	other.post(at + "/cards").is(http.StatusNotFound)
	r.clock.pass(10 * time.Minute)
	b.get(at).is(http.StatusNotFound)
	b.get("/office/holders/export").is(http.StatusOK)
}

// TestCards: with fonts, passes are cards to print, one or many.
func TestCards(t *testing.T) {
	r := newRig(t)
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(testenv.Home(t), "fonts", name))
		if err != nil {
			testenv.Missing(t, "the fonts are not installed: run make setup")
		}
		return data
	}
	b := r.owner()
	page := b.post("/office/holders/new", "label", "A-1203").is(http.StatusSeeOther)
	path, _, _ := strings.Cut(page.Header().Get("Location"), "?")
	text := b.post(path+"/issue", "zone", "main").is(http.StatusOK).value("text")
	b.post("/office/pass/file", "text", text, "as", "pdf").is(http.StatusServiceUnavailable).has("Cards cannot be printed here")

	r.config.Fonts = card.Fonts{Regular: read("NotoSansSC_400Regular.ttf"), Bold: read("NotoSansSC_700Bold.ttf")}
	must(t, r.office.Close())
	r.open()
	isPDF := func(a answer) {
		t.Helper()
		if a.is(http.StatusOK); !strings.HasPrefix(a.Body.String(), "%PDF") || a.Header().Get("Content-Type") != "application/pdf" {
			t.Errorf("%v", a.Header())
		}
	}
	isPDF(b.post("/office/pass/file", "text", text, "as", "pdf"))
	sent := b.post("/office/holders/passes", "whom", "all", "zone", "main").is(http.StatusSeeOther)
	at := sent.Header().Get("Location")
	b.finished(at).has("Fetch the cards")
	isPDF(b.post(at + "/cards"))
	isPDF(b.post(at + "/cards")) // a printer that jams costs nobody a pass
	b.post(at + "/forget").to("/office/holders")
	b.post(at + "/cards").is(http.StatusNotFound)
}

// TestJobFails: what went wrong is said for each line and for the whole.
func TestJobFails(t *testing.T) {
	r := newRig(t)
	b := r.owner()
	b.post("/office/holders/new", "label", "A-1203")
	r.acts.Break(acts.ErrLedger)
	sent := b.post("/office/holders/passes", "whom", "all", "zone", "main").is(http.StatusSeeOther)
	at := sent.Header().Get("Location")
	b.finished(at).has("Not made: 1", "A-1203", "This cannot be recorded now")
	b.post(at + "/forget").to("/office/holders")
	b.get(at).is(http.StatusNotFound)
}
