package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/api"
	"github.com/facelatch/facelatch/e2e/courttest"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/internal/store/pgtest"
)

// TestDiskFullForPeople: what the disk of the controller fills up for.
func TestDiskFullForPeople(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, "256m")
	newHouse(t, courttest.Options{Disk: dir, Interval: time.Second}).endure(broken{
		down: func() { fill(t, dir) },
		up:   func() { empty(t, dir) },
	})
}

// TestPostgresGoneForPeople: what it is to people that the database is gone.
func TestPostgresGoneForPeople(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	newHouse(t, courttest.Options{Database: server.Database(), Interval: time.Second}).endure(broken{down: server.Stop, up: server.Restart})
}

// house is a site with somebody at each of its doors, pages and counters.
type house struct {
	*courttest.Court
	t       *testing.T
	ctx     context.Context
	counter *courttest.Counter
	door    *rigtest.Rig
	page    *kiosktest.Page
	holder  api.Holder
	passes  [2]api.Issued
}

func newHouse(t *testing.T, o courttest.Options) *house {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	h := &house{Court: courttest.New(t, o), t: t, ctx: ctx}
	h.SetUp()
	h.Notice("2027-1")
	h.counter = h.OpenStation()
	h.door, _ = h.OpenDoor(ctx)
	h.Must(http.MethodPost, "/holders", api.HolderInput{Label: "Flat 1"}, &h.holder)
	for i := range h.passes {
		h.Must(http.MethodPost, h.of("/passes"), api.PassInput{Zones: []string{courttest.Zone}}, &h.passes[i])
	}
	must(t, h.door.UpToDate(ctx))
	page, err := h.door.Connect(ctx)
	must(t, err)
	film := rigtest.Film(page, nil)
	t.Cleanup(func() { film.Stop(); page.Close() })
	h.page = page
	return h
}

func (h *house) of(path string) string { return "/holders/" + h.holder.ID + path }

// endure breaks something, looks at what people see, and mends it.
func (h *house) endure(b broken) {
	h.show(h.passes[0].Text, "opened")
	enrolment := h.counter.Choose("plain")
	said := len(h.Served.Said())
	b.down()
	h.refused()
	gone := h.takeAway()
	h.atTheStation(enrolment)
	if wrong := h.Doctor(); len(wrong) == 0 {
		h.t.Error("the doctor finds nothing")
	} else {
		h.t.Logf("the doctor says: %q", wrong)
	}
	h.show(h.passes[0].Text, "opened")
	if lines := strings.Split(h.Served.Said()[said:], "\n"); len(lines) > 200 {
		h.t.Errorf("the controller printed %d lines meanwhile, such as %q", len(lines), lines[:3])
	} else {
		h.t.Logf("the controller said meanwhile: %q", lines)
	}
	b.up()
	h.recovered(gone, enrolment)
}

// isClear says whether a problem of the API says what it is and what to do.
func isClear(a courttest.Answer) bool {
	p := a.Problem()
	return a.Status == http.StatusServiceUnavailable && p.Title != "" && p.Detail != "" &&
		slices.Contains([]string{"urn:facelatch:unavailable", "urn:facelatch:not-recorded"}, p.Type)
}

// refused asks for what gives somebody something, by program and by page, until it
// is refused: a little may still fit on a disk.
func (h *house) refused() {
	h.t.Helper()
	courttest.Until(h.t, "nobody is refused", func() error {
		a, err := h.Call(http.MethodPost, h.of("/passes"), api.PassInput{Zones: []string{courttest.Zone}})
		switch {
		case err != nil:
			h.t.Fatal(err)
		case a.Status == http.StatusCreated:
			return errStill
		case !isClear(a):
			h.t.Errorf("the API says %d %s", a.Status, a.Body)
		default:
			h.t.Logf("the API says: %s", a.Body)
		}
		return nil
	})
	typed := "Flat 4711 <b>"
	body := string(h.Form("/office/holders/new", url.Values{"label": {typed}, "contact": {""}}, http.StatusServiceUnavailable))
	if !strings.Contains(body, "cannot save now") && !strings.Contains(body, "cannot be recorded now") || !strings.Contains(body, "Flat 4711 &lt;b&gt;") {
		h.t.Errorf("the page does not say what to do, or lost what was typed: %s", body)
	}
}

var errStill = errorString("it was done")

type errorString string

func (e errorString) Error() string { return string(e) }

// takeAway revokes a pass, which is done or refused in so many words.
func (h *house) takeAway() (done bool) {
	h.t.Helper()
	a, err := h.Call(http.MethodPost, "/passes/"+h.passes[1].ID+"/revoke", nil)
	must(h.t, err)
	if a.Status != http.StatusNoContent && !isClear(a) {
		h.t.Errorf("revoking is answered %d %s", a.Status, a.Body)
	}
	h.t.Logf("revoking was answered %d", a.Status)
	return a.Status == http.StatusNoContent
}

// atTheStation lets somebody ask for a pass at the counter, who is told to wait.
func (h *house) atTheStation(enrolment string) {
	h.t.Helper()
	status, said := h.counter.Try("/api/finish", map[string]any{"enrolment": enrolment})
	var p struct{ Title, Detail, Type string }
	if err := json.Unmarshal(said, &p); status == http.StatusOK || err != nil || p.Title == "" || strings.Contains(string(said), "internal") {
		h.t.Errorf("at the station: %d %s", status, said)
	}
	h.t.Logf("the station says: %s", said)
}

// recovered waits until everything goes on by itself, and holds the site to what was
// acknowledged.
func (h *house) recovered(gone bool, enrolment string) {
	h.t.Helper()
	start := time.Now()
	var made api.Issued
	courttest.Until(h.t, "no pass is made", func() error {
		a, err := h.Call(http.MethodPost, h.of("/passes"), api.PassInput{Zones: []string{courttest.Zone}})
		if err == nil && a.Status != http.StatusCreated {
			err = errorString(a.Body)
		}
		if err == nil {
			err = json.Unmarshal(a.Body, &made)
		}
		return err
	})
	h.t.Logf("it went on %v after it was mended", time.Since(start).Round(10*time.Millisecond))
	if !gone {
		h.Must(http.MethodPost, "/passes/"+h.passes[1].ID+"/revoke", nil, nil)
	}
	text := h.counter.Finish(enrolment)
	must(h.t, h.door.UpToDate(h.ctx))
	h.show(made.Text, "opened")
	h.show(text, "opened")
	h.show(h.passes[1].Text, "ask-for-help")
	courttest.Until(h.t, "the doctor still finds something", func() error {
		if wrong := h.Doctor(); len(wrong) > 0 {
			return errorString(strings.Join(wrong, "; "))
		}
		return nil
	})
	h.Audit()
}

// show shows a pass at the door until its screen says what is wanted, or too often:
// what was changed reaches the door in a moment.
func (h *house) show(text, want string) {
	h.t.Helper()
	var last kiosktest.Message
	for range 8 {
		ctx, cancel := context.WithTimeout(h.ctx, 20*time.Second)
		_, err := h.page.WaitScreen(ctx, "ready")
		if err == nil {
			err = h.page.Code(ctx, text)
		}
		if err == nil {
			last, err = h.page.Wait(ctx, "screen", func(m kiosktest.Message) bool { return m.Key != "ready" })
		}
		cancel()
		if last.Key == want {
			return
		}
		h.t.Logf("the door says %s (%v)", last.Raw, err)
		time.Sleep(time.Second)
	}
	h.t.Errorf("the door says %s, and not %q", last.Raw, want)
}
