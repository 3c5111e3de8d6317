package station

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

// allValid are status lists in which every place is valid.
type allValid struct{}

// Status is a method of [pass.Statuses].
func (allValid) Status(string, uint32, time.Time) (statuslist.Status, error) {
	return statuslist.Valid, nil
}

// reference opens what is sealed in a pass, as a door does.
func (r *rig) reference(text string) face.Reference {
	r.t.Helper()
	p, err := pass.Parse(text)
	if err != nil {
		r.t.Fatal(err)
	}
	id, err := pass.KeyIDOf(&r.site.key.PublicKey)
	if err != nil {
		r.t.Fatal(err)
	}
	v, err := p.Verify(pass.Trust{Site: pass.SiteID{1}, Keys: map[pass.KeyID]*ecdsa.PublicKey{id: &r.site.key.PublicKey}, Status: allValid{}, Location: time.UTC}, "front", r.now())
	if err != nil {
		r.t.Fatal(err)
	}
	references, err := v.Open(pass.SealingKeys{r.site.sealing.ID(): r.site.sealing})
	if err != nil {
		r.t.Fatal(err)
	}
	reference, ok := references.Get(r.faces.ModelID())
	if !ok {
		r.t.Fatal("the pass has no reference of the model")
	}
	return reference
}

// isOf says whether a reference is somebody's.
func (r *rig) isOf(reference face.Reference, who int) bool {
	r.t.Helper()
	g, err := consent.ForDataSet(consent.Declaration{DataSet: "drawings", Basis: "made by the test"})
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := r.faces.Look(g, reference, facetest.Alone(who))
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Score() >= facetest.Threshold
}

// TestFacePass goes the whole way: the offer, the choice, three pictures, the
// pass in all its forms, and letting go.
func TestFacePass(t *testing.T) {
	r := newRig(t, nil)
	var o offer
	if status := r.get("/api/notice", &o); status != 200 || strings.Join(o.Kinds, " ") != "plain face" ||
		o.Until != "2027-11-20" || o.Zones[0]["zh"] != "正门" || o.Zones[1]["en"] != "garage" ||
		o.Notice == nil || o.Notice.Sections[consent.Chinese][0].Heading != "由谁处理" || o.Children == nil || o.Children.ID == o.Notice.ID {
		t.Fatalf("%d, %+v", status, o)
	}
	e := r.begin("face")
	r.sit(e, 3)
	h, status := r.finish(e)
	if status != 200 || h.Kind != "face" || h.Until != o.Until || !h.Later {
		t.Fatalf("%d, %+v", status, h)
	}
	if reference := r.reference(h.Text); !r.isOf(reference, 3) || r.isOf(reference, 4) {
		t.Error("the pass is not that of who sat")
	}
	if again, status := r.finish(e); status != 200 || again != h || len(r.site.prepared) != 1 {
		t.Errorf("asked again: %d, %d passes", status, len(r.site.prepared))
	}
	for path, begins := range map[string]string{h.PNG: "\x89PNG", h.PDF: "%PDF-", h.SVG: "<svg "} {
		if response, data := r.do(http.MethodGet, path, "", nil, nil); response.StatusCode != 200 || !bytes.HasPrefix(data, []byte(begins)) || response.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	if status := r.post("/api/abandon", named{e}, nil); status != http.StatusNoContent {
		t.Errorf("letting go: %d", status)
	}
	for _, path := range []string{h.PNG, h.SVG, h.PDF} {
		if status := r.get(path, nil); status != http.StatusGone {
			t.Errorf("%s afterwards: %d", path, status)
		}
	}
	if _, status := r.finish(e); status != http.StatusGone {
		t.Errorf("finishing afterwards: %d", status)
	}
	if status := r.post("/api/abandon", named{e}, nil); status != http.StatusNoContent {
		t.Errorf("letting go again: %d", status)
	}
}

// TestPlainPass: no face is looked for, and the pass may be a phone's.
func TestPlainPass(t *testing.T) {
	r := newRig(t, nil)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := issue.EncodeHolder(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, holder := range [][]byte{nil, point} {
		choice := r.choice("plain")
		if holder != nil {
			choice["holder"] = holder
		}
		var answer struct{ Enrolment string }
		if status := r.post("/api/choose", choice, &answer); status != 200 {
			t.Fatal(status)
		}
		h, status := r.finish(answer.Enrolment)
		p, err := pass.Parse(h.Text)
		if status != 200 || err != nil || h.Kind != "plain" {
			t.Fatalf("%d, %v", status, err)
		}
		if bound := p.Claims().Holder; (bound != nil) != (holder != nil) || bound != nil && !key.PublicKey.Equal(bound) {
			t.Errorf("the pass is for %v", bound)
		}
	}
}

// TestStranger: a picture of somebody else is not kept, nor what came before it,
// because nobody can tell whose enrolment it is.
func TestStranger(t *testing.T) {
	r := newRig(t, nil)
	e := r.begin("face")
	for _, step := range []struct {
		who, good int
		hint      door.Hint
	}{{1, 1, ""}, {1, 2, ""}, {2, 0, door.HintOnePerson}, {1, 1, ""}, {2, 0, door.HintOnePerson}, {2, 1, ""}, {2, 2, ""}} {
		if p, status := r.show(e, facetest.JPEG(facetest.Alone(step.who))); status != 200 || p.Good != step.good || p.Hint != step.hint {
			t.Fatalf("%+v: %d, %+v", step, status, p)
		}
		if _, status := r.finish(e); status != http.StatusConflict {
			t.Fatalf("a pass of %d pictures: %d", step.good, status)
		}
		r.later(lookTime)
	}
	if p, _ := r.show(e, facetest.JPEG(facetest.Alone(2))); p.Good != Need {
		t.Fatalf("%+v", p)
	}
	h, _ := r.finish(e)
	if reference := r.reference(h.Text); !r.isOf(reference, 2) || r.isOf(reference, 1) {
		t.Error("the pass is of the wrong one")
	}
}

// TestHints: what is no good picture is not kept, and says what to do.
func TestHints(t *testing.T) {
	r := newRig(t, func(c *ServerConfig) {
		c.Site.(*fakeSite).about.RequireLive = true
	})
	e := r.begin("face")
	for name, c := range map[string]struct {
		p    *picture.Picture
		want door.Hint
	}{
		"nobody":  {facetest.Nobody(), door.HintLookHere},
		"two":     {facetest.Two(1, 2), door.HintOnePerson},
		"far":     {facetest.Far(1), door.HintComeCloser},
		"an edge": {picturePixel(), door.HintLookHere},
	} {
		if p, status := r.show(e, facetest.JPEG(c.p)); status != 200 || p.Good != 0 || p.Hint != c.want {
			t.Errorf("%s: %d, %+v", name, status, p)
		}
	}
	r.faces.Suspect(true)
	if p, _ := r.show(e, facetest.JPEG(facetest.Alone(1))); p.Good != 0 || p.Hint != door.HintLookHere {
		t.Errorf("what looks like a picture of a face: %+v", p)
	}
	r.faces.Suspect(false)
	if p, _ := r.show(e, facetest.JPEG(facetest.WithPasserBy(1, 2))); p.Good != 1 {
		t.Errorf("with a passer-by: %+v", p)
	}
	if n := r.faces.Dirty(); n != 0 {
		t.Errorf("%d networks hold something of a picture", n)
	}
}

func picturePixel() *picture.Picture {
	return &picture.Picture{W: 1, H: 1, Pix: make([]byte, 3), Scale: 1}
}

// TestTwoAtOnce: two people get their own passes, and a ninth waits.
func TestTwoAtOnce(t *testing.T) {
	r := newRig(t, nil)
	var all sync.WaitGroup
	for who := range 2 {
		all.Go(func() {
			e := r.begin("face")
			r.sit(e, who)
			h, status := r.finish(e)
			if status != 200 {
				t.Errorf("%d: %d", who, status)
				return
			}
			if p, err := pass.Parse(h.Text); err != nil || p.Claims().Kind() != pass.Face {
				t.Errorf("%d: %v", who, err)
			}
			if reference := r.reference(h.Text); !r.isOf(reference, who) || r.isOf(reference, 1-who) {
				t.Errorf("%d got another's pass", who)
			}
		})
	}
	all.Wait()
	for len(r.server.all) < MaxEnrolments {
		r.begin("plain")
	}
	if status := r.post("/api/choose", r.choice("plain"), nil); status != http.StatusTooManyRequests {
		t.Errorf("one too many: %d", status)
	}
	r.later(EnrolmentTime)
	r.begin("plain")
}

// TestTimes: an enrolment lasts ten minutes, and a pass that was made ten more.
func TestTimes(t *testing.T) {
	r := newRig(t, nil)
	late, made := r.begin("face"), r.begin("face")
	r.sit(late, 1)
	r.sit(made, 1)
	r.later(EnrolmentTime - 2*Need*lookTime - time.Second)
	h, status := r.finish(made)
	if status != 200 {
		t.Fatal(status)
	}
	r.later(2 * time.Second)
	if _, status := r.finish(late); status != http.StatusGone {
		t.Errorf("too late: %d", status)
	}
	if _, status := r.show(late, facetest.JPEG(facetest.Alone(1))); status != http.StatusGone {
		t.Errorf("a picture too late: %d", status)
	}
	if status := r.get(h.PNG, nil); status != 200 {
		t.Errorf("the pass is not there: %d", status)
	}
	m := r.server.all[made].made
	png, pdf := m.png, m.pdf
	r.later(EnrolmentTime)
	if status := r.get(h.PNG, nil); status != http.StatusGone {
		t.Errorf("the pass is there still: %d", status)
	}
	if len(r.server.all) != 0 || m.text != "" || len(bytes.Trim(png, "\x00")) != 0 || len(bytes.Trim(pdf, "\x00")) != 0 {
		t.Error("the pass was not wiped")
	}
}

// TestFailures: what fails leaves no pass, says so in a sentence, and can be
// tried again as long as the enrolment lasts.
func TestFailures(t *testing.T) {
	r := newRig(t, nil)
	e := r.begin("face")
	r.faces.Fail(models.Detect, true)
	if _, status := r.show(e, facetest.JPEG(facetest.Alone(1))); status != http.StatusInternalServerError || len(r.said) != 1 {
		t.Errorf("a network that fails: %d, %q", status, r.said)
	}
	r.faces.Fail(models.Detect, false)
	r.sit(e, 1)
	for _, c := range []struct {
		err  error
		want int
	}{
		{member.ErrAway, http.StatusServiceUnavailable},
		{site.ErrBusy, http.StatusServiceUnavailable},
		{errNotNow, http.StatusServiceUnavailable},
		{issue.ErrState, http.StatusConflict},
		{&doorapi.Problem{Type: doorapi.ProblemRemoved, Status: http.StatusForbidden, Title: "Removed"}, http.StatusForbidden},
		{issue.ErrPolicy, http.StatusUnprocessableEntity},
		{errors.New("something else"), http.StatusInternalServerError},
	} {
		r.site.set(func() { r.site.fails = c.err })
		if _, status := r.finish(e); status != c.want {
			t.Errorf("%v: %d", c.err, status)
		}
		if status := r.get("/api/notice", nil); status != c.want {
			t.Errorf("the offer, %v: %d", c.err, status)
		}
	}
	r.site.set(func() { r.site.fails, r.site.complete = nil, member.ErrAway })
	if _, status := r.finish(e); status != http.StatusServiceUnavailable {
		t.Errorf("a pass that was not made valid: %d", status)
	}
	if status := r.get(pathPass+e+namePNG, nil); status != http.StatusConflict {
		t.Errorf("it was not taken back: %d", status)
	}
	r.site.set(func() { r.site.complete = nil })
	if h, status := r.finish(e); status != 200 || !r.isOf(r.reference(h.Text), 1) {
		t.Errorf("tried again: %d", status)
	}
}

// TestLettingGoWhileThePassIsMade ends with nothing.
func TestLettingGoWhileThePassIsMade(t *testing.T) {
	r := newRig(t, nil)
	e := r.begin("plain")
	begun, finished, gone := make(chan bool), make(chan int), make(chan int)
	r.site.set(func() { r.site.during = func() { begun <- true; <-begun } })
	go func() { _, status := r.finish(e); finished <- status }()
	<-begun
	go func() { gone <- r.post("/api/abandon", named{e}, nil) }()
	r.later(2 * EnrolmentTime) // a sweep meanwhile waits for nobody
	r.server.sweep()
	begun <- true
	if status := <-finished; status != 200 {
		t.Errorf("finishing: %d", status)
	}
	if status := <-gone; status != http.StatusNoContent {
		t.Errorf("letting go: %d", status)
	}
	r.later(2 * EnrolmentTime)
	r.server.sweep()
	if len(r.server.all) != 0 {
		t.Error("something is left")
	}
}

// TestNothingRunsOn: a server that has stopped leaves no goroutine.
func TestNothingRunsOn(t *testing.T) {
	before := goleak.IgnoreCurrent()
	r := newRig(t, nil)
	r.sit(r.begin("face"), 1)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
}
