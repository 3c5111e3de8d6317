package issue_test

import (
	"crypto/rand"
	"errors"
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
		"face, no model":   {func(r *issue.Request) { r.Consent = agreed(t) }, "1 to 2 models"},
		"face, three":      {func(r *issue.Request) { r.Consent, r.Models = agreed(t), make([]pass.ModelID, 3) }, "1 to 2 models"},
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
