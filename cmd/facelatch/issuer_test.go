package main

import (
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// people does something at a site as people do at a controller's pages.
func people(t *testing.T, dir string, f func(*acts.Acts)) {
	t.Helper()
	o, err := site.OpenOffice(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	a, err := controller.OpenActs(o, time.Now)
	if err == nil {
		err = o.Keep(site.KeepOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	f(a)
}

func staff() acts.Actor {
	return acts.Actor{Role: acts.FrontDesk, Operator: "desk", Pseudonym: "op-desk"}
}

// called returns who has a label.
func called(t *testing.T, dir, label string) (all []acts.HolderView) {
	t.Helper()
	people(t, dir, func(a *acts.Acts) {
		found, _, err := a.Holders(t.Context(), staff(), acts.Query{Text: label})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range found {
			v, err := a.Holder(t.Context(), staff(), h.ID)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, v)
		}
	})
	return all
}

// TestHolders: whoever gets a pass at the command line is on record, whether it is
// made in the folder of the site or at a station.
func TestHolders(t *testing.T) {
	a := newApart(t)
	counted := 0
	for name, from := range map[string]issuer{"folder": &folder{dir: a.dir}, "station": counter{a.station}} {
		label := "Flat " + name
		ask := func(holder string) error {
			counted++
			f := issueFlags{site: a.dir, plain: true, holder: holder, zones: []string{"front"}, out: filepath.Join(t.TempDir(), "pass.txt")}
			return f.run(t.Context(), io.Discard, io.Discard, from)
		}
		for _, holder := range []string{label, " " + label, ""} {
			if err := ask(holder); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		all := called(t, a.dir, label)
		if len(all) != 1 || len(all[0].Passes) != 2 {
			t.Fatalf("%s: %+v", name, all)
		}
		if err := ask(all[0].Holder.ID); err != nil {
			t.Error(err)
		}
		people(t, a.dir, func(does *acts.Acts) {
			if _, err := does.AddHolder(t.Context(), staff(), acts.HolderInput{Label: label}); err != nil {
				t.Fatal(err)
			}
		})
		var usage usageError
		if err := ask(label); !errors.As(err, &usage) {
			t.Errorf("%s: one of two: %v", name, err)
		}
		if here, is := from.(*folder); is {
			if err := here.close(); err != nil {
				t.Error(err)
			}
		}
	}
	if all := called(t, a.dir, ""); len(all) != 6 {
		t.Errorf("%d holders after %d passes", len(all), counted)
	}
}

// TestConsentOfTheFolder: a consent that is given in the folder of a site is on the
// holder's page, and revoking the pass at the command line ends it.
func TestConsentOfTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "court")
	config, err := site.Create(dir, site.Config{
		Name: "Garden Court", Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(), Demo: true,
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	here := &folder{dir: dir}
	now := time.Now().Truncate(time.Second)
	agreed, err := issueFlags{}.agree(t.Context(), here, config.ID, now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	r := issue.Request{Zones: []string{"front"}, NotBefore: now, Expires: now.Add(time.Hour), Consent: agreed}
	claims, err := here.issue(t.Context(), doorapi.Whose{Label: "Flat 12"}, r, someFace{}, &someHand{})
	if err = errors.Join(err, here.close()); err != nil {
		t.Fatal(err)
	}
	v := called(t, dir, "Flat 12")[0]
	if len(v.Consents) != 1 || v.Consents[0].Hash != agreed.Hash() || !v.Consents[0].Good(time.Now()) || v.Passes[0].ID != claims.ID {
		t.Fatalf("%+v", v)
	}
	if r, err := consent.ParseReceipt(v.Consents[0].Receipt); err != nil || r.Record().Terms().Attester != "station-command-line" {
		t.Error(err)
	}
	if _, _, err := revoke(dir, claims.ID.String()); err != nil {
		t.Fatal(err)
	}
	v = called(t, dir, "Flat 12")[0]
	if v.Consents[0].Withdrawn.IsZero() || v.Passes[0].Kind != pass.Face || v.Passes[0].State != issue.Revoked {
		t.Errorf("%+v", v)
	}
}
