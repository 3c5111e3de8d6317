package station

import (
	"net/http"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

// TestMeet: the page learns who shows a link or has a label, and no more.
func TestMeet(t *testing.T) {
	r := newRig(t, nil)
	r.site.met = map[string]doorapi.MeetResponse{
		"Flat 12": {Known: 1, Holder: "abcdefghijklmnopqrstuvwxyz"}, "TOKEN": {Known: 1, Holder: "abcdefghijklmnopqrstuvwxy2", Child: true},
	}
	for name, c := range map[string]struct {
		ask  map[string]string
		want doorapi.MeetResponse
		code int
	}{
		"a label":          {map[string]string{"label": "Flat 12"}, doorapi.MeetResponse{Known: 1, Holder: "abcdefghijklmnopqrstuvwxyz"}, 200},
		"a label of none":  {map[string]string{"label": "Flat 13"}, doorapi.MeetResponse{}, 200},
		"a link":           {map[string]string{"link": "TOKEN"}, doorapi.MeetResponse{Known: 1, Holder: "abcdefghijklmnopqrstuvwxy2", Child: true}, 200},
		"a link of before": {map[string]string{"link": "USED"}, doorapi.MeetResponse{}, http.StatusNotFound},
	} {
		var met doorapi.MeetResponse
		if code := r.post("/api/meet", c.ask, &met); code != c.code || met != c.want {
			t.Errorf("%s: %d, %+v", name, code, met)
		}
	}
}

// TestWhoseItIs: whose a pass is goes with it to the controller, whoever was pressed
// too, and a guardian's holder who is added is a child.
func TestWhoseItIs(t *testing.T) {
	r := newRig(t, nil)
	for name, c := range map[string]struct {
		whose    map[string]any
		guardian bool
		want     doorapi.Whose
	}{
		"nobody named":    {nil, false, doorapi.Whose{}},
		"a label":         {map[string]any{"label": "Flat 12"}, false, doorapi.Whose{Label: "Flat 12"}},
		"a holder":        {map[string]any{"holder": "abc"}, false, doorapi.Whose{Holder: "abc"}},
		"a child's label": {map[string]any{"label": "Flat 12"}, true, doorapi.Whose{Label: "Flat 12", Child: true}},
	} {
		for _, own := range []string{"1", "0"} {
			choice := r.choice("face")
			if c.whose != nil {
				choice["whose"] = c.whose
			}
			if c.guardian {
				choice["guardian"], choice["notice"] = true, r.site.hashOf(consent.Children)
			}
			var begun struct{ Enrolment string }
			if status := r.post("/api/choose", choice, &begun); status != 200 {
				t.Fatalf("%s: %d", name, status)
			}
			if own == "1" {
				r.sit(begun.Enrolment, 1)
			} else {
				r.press(begun.Enrolment)
			}
			h, status := r.finish(begun.Enrolment)
			if status != 200 || h.Kind != pass.Face.String() || !strings.HasPrefix(h.Page, "https://house.example/me/") {
				t.Errorf("%s: %d, %+v", name, status, h)
			}
			if got := r.site.whose[len(r.site.whose)-1]; got != c.want {
				t.Errorf("%s, own %s: %+v", name, own, got)
			}
			if q := r.site.prepared[len(r.site.prepared)-1]; (q.Consent == nil) != (own == "0") {
				t.Errorf("%s, own %s: the wrong kind was asked for", name, own)
			}
		}
	}
}

// press goes through an enrolment that was not somebody's own wish.
func (r *rig) press(enrolment string) {
	r.t.Helper()
	for range Need {
		r.showAs(enrolment, facetest.JPEG(facetest.Alone(1)), "0")
		r.later(lookTime)
	}
}
