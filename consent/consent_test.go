package consent_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

var now = time.Date(2027, 3, 10, 4, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reader returns bytes that are the same in every run.
func reader() io.Reader { return rand.NewChaCha8([32]byte{1}) }

func terms() consent.Terms {
	return consent.Terms{
		Site: pass.SiteID{1}, Purpose: pass.PurposeAccess, Notice: [32]byte{2},
		Given: now, Until: now.AddDate(1, 0, 0),
	}
}

func attested(t testing.TB) *consent.Record {
	t.Helper()
	r, err := consent.Attest(reader(), terms())
	must(t, err)
	return r
}

// verified returns a pass of the test vectors, judged at its time.
func verified(t testing.TB, name string) pass.Verified {
	t.Helper()
	site, err := vectors.TheSite()
	must(t, err)
	trust, err := site.Trust()
	must(t, err)
	all, err := vectors.Accepts()
	must(t, err)
	v := all[slices.IndexFunc(all, func(v vectors.Accept) bool { return v.Name == name })]
	p, err := pass.Parse(v.Text)
	must(t, err)
	ok, err := p.Verify(trust, v.Zone, v.At)
	must(t, err)
	return ok
}

// grants returns one grant from each source.
func grants(t testing.TB) map[consent.Power][]consent.Grant {
	t.Helper()
	enrol, err := attested(t).Grant(now)
	must(t, err)
	door, err := consent.ForPass(verified(t, "face"))
	must(t, err)
	desk, err := consent.ForDesk(consent.Choice{Agreed: true, Notice: [32]byte{1}, At: now}, now)
	must(t, err)
	measure, err := consent.ForDataSet(consent.Declaration{DataSet: "a set", Basis: "its licence"})
	must(t, err)
	return map[consent.Power][]consent.Grant{
		consent.Enrol: {enrol}, consent.Verify: {door, desk}, consent.Measure: {measure},
	}
}

// TestPowers: each source gives one power and no other.
func TestPowers(t *testing.T) {
	for own, list := range grants(t) {
		for _, g := range list {
			if g.Power() != own {
				t.Errorf("%v says it is to %s", g, g.Power())
			}
			must(t, g.CheckAny(now))
			for _, p := range []consent.Power{consent.Enrol, consent.Verify, consent.Measure} {
				err := g.Check(p, now)
				if p == own {
					must(t, err)
				} else if !errors.Is(err, consent.ErrOtherPower) {
					t.Errorf("%v is used to %s: %v", g, p, err)
				}
			}
			for _, p := range []consent.Power{0, 4, 255} {
				if err := g.Check(p, now); !errors.Is(err, consent.ErrOtherPower) {
					t.Errorf("%v is used for power %d: %v", g, p, err)
				}
			}
		}
	}
}

// TestZeroGrant: the zero value permits nothing, at any time, not even power 0.
func TestZeroGrant(t *testing.T) {
	var g consent.Grant
	for _, at := range []time.Time{{}, now} {
		for p := range consent.Power(5) {
			if err := g.Check(p, at); !errors.Is(err, consent.ErrNoGrant) {
				t.Errorf("power %d: %v", p, err)
			}
		}
		if err := g.CheckAny(at); !errors.Is(err, consent.ErrNoGrant) {
			t.Error(err)
		}
		if err := g.CheckPass(pass.ID{}, at); !errors.Is(err, consent.ErrNoGrant) {
			t.Error(err)
		}
	}
	if _, ok := g.PassID(); ok || g.Power() != 0 || g.Purpose() != 0 || fmt.Sprint(g) != "no grant" {
		t.Error("the zero grant says something")
	}
}

// TestTimes: each grant begins and ends when it should.
func TestTimes(t *testing.T) {
	all := grants(t)
	for _, test := range []struct {
		name   string
		grant  consent.Grant
		length time.Duration
	}{
		{"enrol", all[consent.Enrol][0], consent.EnrolTime},
		{"door", all[consent.Verify][0], consent.PassTime},
		{"desk", all[consent.Verify][1], consent.DeskTime},
	} {
		p := test.grant.Power()
		must(t, test.grant.Check(p, now.Add(test.length-1)))
		for _, at := range []time.Time{now.Add(-1), now.Add(test.length), now.AddDate(1, 0, 0), {}} {
			if err := test.grant.Check(p, at); !errors.Is(err, consent.ErrNotNow) {
				t.Errorf("%s at %s: %v", test.name, at, err)
			}
		}
		if until, ok := test.grant.Until(); !ok || !until.Equal(now.Add(test.length)) {
			t.Errorf("%s ends at %s", test.name, until)
		}
	}
	measure := all[consent.Measure][0]
	must(t, measure.Check(consent.Measure, now.AddDate(50, 0, 0)))
	if _, ok := measure.Until(); ok {
		t.Error("measuring has an end")
	}
}

func TestForPass(t *testing.T) {
	v := verified(t, "face")
	g, err := consent.ForPass(v)
	must(t, err)
	claims := v.Claims()
	must(t, g.CheckPass(claims.ID, now))
	if err := g.CheckPass(pass.ID{1}, now); !errors.Is(err, consent.ErrOtherPass) {
		t.Errorf("used for another pass: %v", err)
	}
	if err := g.CheckPass(claims.ID, now.Add(consent.PassTime)); !errors.Is(err, consent.ErrNotNow) {
		t.Errorf("used too late: %v", err)
	}
	if id, ok := g.PassID(); !ok || id != claims.ID {
		t.Error("the grant does not name its pass")
	}
	if hash, ok := g.Consent(); !ok || hash != claims.Face.Consent || g.Purpose() != pass.PurposeAccess {
		t.Error("the grant does not name its consent and purpose")
	}
	if _, err := consent.ForPass(verified(t, "plain")); !errors.Is(err, consent.ErrPlainPass) {
		t.Errorf("a plain pass: %v", err)
	}
	if g, err := consent.ForPass(pass.Verified{}); !errors.Is(err, consent.ErrNoGrant) || g.Power() != 0 {
		t.Errorf("a pass that was not verified: %v", err)
	}
}

// TestPassEndsFirst: a grant does not outlive its pass.
func TestPassEndsFirst(t *testing.T) {
	site, err := vectors.TheSite()
	must(t, err)
	trust, err := site.Trust()
	must(t, err)
	p, err := pass.Parse(acceptText(t, "face"))
	must(t, err)
	end := p.Claims().Expires
	v, err := p.Verify(trust, "front", end.Add(-time.Second))
	must(t, err)
	g, err := consent.ForPass(v)
	must(t, err)
	if err := g.Check(consent.Verify, end); !errors.Is(err, consent.ErrNotNow) {
		t.Errorf("used after the pass has ended: %v", err)
	}
}

func acceptText(t testing.TB, name string) string {
	t.Helper()
	all, err := vectors.Accepts()
	must(t, err)
	return all[slices.IndexFunc(all, func(v vectors.Accept) bool { return v.Name == name })].Text
}

// TestDeskGrantIsForNoPass: a choice at a desk opens no reference of a pass.
func TestDeskGrantIsForNoPass(t *testing.T) {
	g := grants(t)[consent.Verify][1]
	for _, id := range []pass.ID{{}, {1}} {
		if err := g.CheckPass(id, now); !errors.Is(err, consent.ErrOtherPass) {
			t.Errorf("used for pass %s: %v", id, err)
		}
	}
	if g.Purpose() != pass.PurposeDesk {
		t.Error("another purpose")
	}
	if _, ok := g.Consent(); ok {
		t.Error("a consent record that there is not")
	}
}

func TestForDesk(t *testing.T) {
	good := consent.Choice{Agreed: true, Notice: [32]byte{1}, At: now}
	for name, test := range map[string]struct {
		change func(*consent.Choice)
		at     time.Time
		want   error
	}{
		"zero value": {func(c *consent.Choice) { *c = consent.Choice{} }, now, consent.ErrNoGrant},
		"said no":    {func(c *consent.Choice) { c.Agreed = false }, now, consent.ErrNoGrant},
		"no notice":  {func(c *consent.Choice) { c.Notice = [32]byte{} }, now, consent.ErrNoGrant},
		"no time":    {func(c *consent.Choice) { c.At = time.Time{} }, now, consent.ErrNoGrant},
		"too early":  {func(*consent.Choice) {}, now.Add(-time.Second), consent.ErrNotNow},
		"too late":   {func(*consent.Choice) {}, now.Add(consent.DeskTime), consent.ErrNotNow},
	} {
		c := good
		test.change(&c)
		if g, err := consent.ForDesk(c, test.at); !errors.Is(err, test.want) || g.Power() != 0 {
			t.Errorf("%s: %v, %v", name, g, err)
		}
	}
}

func TestForDataSet(t *testing.T) {
	for _, d := range []consent.Declaration{{}, {DataSet: "a"}, {Basis: "b"}, {DataSet: " ", Basis: "\t"}} {
		if g, err := consent.ForDataSet(d); !errors.Is(err, consent.ErrNoGrant) || g.Power() != 0 {
			t.Errorf("%+v: %v", d, err)
		}
	}
	g := grants(t)[consent.Measure][0]
	if g.Purpose() != pass.PurposeMeasure {
		t.Error("another purpose")
	}
	if err := g.CheckPass(pass.ID{1}, now); !errors.Is(err, consent.ErrOtherPower) {
		t.Errorf("an evaluation opens a pass: %v", err)
	}
}

func TestRecordGrant(t *testing.T) {
	r := attested(t)
	g, err := r.Grant(now)
	must(t, err)
	if hash, ok := g.Consent(); !ok || hash != r.Hash() {
		t.Error("the grant does not name its record")
	}
	if _, ok := g.PassID(); ok {
		t.Error("the grant names a pass")
	}
	end := r.Terms().Until
	g, err = r.Grant(end.Add(-time.Second))
	must(t, err)
	if err := g.Check(consent.Enrol, end); !errors.Is(err, consent.ErrNotNow) {
		t.Errorf("a grant outlives its record: %v", err)
	}
	for _, at := range []time.Time{now.Add(-1), end, {}} {
		if _, err := r.Grant(at); !errors.Is(err, consent.ErrNotNow) {
			t.Errorf("at %s: %v", at, err)
		}
	}
	for name, r := range map[string]*consent.Record{"nil": nil, "zero": {}} {
		if g, err := r.Grant(now); !errors.Is(err, consent.ErrNoGrant) || g.Power() != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWithdraw: withdrawing is for good, changes no hash, and survives being
// written down.
func TestWithdraw(t *testing.T) {
	for _, at := range []time.Time{now, {}, time.Unix(-5, 0), now.AddDate(9000, 0, 0)} {
		r := attested(t)
		hash := r.Hash()
		r.Withdraw(at)
		first, ok := r.Withdrawn()
		r.Withdraw(now.Add(time.Hour))
		if second, _ := r.Withdrawn(); !ok || !first.Equal(second) || r.Hash() != hash {
			t.Errorf("at %s: the first withdrawal or the hash changed", at)
		}
		data, err := r.Encode()
		must(t, err)
		back, err := consent.Decode(data)
		must(t, err)
		for _, r := range []*consent.Record{r, back} {
			if g, err := r.Grant(now); !errors.Is(err, consent.ErrWithdrawn) || g.Power() != 0 {
				t.Errorf("at %s: %v", at, err)
			}
		}
	}
}

func TestTermsRefused(t *testing.T) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	must(t, err)
	for name, change := range map[string]func(*consent.Terms){
		"zero value": func(c *consent.Terms) { *c = consent.Terms{} },
		"no site":    func(c *consent.Terms) { c.Site = pass.SiteID{} },
		"no purpose": func(c *consent.Terms) { c.Purpose = 0 },
		"desk":       func(c *consent.Terms) { c.Purpose = pass.PurposeDesk },
		"measure":    func(c *consent.Terms) { c.Purpose = pass.PurposeMeasure },
		"no notice":  func(c *consent.Terms) { c.Notice = [32]byte{} },
		"backwards":  func(c *consent.Terms) { c.Until = c.Given },
		"no begin":   func(c *consent.Terms) { c.Given = time.Time{} },
		"for ever":   func(c *consent.Terms) { c.Until = c.Given.Add(consent.MaxTime + time.Second) },
	} {
		c := terms()
		change(&c)
		if r, err := consent.Attest(reader(), c); !errors.Is(err, consent.ErrRecord) || r != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r, err := consent.Sign(reader(), key, c); !errors.Is(err, consent.ErrRecord) || r != nil {
			t.Errorf("%s, signed: %v", name, err)
		}
	}
	if r, err := consent.Attest(bytes.NewReader(nil), terms()); err == nil || r != nil {
		t.Error("a record without a salt")
	}
	if r, err := consent.Sign(reader(), nil, terms()); err == nil || r != nil {
		t.Error("signed without a key")
	}
}

// TestSalt: the same terms give another hash each time, so that a hash in a
// pass cannot be guessed back to what was agreed.
func TestSalt(t *testing.T) {
	rand := reader()
	one, err := consent.Attest(rand, terms())
	must(t, err)
	two, err := consent.Attest(rand, terms())
	must(t, err)
	if one.Hash() == two.Hash() {
		t.Error("two records have one hash")
	}
	if (&consent.Record{}).Hash() != (pass.Hash16{}) {
		t.Error("the zero record has a hash")
	}
	if _, err := (&consent.Record{}).Encode(); !errors.Is(err, consent.ErrRecord) {
		t.Error("the zero record is written")
	}
}

func TestRecordRoundTrip(t *testing.T) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32))
	must(t, err)
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.Int64Range(1, 4e9).Draw(t, "given")
		c := consent.Terms{
			Site:    pass.SiteID(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "site")),
			Purpose: pass.PurposeAccess,
			Notice:  [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "notice")),
			Given:   time.Unix(given, 0).UTC(),
			Until:   time.Unix(given+rapid.Int64Range(1, 731*86400).Draw(t, "for"), 0).UTC(),
		}
		c.Site[0], c.Notice[0] = c.Site[0]|1, c.Notice[0]|1
		make := consent.Attest
		if rapid.Bool().Draw(t, "signed") {
			make = func(rand io.Reader, c consent.Terms) (*consent.Record, error) { return consent.Sign(rand, key, c) }
		}
		r, err := make(reader(), c)
		if err != nil {
			t.Fatal(err)
		}
		data, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := consent.Decode(data)
		if err != nil || back.Terms() != c || back.Method() != r.Method() || back.Hash() != r.Hash() {
			t.Fatalf("%+v, %v", back, err)
		}
		// A changed bit is refused, or it only withdraws or changes an attested
		// record into another, which then has another hash.
		i := rapid.IntRange(0, 8*len(data)-1).Draw(t, "bit")
		data[i/8] ^= 1 << (i % 8)
		other, err := consent.Decode(data)
		if err == nil && (r.Method() == consent.Signed || other.Hash() == r.Hash()) {
			t.Fatalf("bit %d of byte %d goes unnoticed", i%8, i/8)
		}
	})
}

// TestPrints: what is printed tells neither the pass nor the record.
func TestPrints(t *testing.T) {
	g := grants(t)[consent.Verify][0]
	id, _ := g.PassID()
	hash, _ := g.Consent()
	out := fmt.Sprintf("%v %+v %#v %s", g, g, g, g)
	if strings.Contains(out, id.String()) || strings.Contains(out, hash.String()) || !strings.HasPrefix(out, "grant to verify for access") {
		t.Error(out)
	}
	if consent.Power(9).String() != "unknown" || consent.Method(9).String() != "unknown" || consent.Signed.String() != "signed" {
		t.Error("a name is missing")
	}
}

func FuzzDecode(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := consent.Decode(data)
		if err != nil {
			if r != nil || !errors.Is(err, consent.ErrRecord) {
				t.Fatalf("a record and %v", err)
			}
			return
		}
		if again, err := r.Encode(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%x is written as %x, %v", data, again, err)
		}
		if r.Hash() == (pass.Hash16{}) {
			t.Fatal("a record without a hash")
		}
	})
}

func TestCorpora(t *testing.T) {
	testenv.Corpus(t, "FuzzDecode")
	testenv.Corpus(t, "FuzzDecodeNotice")
	testenv.Corpus(t, "FuzzParseReceipt")
}
