package vectors_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// bundleDoor is what a door needs to judge bundles and PINs.
type bundleDoor struct {
	all     vectors.Bundles
	site    pass.SiteID
	signers map[pass.KeyID]*ecdsa.PublicKey
	issuers map[pass.KeyID]*ecdsa.PublicKey
}

func newBundleDoor(t *testing.T) bundleDoor {
	t.Helper()
	all, err := vectors.TheBundles()
	must(t, err)
	site, err := vectors.TheSite()
	must(t, err)
	d := bundleDoor{all: all, signers: map[pass.KeyID]*ecdsa.PublicKey{}}
	d.site, err = pass.ParseSiteID(site.Site)
	must(t, err)
	d.issuers, err = site.Keys()
	must(t, err)
	for _, k := range all.Signers {
		private, err := k.PrivateKey()
		must(t, err)
		d.signers[pass.KeyID(k.KeyID)] = &private.PublicKey
	}
	return d
}

// sameErrors fails unless err is the one of a name, and each name was met.
func sameErrors(t *testing.T, wants map[string]error, name string, err error, seen map[string]bool) {
	t.Helper()
	want, known := wants[name]
	if !known || !errors.Is(err, want) || (err == nil) != (name == "") {
		t.Fatalf("got %v, want %q", err, name)
	}
	seen[name] = true
}

func allSeen(t *testing.T, wants map[string]error, seen map[string]bool) {
	t.Helper()
	for name := range wants {
		if !seen[name] {
			t.Errorf("no vector for the error %q", name)
		}
	}
}

func TestBundles(t *testing.T) {
	d := newBundleDoor(t)
	wants := map[string]error{
		"": nil, "malformed": bundle.ErrMalformed, "unknown-key": bundle.ErrUnknownKey, "bad-signature": bundle.ErrSignature,
		"other-site": bundle.ErrOtherSite, "not-signer": bundle.ErrNotSigner, "only-way": bundle.ErrOnlyWay,
	}
	seen := map[string]bool{}
	for _, v := range d.all.Bundles {
		t.Run(v.Name, func(t *testing.T) {
			b, err := bundle.Verify(v.Message, d.signers, d.site)
			sameErrors(t, wants, v.Error, err, seen)
			if v.Error != "" {
				if b != nil {
					t.Fatal("a bundle and an error")
				}
				return
			}
			if got := bundleJSON(t, b); !reflect.DeepEqual(got, v.Claims) {
				t.Errorf("claims\n%+v\nwant\n%+v", got, v.Claims)
			}
		})
	}
	allSeen(t, wants, seen)
}

// bundleJSON brings a bundle to the form of a vector.
func bundleJSON(t *testing.T, b *bundle.Bundle) *vectors.BundleClaims {
	t.Helper()
	out := &vectors.BundleClaims{
		Site: b.Site.String(), Number: b.Number, Issued: b.Issued, Name: b.Name, Demo: b.Demo, Timezone: b.Timezone,
		Issuers: points(t, b.Issuers), Signers: points(t, b.Signers), Checkpoint: b.Checkpoint,
		FaceLife: int64(b.FaceLife / time.Second), PlainLife: int64(b.PlainLife / time.Second),
	}
	for _, z := range b.Zones {
		out.Zones = append(out.Zones, zoneJSON(z))
	}
	for _, l := range b.Lists {
		out.Lists = append(out.Lists, vectors.ListObject{Number: l.Number, Object: vectors.Object{SHA256: l.SHA256[:], Size: l.Size}})
	}
	for _, m := range b.Models {
		out.Models = append(out.Models, vectors.ModelUntil{ID: m.ID[:], Until: m.Until})
	}
	for _, id := range b.Refused {
		out.Refused = append(out.Refused, id[:])
	}
	if b.Notice.Text != nil {
		out.Notice = &vectors.Notice{SHA256: b.Notice.SHA256[:], Text: b.Notice.Text}
	}
	return out
}

func zoneJSON(z bundle.Zone) vectors.Zone {
	v := vectors.Zone{
		Name: z.Name, Title: z.Title, Methods: z.Methods.Names(),
		RequireLive: z.RequireLive, Threshold: z.Threshold, Budget: z.Budget, Prompts: z.Prompts, Light: z.Light,
	}
	for _, h := range z.Hours {
		v.Hours = append(v.Hours, vectors.Window{Days: uint8(h.Days), Start: h.Start, End: h.End})
	}
	if !z.PINs.IsZero() {
		v.PINs = &vectors.Object{SHA256: z.PINs.SHA256[:], Size: z.PINs.Size}
	}
	return v
}

func points(t *testing.T, keys []*ecdsa.PublicKey) []vectors.PublicKey {
	t.Helper()
	var out []vectors.PublicKey
	for _, k := range keys {
		point, err := k.Bytes()
		must(t, err)
		out = append(out, vectors.PublicKey{X: point[1:33], Y: point[33:]})
	}
	return out
}

func TestFollows(t *testing.T) {
	d := newBundleDoor(t)
	named := map[string]*bundle.Bundle{}
	for _, v := range d.all.Bundles {
		if v.Error == "" {
			b, err := bundle.Verify(v.Message, d.signers, d.site)
			must(t, err)
			named[v.Name] = b
		}
	}
	wants := map[string]error{"": nil, "demo": bundle.ErrDemo, "older": bundle.ErrOlder, "fork": bundle.ErrFork}
	seen := map[string]bool{}
	for _, v := range d.all.Follows {
		t.Run(v.Name, func(t *testing.T) {
			sameErrors(t, wants, v.Error, named[v.Next].Follows(named[v.Held]), seen)
		})
	}
	allSeen(t, wants, seen)
}

// TestObjects: what the full bundle names is what the vectors have.
func TestObjects(t *testing.T) {
	d := newBundleDoor(t)
	b, err := bundle.Verify(d.all.Bundles[0].Message, d.signers, d.site)
	must(t, err)
	site, err := vectors.TheSite()
	must(t, err)
	for i, l := range b.Lists {
		must(t, l.Match(site.StatusLists[i].Token))
	}
	front, _ := b.Zone("front")
	must(t, front.PINs.Match(d.all.PINs[0].Message))
}

func TestPINVectors(t *testing.T) {
	d := newBundleDoor(t)
	wants := map[string]error{
		"": nil, "malformed": bundle.ErrMalformed, "unknown-key": bundle.ErrUnknownKey, "bad-signature": bundle.ErrSignature,
		"other-site": bundle.ErrOtherSite, "other-zone": bundle.ErrOtherZone,
	}
	seen := map[string]bool{}
	for _, v := range d.all.PINs {
		t.Run(v.Name, func(t *testing.T) {
			p, err := bundle.VerifyPINs(v.Message, d.issuers, d.site, v.Zone)
			sameErrors(t, wants, v.Error, err, seen)
			if (p == nil) != (v.Error != "") || p != nil && len(p.Entries) != v.Entries {
				t.Error("other PINs")
			}
		})
	}
	allSeen(t, wants, seen)
}

func TestPINChecks(t *testing.T) {
	d := newBundleDoor(t)
	pepper, err := bundle.ImportPepper(d.all.Pepper)
	must(t, err)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	for _, v := range d.all.Checks {
		t.Run(v.Name, func(t *testing.T) {
			i := slices.IndexFunc(d.all.PINs, func(p vectors.PINs) bool { return p.Name == v.Object })
			p, err := bundle.VerifyPINs(d.all.PINs[i].Message, d.issuers, d.site, d.all.PINs[i].Zone)
			must(t, err)
			got, err := p.Check(v.Number, v.Code, pepper, v.At, shanghai)
			reason, _ := pass.ReasonOf(err)
			if string(reason) != v.Reason || got.OK() != (v.Reason == "") {
				t.Errorf("got %v, want %q", err, v.Reason)
			}
		})
	}
}

func TestRelays(t *testing.T) {
	all, err := vectors.TheRelays()
	must(t, err)
	key, err := bundle.ImportDoorKey(all.Seed)
	must(t, err)
	if !bytes.Equal(key.Public(), all.Public) || bundle.Fingerprint(all.TLSKey, all.Public) != all.Fingerprint {
		t.Error("another public key or fingerprint follows from the seed")
	}
	wants := map[string]error{"": nil, "does-not-open": bundle.ErrRelay, "malformed": bundle.ErrSecrets}
	seen := map[string]bool{}
	for _, v := range all.Relays {
		t.Run(v.Name, func(t *testing.T) {
			site, err := pass.ParseSiteID(v.Site)
			must(t, err)
			s, err := key.OpenSecrets(v.Text, site, pass.DoorID(v.Door))
			sameErrors(t, wants, v.Error, err, seen)
			defer s.Wipe()
			if v.Secrets == nil {
				return
			}
			var got vectors.Secrets
			for _, e := range s.Sealing {
				got.Sealing = append(got.Sealing, vectors.Epoch{Secret: e.Key.Export(), Until: e.Until})
			}
			got.Pepper = s.Pepper.Export()
			if !reflect.DeepEqual(&got, v.Secrets) {
				t.Errorf("other secrets came out")
			}
		})
	}
	allSeen(t, wants, seen)
}
