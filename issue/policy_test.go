package issue_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

func TestPolicy(t *testing.T) {
	other, err := consent.Attest(rand.Reader, consent.Terms{
		Site: pass.SiteID{9}, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: noon, Until: noon.Add(90 * day),
	})
	if err != nil {
		t.Fatal(err)
	}
	short, err := consent.Attest(rand.Reader, consent.Terms{
		Site: site, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: noon, Until: noon.Add(day),
	})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		change func(r *issue.Request)
		want   string
	}{
		"other zone":       {func(r *issue.Request) { r.Zones = []string{"front", "roof"} }, `no zone "roof"; it has front, garage`},
		"ends first":       {func(r *issue.Request) { r.Expires = r.NotBefore }, "end before it begins"},
		"over":             {func(r *issue.Request) { r.NotBefore, r.Expires = noon.Add(-2*day), noon.Add(-day) }, "ended already"},
		"too long":         {func(r *issue.Request) { r.Expires = noon.Add(366 * day) }, "at most 365 days"},
		"too far":          {func(r *issue.Request) { r.NotBefore, r.Expires = noon.Add(700*day), noon.Add(740*day) }, "731 days from now"},
		"a stray model":    {func(r *issue.Request) { r.Models = []pass.ModelID{model} }, "has no model"},
		"other site":       {func(r *issue.Request) { r.Consent = other }, "another site"},
		"beyond consent":   {func(r *issue.Request) { r.Consent = short }, "outlive the consent"},
		"bad hours":        {func(r *issue.Request) { r.Schedule = pass.Schedule{{Days: 1, Start: 60, End: 60}} }, ""},
		"same model twice": {func(r *issue.Request) { r.Consent, r.Models = agreed(t), []pass.ModelID{model, model} }, "models are not sorted"},
		"face, no model":   {func(r *issue.Request) { r.Consent = agreed(t) }, "1 to 2 models"},
		"face, three":      {func(r *issue.Request) { r.Consent, r.Models = agreed(t), make([]pass.ModelID, 3) }, "1 to 2 models"},
		"a face's key":     {func(r *issue.Request) { r.Consent, r.Holder = agreed(t), phone(t) }, "no holder's key"},
		"no key at all":    {func(r *issue.Request) { r.Holder = &ecdsa.PublicKey{} }, "holder's key"},
		"before agreement": {func(r *issue.Request) { r.Consent = later(t) }, "not given yet"},
	}
	for name, c := range cases {
		r := plainRequest()
		c.change(&r)
		err := policy().Allow(r, noon)
		if !errors.Is(err, issue.ErrPolicy) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	if err := policy().Allow(plainRequest(), noon); err != nil {
		t.Error(err)
	}
}

// many are n zones of 24 characters.
func many(n int) (zones []string) {
	for i := range n {
		zones = append(zones, fmt.Sprintf("zone-%c-%s", 'a'+i, strings.Repeat("x", 17)))
	}
	return zones
}

// TestWhatNoPassCanHave is refused before anything is recorded or anybody's face
// is looked at.
func TestWhatNoPassCanHave(t *testing.T) {
	for name, c := range map[string]struct {
		zones []string
		want  string
		also  error
	}{
		"none":      {nil, "0 zones instead of 1 to 8", nil},
		"nine":      {many(9), "9 zones instead of 1 to 8", nil},
		"unsorted":  {[]string{"garage", "front"}, "not sorted", nil},
		"twice":     {[]string{"front", "front"}, "not sorted", nil},
		"too large": {many(8), "larger than 560 bytes", pass.ErrTooLarge},
	} {
		for _, kind := range []pass.Kind{pass.Plain, pass.Face} {
			if kind == pass.Plain && c.also != nil {
				continue // without a reference it fits
			}
			r := plainRequest()
			if kind == pass.Face {
				r = faceRequest(t)
			}
			w, e := newWorld(t), &enroller{}
			parts := w.parts()
			parts.Policy.Zones = append(many(9), "front", "garage")
			controller, err := issue.New(parts)
			if err != nil {
				t.Fatal(err)
			}
			r.Zones = c.zones
			_, err = w.station(controller.For(t.Context(), "")).Issue(r, e, w)
			if !errors.Is(err, issue.ErrPolicy) || !strings.Contains(err.Error(), c.want) || c.also != nil && !errors.Is(err, c.also) {
				t.Errorf("%s, %s: error %v, want %q", name, kind, err, c.want)
			}
			if e.calls != 0 || w.steps != 0 {
				t.Errorf("%s, %s: %d faces were looked at, %d changes made", name, kind, e.calls, w.steps)
			}
		}
	}
}

func later(t *testing.T) *consent.Record {
	t.Helper()
	r, err := consent.Attest(rand.Reader, consent.Terms{
		Site: site, Purpose: pass.PurposeAccess, Notice: [32]byte{5}, Given: noon.Add(time.Hour), Until: noon.Add(90 * day),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNoFacePassesHere(t *testing.T) {
	p := policy()
	p.Face = 0
	r := faceRequest(t)
	r.Models = []pass.ModelID{model}
	if err := p.Allow(r, noon); !errors.Is(err, issue.ErrPolicy) {
		t.Errorf("error %v", err)
	}
	if err := p.Allow(plainRequest(), noon); err != nil {
		t.Error(err)
	}
}

// TestPolicyCheck: a policy that no site can have.
func TestPolicyCheck(t *testing.T) {
	for name, change := range map[string]func(p *issue.Policy){
		"no site":      func(p *issue.Policy) { p.Site = pass.SiteID{} },
		"no zone":      func(p *issue.Policy) { p.Zones = nil },
		"a bad zone":   func(p *issue.Policy) { p.Zones = []string{"Front Door"} },
		"for ever":     func(p *issue.Policy) { p.Plain = 800 * day },
		"less than no": func(p *issue.Policy) { p.Face = -1 },
	} {
		p := policy()
		change(&p)
		if p.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
