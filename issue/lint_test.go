package issue_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// linted is what a lint is about.
type linted struct {
	claims pass.Claims
	policy issue.Policy
	docket issue.Docket
}

// goodFace returns a face pass that lint passes, made here by hand.
func goodFace(t *testing.T) linted {
	t.Helper()
	record := agreed(t)
	d := issue.Docket{
		ID: pass.ID{5}, NotBefore: noon, Expires: noon.Add(30 * day), Zones: []string{"front"},
		Status: pass.StatusRef{List: 1, Index: 7}, Consent: record, Models: []pass.ModelID{model},
	}
	c := pass.Claims{
		Site: site, ID: d.ID, NotBefore: noon, Expires: noon.Add(30 * day), Zones: []string{"front"}, Status: d.Status,
		Face: &pass.FaceClaims{
			Purpose: pass.PurposeAccess, Consent: record.Hash(), Models: []pass.ModelID{model}, Sealed: [32]byte{9},
		},
	}
	p := policy()
	p.Face = 60 * day // shorter than that of plain passes
	return linted{c, p, d}
}

// TestLint breaks each rule in each way there is to break it, and nothing else.
func TestLint(t *testing.T) {
	for _, good := range []linted{goodFace(t), plainLinted(t)} {
		if err := issue.Lint(good.claims, good.policy, good.docket); err != nil {
			t.Fatal(err)
		}
	}
	names := issue.Names(issue.Rules())
	const (
		ofSite = iota
		kept
		zones
		lasts
		kind
		sealed
		models
		holder
		count
	)
	if len(names) != count {
		t.Fatalf("%d rules, and tests for %d: %q", len(names), count, names)
	}
	seen := make(map[int]bool)
	for name, c := range map[string]struct {
		rule  int
		spoil func(l *linted)
	}{
		"another site":    {ofSite, func(l *linted) { l.claims.Site[0]++ }},
		"another id":      {kept, func(l *linted) { l.claims.ID[0]++ }},
		"another list":    {kept, func(l *linted) { l.claims.Status.List++ }},
		"another place":   {kept, func(l *linted) { l.claims.Status.Index++ }},
		"a strange zone":  {zones, func(l *linted) { l.claims.Zones = []string{"front", "roof"} }},
		"too long":        {lasts, func(l *linted) { l.claims.Expires = noon.Add(61 * day) }},
		"a face unasked":  {kind, func(l *linted) { l.docket.Consent = nil }},
		"a face dropped":  {kind, func(l *linted) { l.claims.Face = nil }},
		"other consent":   {sealed, func(l *linted) { l.claims.Face.Consent[0]++ }},
		"nothing sealed":  {sealed, func(l *linted) { l.claims.Face.Sealed = [32]byte{} }},
		"another model":   {models, func(l *linted) { l.claims.Face.Models[0][0]++ }},
		"a model more":    {models, func(l *linted) { l.claims.Face.Models = append(l.claims.Face.Models, pass.ModelID{8}) }},
		"another purpose": {models, func(l *linted) { l.claims.Face.Purpose = pass.PurposeDesk }},
		"a key unasked":   {holder, func(l *linted) { l.claims.Holder = phone(t) }},
		"a key dropped":   {holder, func(l *linted) { l.docket.Holder = phone(t) }},
		"another key":     {holder, func(l *linted) { l.claims.Holder, l.docket.Holder = phone(t), phone(t) }},
		"a key of a face": {holder, func(l *linted) { k := phone(t); l.claims.Holder, l.docket.Holder = k, k }},
	} {
		l := goodFace(t)
		c.spoil(&l)
		err := issue.Lint(l.claims, l.policy, l.docket)
		if !errors.Is(err, issue.ErrLint) || !strings.HasSuffix(err.Error(), ": "+names[c.rule]) {
			t.Errorf("%s: error %v, want %q", name, err, names[c.rule])
		}
		seen[c.rule] = true
	}
	if len(seen) != count {
		t.Errorf("%d rules of %d were broken", len(seen), count)
	}
}

// TestLintEndsWithWhatEveryPassHasToBe: what no rule is about.
func TestLintEndsWithWhatEveryPassHasToBe(t *testing.T) {
	l := plainLinted(t)
	l.claims.Zones = []string{"garage", "front"}
	if err := issue.Lint(l.claims, l.policy, l.docket); !errors.Is(err, issue.ErrLint) || !strings.Contains(err.Error(), "sorted") {
		t.Errorf("error %v", err)
	}
}

// phone makes the key of a telephone.
func phone(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key.PublicKey
}

// plainLinted is a plain pass that may last as long as a face pass may not.
func plainLinted(t *testing.T) linted {
	t.Helper()
	l := goodFace(t)
	l.claims.Face, l.docket.Consent, l.docket.Models = nil, nil, nil
	l.claims.Zones = slices.Clone(l.policy.Zones)
	l.claims.Expires = noon.Add(90 * day)
	return l
}

// swapped is an office that returns the binding of another consent.
type swapped struct{ issue.Office }

func (s swapped) Prepare(r issue.Request) (pass.Binding, error) {
	b, err := s.Office.Prepare(r)
	b.Consent[0]++
	return b, err
}

// TestAStationSealsOnlyToTheConsentThatItHas: what the office says was recorded
// is not believed, and no face is looked at.
func TestAStationSealsOnlyToTheConsentThatItHas(t *testing.T) {
	w, e := newWorld(t), &enroller{}
	if _, err := w.station(swapped{w.office(t)}).Issue(faceRequest(t), e, w); !errors.Is(err, issue.ErrState) {
		t.Errorf("error %v, want %v", err, issue.ErrState)
	}
	if e.calls != 0 || w.paper != "" || w.valid() != 0 || w.only(t).State != issue.Abandoned {
		t.Errorf("%d faces were looked at, paper %q", e.calls, w.paper)
	}
}
