package station

import (
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/facelatch/facelatch/consent"
)

// phone is what a telephone gets of a path.
func (r *rig) phone(method, path string) (int, string, http.Header) {
	r.t.Helper()
	w := httptest.NewRecorder()
	r.server.transfers.servePhone(w, httptest.NewRequest(method, path, nil))
	return w.Code, w.Body.String(), w.Header()
}

// give makes a pass of a kind and a link for a phone.
func (r *rig) give(kind string) (enrolment, path string) {
	r.t.Helper()
	e := r.begin(kind)
	if kind == "face" {
		r.sit(e, 1)
	}
	if h, status := r.finish(e); status != 200 || !h.Transfer {
		r.t.Fatalf("%d, %+v", status, h)
	}
	var given handedOver
	if status := r.post("/api/transfer", named{e}, &given); status != 200 || given.Minutes != 10 {
		r.t.Fatalf("%d, %+v", status, given)
	}
	path, ok := strings.CutPrefix(given.URL, "https://desk.local:8445")
	if !ok {
		r.t.Fatalf("the link is %s", given.URL)
	}
	return e, path
}

func withPhones(c *ServerConfig) { c.PhoneURL = "https://desk.local:8445/" }

// TestTransfer: a phone gets the pass once, with the receipt if there was a
// consent, though the enrolment has ended meanwhile.
func TestTransfer(t *testing.T) {
	r := newRig(t, withPhones)
	for _, kind := range []string{"face", "plain"} {
		e, path := r.give(kind)
		if status := r.post("/api/transfer", named{e}, nil); status != http.StatusConflict {
			t.Errorf("a second link: %d", status)
		}
		r.post("/api/abandon", named{e}, nil)
		for range 3 { // some telephones open a link before their owner does
			if status, page, h := r.phone(http.MethodGet, path); status != 200 || !strings.Contains(page, `method="post"`) ||
				strings.Contains(page, "<svg") || h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Fatalf("%s: asked before: %d %s", kind, status, page)
			}
		}
		status, page, _ := r.phone(http.MethodPost, path)
		if status != 200 || !strings.Contains(page, "<svg") || !strings.Contains(page, "data:image/png;base64,") {
			t.Fatalf("%s: %d %s", kind, status, page)
		}
		receipt := regexp.MustCompile(`data:application/ld&#43;json;base64,([^"]*)"`).FindStringSubmatch(page)
		if (receipt != nil) != (kind == "face") {
			t.Errorf("%s: the receipt is there: %v", kind, receipt != nil)
		}
		if receipt != nil {
			if data, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(receipt[1], "&#43;", "+")); err != nil || !strings.Contains(string(data), "receipt") {
				t.Errorf("the receipt is %q, %v", data, err)
			}
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if status, page, _ := r.phone(method, path); status != http.StatusGone || strings.Contains(page, "<svg") {
				t.Errorf("%s once more: %d", method, status)
			}
		}
	}
	for _, path := range []string{pathTake, pathTake + "x", pathTake + strings.Repeat("A", 22)} {
		if status, _, _ := r.phone(http.MethodPost, path); status != http.StatusGone {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, _ := r.phone(http.MethodDelete, pathTake+"x"); status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d", status)
	}
}

// TestTransferEnds: what nobody fetches is wiped after ten minutes, or when the
// station stops.
func TestTransferEnds(t *testing.T) {
	r := newRig(t, withPhones)
	held := func(path string) *waiting { return r.server.transfers.all[strings.TrimPrefix(path, pathTake)] }
	_, late := r.give("plain")
	w := held(late)
	r.later(TransferTime - time.Second)
	if status, _, _ := r.phone(http.MethodGet, late); status != 200 {
		t.Errorf("in time: %d", status)
	}
	r.later(time.Second)
	if status, _, _ := r.phone(http.MethodPost, late); status != http.StatusGone || strings.Trim(string(w.page.png), "\x00") != "" || len(w.page.svg) == 0 {
		t.Errorf("too late: %d, or it was not wiped", status)
	}
	_, path := r.give("face")
	w = held(path)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if strings.Trim(string(w.page.png)+string(w.page.svg)+string(w.page.receipt), "\x00") != "" || len(r.server.transfers.all) != 0 {
		t.Error("something waits after the station has stopped")
	}
}

// TestTransferRefused: without phones there are no links, nor before there is a
// pass, nor for nobody.
func TestTransferRefused(t *testing.T) {
	r := newRig(t, nil)
	e := r.begin("plain")
	if status := r.post("/api/transfer", named{e}, nil); status != http.StatusConflict {
		t.Errorf("before there is a pass: %d", status)
	}
	if h, _ := r.finish(e); h.Transfer {
		t.Error("it is offered where no phone is served")
	}
	if status := r.post("/api/transfer", named{e}, nil); status != http.StatusUnprocessableEntity {
		t.Errorf("where no phone is served: %d", status)
	}
	if status := r.post("/api/transfer", named{"x"}, nil); status != http.StatusGone {
		t.Errorf("of nobody: %d", status)
	}
	full := newTransfers(r.now)
	for range maxTransfers {
		if _, ok := full.put(transferred{lang: consent.English}); !ok {
			t.Fatal("it is full too early")
		}
	}
	if _, ok := full.put(transferred{}); ok {
		t.Error("it is never full")
	}
}

// TestServePhone: telephones get the page for them, and links, and nothing of what
// staff gets.
func TestServePhone(t *testing.T) {
	r := newRig(t, withPhones)
	_, path := r.give("plain")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- r.server.ServePhone(ctx, l, fstest.MapFS{"index.html": {Data: []byte("the phone's page")}})
	}()
	get := func(path string) (int, string) {
		response, err := r.client.Get("https://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(data)
	}
	if status, page := get("/"); status != 200 || page != "the phone's page" {
		t.Errorf("%d %s", status, page)
	}
	if status, page := get(path); status != 200 || !strings.Contains(page, "Garden Court") {
		t.Errorf("%d %s", status, page)
	}
	for _, path := range []string{"/api/notice", "/code", pathPass + "x" + namePNG} {
		if status, _ := get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
