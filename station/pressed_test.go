package station

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// answer is what the page and the network get: of two of them, whoever looks at
// both must not be able to tell whose wish it was.
type answer struct {
	status  int
	headers http.Header
	body    []byte
}

// sitFor goes through an enrolment for a face pass, and says after some pictures
// that it is not a wish of one's own, or, with -1, never. It returns what was
// answered.
func (r *rig) sitFor(pressedAfter int) (all []answer, h handed) {
	r.t.Helper()
	ask := func(method, path, kind string, body []byte) {
		r.t.Helper()
		response, data := r.do(method, path, kind, body, nil)
		response.Header.Del("Date")
		all = append(all, answer{response.StatusCode, response.Header, data})
	}
	e := r.begin("face")
	for n := range Need {
		own := "1"
		if pressedAfter >= 0 && n >= pressedAfter {
			own = "0"
		}
		ask(http.MethodPost, "/api/frame?enrolment="+e+"&own="+own, "image/jpeg", facetest.JPEG(facetest.Alone(1)))
		r.later(lookTime)
	}
	body, _ := json.Marshal(named{e})
	ask(http.MethodPost, "/api/finish", "application/json", body)
	if err := json.Unmarshal(all[len(all)-1].body, &h); err != nil {
		r.t.Fatalf("%s: %v", all[len(all)-1].body, err)
	}
	for _, path := range []string{h.PNG, h.SVG, h.PDF} {
		ask(http.MethodGet, path, "", nil)
	}
	ask(http.MethodPost, "/api/transfer", "application/json", body)
	ask(http.MethodPost, "/api/abandon", "application/json", body)
	return all, h
}

// TestPromise2PressedLooksTheSame: who says that they were pressed gets a plain
// pass; no picture is looked at any more, nothing of a face and no consent is left,
// and what the screen, the card, the controller and the operator get differs from
// what they get of others in nothing that a person can see.
func TestPromise2PressedLooksTheSame(t *testing.T) {
	for pressedAfter := range Need {
		r := newRig(t, func(c *ServerConfig) { c.PhoneURL = "https://desk.local:8445" })
		own, ownPass := r.sitFor(-1)
		looks := r.faces.Runs(models.Detect)
		plain := r.begin("plain")
		r.finish(plain)
		ordinary := r.site.prepared[1]
		pressed, pressedPass := r.sitFor(pressedAfter)

		if n := r.faces.Runs(models.Detect) - looks; n != pressedAfter {
			t.Errorf("pressed after %d pictures, and %d were looked at", pressedAfter, n)
		}
		if n := r.faces.Dirty(); n != 0 {
			t.Errorf("%d networks hold something of a picture", n)
		}
		asked := r.site.prepared[2]
		asked.NotBefore, ordinary.NotBefore = time.Time{}, time.Time{} // when each was made
		if asked.Consent != nil || !reflect.DeepEqual(asked, ordinary) || r.site.receipts != 1 {
			t.Errorf("the controller is asked for %+v, and of others for %+v", asked, ordinary)
		}
		if len(r.said) != 0 {
			t.Errorf("the operator is told %q", r.said)
		}
		if kindOf(t, ownPass.Text) != pass.Face || kindOf(t, pressedPass.Text) != pass.Plain {
			t.Error("the passes are of the wrong kinds")
		}
		if len(own) != len(pressed) {
			t.Fatalf("%d answers, and %d", len(own), len(pressed))
		}
		for i := range own {
			sameForPeople(t, own[i], pressed[i])
		}
		if a, b := modulesOf(t, own), modulesOf(t, pressed); a != b {
			t.Errorf("the code has %d modules, and %d where somebody was pressed", a, b)
		}
	}
}

func kindOf(t *testing.T, text string) pass.Kind {
	t.Helper()
	p, err := pass.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p.Claims().Kind()
}

// whatDiffers are the parts of an answer that differ from person to person.
var whatDiffers = regexp.MustCompile(`"text":"[^"]*"|"number":"[^"]*"|/api/pass/[^/]*/|/take/[^"]*`)

// sameForPeople compares answers but for what differs from person to person: the
// pass itself, its number, and secrets.
func sameForPeople(t *testing.T, own, pressed answer) {
	t.Helper()
	kind := own.headers.Get("Content-Type")
	for _, h := range []http.Header{own.headers, pressed.headers} {
		h.Del("Content-Length") // of another pass
	}
	if own.status != pressed.status || !reflect.DeepEqual(own.headers, pressed.headers) {
		t.Errorf("%d %v, and %d %v", own.status, own.headers, pressed.status, pressed.headers)
	}
	a, b := own.body, pressed.body
	switch kind {
	case "application/json":
		a, b = whatDiffers.ReplaceAll(a, nil), whatDiffers.ReplaceAll(b, nil)
	case "application/pdf", "image/png", "image/svg+xml":
		return // of another pass; see modulesOf and TestPressedCard
	}
	if !bytes.Equal(a, b) {
		t.Errorf("%s\nand\n%s", a, b)
	}
}

// modulesOf reads how many modules the picture of the code has along a side.
func modulesOf(t *testing.T, all []answer) int {
	t.Helper()
	for _, a := range all {
		if a.headers.Get("Content-Type") != "image/png" {
			continue
		}
		p, err := picture.Decode(a.body)
		if err != nil {
			t.Fatal(err)
		}
		texts, err := qr.NewReader(nil).Read(t.Context(), p, nil)
		if err != nil || len(texts) != 1 || !strings.HasPrefix(texts[0], "FL1:") {
			t.Errorf("the code is read as %q, %v", texts, err)
		}
		return p.W/modulePixels - 2*qr.QuietZone
	}
	t.Fatal("there is no picture")
	return 0
}

// TestPressedCard: the card says what that of a face pass says, and has a code of
// the same size.
func TestPressedCard(t *testing.T) {
	r := newRig(t, nil)
	_, own := r.sitFor(-1)
	_, pressed := r.sitFor(0)
	p, err := pass.Parse(pressed.Text)
	if err != nil {
		t.Fatal(err)
	}
	e := &enrolment{about: r.site.about, shown: pass.Face, lang: consent.Chinese}
	for text, want := range map[string]pass.Kind{own.Text: pass.Face, pressed.Text: pass.Plain} {
		if got := kindOf(t, text); got != want {
			t.Fatalf("a %s pass", got)
		}
		c, _, err := r.server.card(text, e)
		if err != nil || c.Kind != card.FacePass || c.Code.Version() < 14 || strings.Join(c.Zones, " ") != "正门 garage" {
			t.Errorf("%s: %+v, %v", want, c, err)
		}
	}
	version, err := faceVersion(p.Claims(), r.server.c.Faces)
	if err != nil || version < 14 || version > 16 {
		t.Errorf("version %d, %v", version, err)
	}
}

// TestPressedTimes: not looking takes as long as looking did, and making a pass
// seems to take the same steps of time whatever is made.
func TestPressedTimes(t *testing.T) {
	r := newRig(t, nil)
	r.sitFor(-1)
	r.mu.Lock()
	own := len(r.paused)
	r.paused = nil
	r.mu.Unlock()
	r.sitFor(0)
	if own != 1 || len(r.paused) != Need+1 {
		t.Fatalf("%d pauses, and then %d", own, len(r.paused))
	}
	seen := &r.server.paces
	for _, d := range r.paused[:Need] {
		if !bytes.Contains([]byte(durations(seen.last[:seen.n])), []byte(d.String())) {
			t.Errorf("a picture that is not looked at takes %s", d)
		}
	}
	for took, total := range map[time.Duration]time.Duration{
		0: finishTime, time.Millisecond: finishTime, finishTime - 1: finishTime, finishTime: finishTime + finishStep,
		finishTime + 1: finishTime + finishStep, 2 * time.Second: 2500 * time.Millisecond, 2100 * time.Millisecond: 2500 * time.Millisecond,
	} {
		if got := took + stillTime(took); got != total {
			t.Errorf("what takes %s seems to take %s", took, got)
		}
	}
	if d := new(paces).any(); d != usualPace {
		t.Errorf("before anybody was there: %s", d)
	}
}

func durations(all []time.Duration) (s string) {
	for _, d := range all {
		s += d.String() + " "
	}
	return s
}

// TestPressedWipes: the moment somebody says so, what was kept is wiped, and the
// consent is withdrawn where it was.
func TestPressedWipes(t *testing.T) {
	r := newRig(t, nil)
	e := r.begin("face")
	r.show(e, facetest.JPEG(facetest.Alone(1)))
	r.later(lookTime)
	r.show(e, facetest.JPEG(facetest.Alone(1)))
	probes, record := r.held(e), r.server.all[e].request.Consent
	if len(probes) != 2 {
		t.Fatalf("%d probes", len(probes))
	}
	if p, status := r.showAs(e, facetest.JPEG(facetest.Nobody()), "0"); status != 200 || p.Hint != "" || p.Good != 2 {
		t.Errorf("%d, %+v", status, p)
	}
	for _, p := range probes {
		if !reflect.ValueOf(*p).IsZero() {
			t.Error("a probe is left")
		}
	}
	if _, withdrawn := record.Withdrawn(); !withdrawn || r.server.all[e].request.Consent != nil {
		t.Error("the consent is left")
	}
	if err := r.server.all[e].grant.CheckAny(r.now()); err == nil {
		t.Error("the grant is left")
	}
	r.later(lookTime)
	if p, _ := r.show(e, facetest.JPEG(facetest.Alone(2))); p.Good != Need { // once said, it stays said
		t.Errorf("%+v", p)
	}
	r.later(lookTime)
	if h, status := r.finish(e); status != 200 || kindOf(t, h.Text) != pass.Plain || h.Kind != "face" {
		t.Errorf("%d, %+v", status, h)
	}
	if n := r.faces.Runs(models.Detect); n != 2 {
		t.Errorf("%d pictures were looked at", n)
	}
}

// TestPressedPaper: what stands in the place of the receipt says that nothing was
// agreed to, and is no receipt.
func TestPressedPaper(t *testing.T) {
	e := &enrolment{pressed: true}
	data := e.notAgreed(noon)
	if !bytes.Contains(data, []byte("dpv:ConsentRefused")) || !bytes.Contains(data, []byte("普通通行证")) {
		t.Errorf("%s", data)
	}
	if _, err := consent.ParseReceipt(data); err == nil {
		t.Error("it is a receipt")
	}
	if (&enrolment{}).notAgreed(noon) != nil {
		t.Error("who chose a plain pass gets one")
	}
}
