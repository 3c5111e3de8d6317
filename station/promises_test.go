package station

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/models"
)

// held returns the probes that an enrolment holds.
func (r *rig) held(token string) (probes []*face.Probe) {
	r.t.Helper()
	e, err := r.server.hold(token)
	if err != nil {
		r.t.Fatal(err)
	}
	defer e.mu.Unlock()
	for _, k := range e.kept {
		if reflect.ValueOf(*k.probe).IsZero() {
			r.t.Error("a probe that is held is empty")
		}
		probes = append(probes, k.probe)
	}
	return probes
}

// TestPromise1NothingOfAFaceIsLeft: however an enrolment ends, what was kept of
// the pictures is wiped, and so are the networks.
func TestPromise1NothingOfAFaceIsLeft(t *testing.T) {
	for name, end := range map[string]func(r *rig, e string){
		"made":     func(r *rig, e string) { r.finish(e) },
		"let go":   func(r *rig, e string) { r.post("/api/abandon", named{e}, nil) },
		"too long": func(r *rig, _ string) { r.later(EnrolmentTime); r.server.sweep() },
		"stopped": func(r *rig, _ string) {
			if err := r.stop(); err != nil {
				t.Error(err)
			}
		},
		"a stranger": func(r *rig, e string) {
			r.server.all[e].kept = r.server.all[e].kept[:Need-1]
			r.show(e, facetest.JPEG(facetest.Alone(2)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			e := r.begin("face")
			r.sit(e, 1)
			probes := r.held(e)
			if len(probes) != Need {
				t.Fatalf("%d probes are held", len(probes))
			}
			if name == "a stranger" {
				probes = probes[:Need-1]
			}
			end(r, e)
			for _, p := range probes {
				if !reflect.ValueOf(*p).IsZero() {
					t.Error("a probe is left")
				}
			}
			if n := r.faces.Dirty(); n != 0 {
				t.Errorf("%d networks hold something of a picture", n)
			}
		})
	}
}

// TestPromise2NoLookWithoutConsent: without a choice of a face pass that somebody
// agreed to, no picture gets as far as the detector; and a consent of which no
// pass came is withdrawn.
func TestPromise2NoLookWithoutConsent(t *testing.T) {
	r := newRig(t, nil)
	for name, change := range map[string]func(map[string]any){
		"nobody agreed":  func(c map[string]any) { c["agreed"] = false },
		"no answer":      func(c map[string]any) { delete(c, "agreed") },
		"no notice":      func(c map[string]any) { delete(c, "notice") },
		"another notice": func(c map[string]any) { c["notice"] = strings.Repeat("0", 64) },
	} {
		choice := r.choice("face")
		change(choice)
		if status := r.post("/api/choose", choice, nil); status != http.StatusBadRequest && status != http.StatusConflict {
			t.Errorf("%s: %d", name, status)
		}
	}
	ended := r.begin("face")
	record := r.server.all[ended].request.Consent
	r.post("/api/abandon", named{ended}, nil)
	if _, withdrawn := record.Withdrawn(); !withdrawn {
		t.Error("the consent outlived the enrolment")
	}
	for name, token := range map[string]string{"none": "", "a wrong one": "AAAA", "ended": ended, "plain": r.begin("plain")} {
		if _, status := r.show(token, facetest.JPEG(facetest.Alone(1))); status != http.StatusGone && status != http.StatusConflict {
			t.Errorf("%s: %d", name, status)
		}
	}
	if n := r.faces.Runs(models.Detect); n != 0 {
		t.Errorf("faces were looked for %d times", n)
	}
}

// TestPromise4TheSameStepsAndTheSameLife: a plain pass takes no step that a face
// pass does not, opens the same, and lasts as long, whatever the site allows.
func TestPromise4TheSameStepsAndTheSameLife(t *testing.T) {
	r := newRig(t, nil)
	for _, allowed := range []struct{ plain, face int }{{731, 365}, {365, 365}, {365, 30}, {90, 90}, {1, 1}} {
		r.site.set(func() { r.site.about.PlainDays, r.site.about.FaceDays = allowed.plain, allowed.face })
		asks := make(map[string]issue.Request)
		for _, kind := range []string{"plain", "face"} {
			e := r.begin(kind)
			if kind == "face" {
				r.sit(e, 1)
			}
			if _, status := r.finish(e); status != 200 {
				t.Fatal(status)
			}
			asks[kind] = r.site.prepared[len(r.site.prepared)-1]
			if !asks[kind].NotBefore.Equal(r.now().Truncate(time.Second)) {
				t.Errorf("a %s pass begins at %s, not when it is made", kind, asks[kind].NotBefore)
			}
			r.post("/api/abandon", named{e}, nil)
		}
		plain, face := asks["plain"], asks["face"]
		if !plain.Expires.Equal(face.Expires) || !reflect.DeepEqual(plain.Zones, face.Zones) ||
			plain.Schedule != nil || face.Schedule != nil {
			t.Errorf("%+v: %+v and %+v", allowed, plain, face)
		}
		if life := face.Expires.Sub(face.NotBefore); life <= 0 || life > days(allowed.face) {
			t.Errorf("%+v: a face pass lasts %s", allowed, life)
		}
	}
	r.site.set(func() { r.site.about.FaceDays = 0 })
	var o offer
	if r.get("/api/notice", &o); strings.Join(o.Kinds, " ") != "plain" {
		t.Errorf("a site without face passes offers %q", o.Kinds)
	}
	if status := r.post("/api/choose", r.choice("face"), nil); status != http.StatusUnprocessableEntity {
		t.Errorf("a face pass at a site without: %d", status)
	}
}
