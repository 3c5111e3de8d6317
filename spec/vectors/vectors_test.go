package vectors_test

import (
	"bytes"
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
	"github.com/facelatch/facelatch/statuslist"
)

// door judges as far as a face has to be looked at.
type door struct {
	trust  pass.Trust
	seal   pass.SealingKeys
	models []pass.ModelID
}

func newDoor(t testing.TB) door {
	t.Helper()
	site, err := vectors.TheSite()
	must(t, err)
	trust, err := site.Trust()
	must(t, err)
	seal, err := site.Sealing()
	must(t, err)
	return door{trust: trust, seal: seal, models: site.Loaded()}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// judge does what a door does, in its order, and returns the references of a
// face pass.
func (d door) judge(text, zone string, v vectors.Refuse) (pass.Verified, *pass.References, error) {
	p, err := pass.Parse(text)
	if err != nil {
		return pass.Verified{}, nil, err
	}
	ok, err := p.Verify(d.trust, zone, v.At)
	if err != nil || ok.Claims().Kind() == pass.Plain {
		return ok, nil, cmp.Or(err, ok.CheckBearer())
	}
	if _, err := ok.Model(d.models...); err != nil {
		return ok, nil, err
	}
	refs, err := ok.Open(d.seal)
	return ok, refs, err
}

func TestAccept(t *testing.T) {
	d := newDoor(t)
	all, err := vectors.Accepts()
	must(t, err)
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			ok, refs, err := d.judge(v.Text, v.Zone, vectors.Refuse{At: v.At})
			must(t, err)
			if got := claimsJSON(t, ok.Claims()); !reflect.DeepEqual(got, v.Claims) {
				t.Errorf("claims\n%+v\nwant\n%+v", got, v.Claims)
			}
			for _, r := range v.References {
				got, found := refs.Get(pass.ModelID(r.Model))
				if !found || !bytes.Equal(got, r.Bytes) {
					t.Errorf("the reference of model %x is not the one that was sealed", []byte(r.Model))
				}
			}
			if refs != nil {
				refs.Wipe()
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	d := newDoor(t)
	all, err := vectors.Refuses()
	must(t, err)
	seen := map[pass.Reason]bool{}
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			_, refs, err := d.judge(v.Text, v.Zone, v)
			reason, ok := pass.ReasonOf(err)
			if !ok || string(reason) != v.Reason || refs != nil {
				t.Fatalf("got %v, want a refusal with %q", err, v.Reason)
			}
			seen[reason] = true
		})
	}
	for _, r := range passReasons() {
		if !seen[r] {
			t.Errorf("no vector for the reason %q", r)
		}
	}
}

// passReasons are the reasons that a pass can be refused for when it is shown
// alone; the others are about pictures, presentations and doors.
func passReasons() []pass.Reason {
	all := pass.Reasons()
	return append(all[:slices.Index(all, pass.ReasonBadImage)], pass.ReasonNeedsPresentation)
}

// claimsJSON brings claims to the form of a vector.
func claimsJSON(t *testing.T, c pass.Claims) vectors.Claims {
	t.Helper()
	out := vectors.Claims{
		Site: c.Site.String(), ID: c.ID[:], Kind: c.Kind().String(), NotBefore: c.NotBefore, Expires: c.Expires,
		Zones: c.Zones, Status: vectors.Status{List: c.Status.List, Index: c.Status.Index},
	}
	for _, w := range c.Schedule {
		out.Schedule = append(out.Schedule, vectors.Window{Days: uint8(w.Days), Start: w.Start, End: w.End})
	}
	if c.Holder != nil {
		point, err := c.Holder.Bytes()
		must(t, err)
		out.Holder = &vectors.PublicKey{X: point[1:33], Y: point[33:]}
	}
	if f := c.Face; f != nil {
		out.Face = &vectors.FaceClaims{Purpose: uint8(f.Purpose), Consent: f.Consent[:], Sealed: f.Sealed[:]}
		for _, m := range f.Models {
			out.Face.Models = append(out.Face.Models, m[:])
		}
	}
	return out
}

// TestFlips changes each bit of an accepted plain and face pass: at every byte
// position, whatever the change, the pass is refused for a reason.
func TestFlips(t *testing.T) {
	d := newDoor(t)
	all, err := vectors.Accepts()
	must(t, err)
	for _, v := range all {
		if v.Name != "face" && v.Name != "plain" && v.Name != "holder-key" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			for i := range v.Bytes {
				for bit := range 8 {
					data := slices.Clone([]byte(v.Bytes))
					data[i] ^= 1 << bit
					_, refs, err := d.judge(textOf(data), v.Zone, vectors.Refuse{At: v.At})
					if _, ok := pass.ReasonOf(err); !ok || refs != nil {
						t.Fatalf("bit %d of byte %d: %v", bit, i, err)
					}
				}
			}
		})
	}
}

// TestTextFlips does the same to each character of the text.
func TestTextFlips(t *testing.T) {
	d := newDoor(t)
	all, err := vectors.Accepts()
	must(t, err)
	v := all[slices.IndexFunc(all, func(v vectors.Accept) bool { return v.Name == "face" })]
	for i := range v.Text {
		for bit := range 8 {
			text := []byte(v.Text)
			text[i] ^= 1 << bit
			_, _, err := d.judge(string(text), v.Zone, vectors.Refuse{At: v.At})
			if _, ok := pass.ReasonOf(err); !ok {
				t.Fatalf("bit %d of character %d: %v", bit, i, err)
			}
		}
	}
}

// textOf is Base45 once more; that of the pass package is not exported.
func textOf(data []byte) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	var b strings.Builder
	b.WriteString(pass.Prefix)
	for i := 0; i < len(data); i += 2 {
		n, digits := int(data[i]), 2
		if i+1 < len(data) {
			n, digits = n<<8|int(data[i+1]), 3
		}
		for range digits {
			b.WriteByte(alphabet[n%45])
			n /= 45
		}
	}
	return b.String()
}

func TestStatusLists(t *testing.T) {
	site, err := vectors.TheSite()
	must(t, err)
	keys, err := site.Keys()
	must(t, err)
	for _, v := range site.StatusLists {
		token, err := statuslist.Verify(v.Token, keys, v.URI, v.Issued)
		must(t, err)
		for i := range v.Size {
			want := statuslist.Invalid
			if slices.Contains(v.Valid, uint32(i)) {
				want = statuslist.Valid
			}
			if got, err := token.Status(uint32(i), v.Issued); err != nil || got != want {
				t.Fatalf("%s %d: %v, %v, want %v", v.URI, i, got, err, want)
			}
		}
		if n := token.List().Len(); n != v.Size {
			t.Errorf("%s: %d entries, want %d", v.URI, n, v.Size)
		}
	}
}

func TestRefusedStatusLists(t *testing.T) {
	site, err := vectors.TheSite()
	must(t, err)
	keys, err := site.Keys()
	must(t, err)
	all, err := vectors.RefuseLists()
	must(t, err)
	wants := map[string]error{
		"malformed": statuslist.ErrMalformed, "unknown-key": statuslist.ErrUnknownKey,
		"bad-signature": statuslist.ErrSignature, "other-list": statuslist.ErrOtherList,
		"expired": statuslist.ErrExpired,
	}
	seen := map[string]bool{}
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			token, err := statuslist.Verify(v.Token, keys, v.URI, v.At)
			if want := wants[v.Error]; want == nil || !errors.Is(err, want) || token != nil {
				t.Fatalf("got %v, want %q", err, v.Error)
			}
			seen[v.Error] = true
		})
	}
	for name := range wants {
		if !seen[name] {
			t.Errorf("no vector for the error %q", name)
		}
	}
}

func TestConsents(t *testing.T) {
	all, err := vectors.Consents()
	must(t, err)
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			r, err := consent.Decode(v.Record)
			if v.Error {
				if !errors.Is(err, consent.ErrRecord) || r != nil {
					t.Fatalf("got %v", err)
				}
				return
			}
			must(t, err)
			hash := r.Hash()
			if _, withdrawn := r.Withdrawn(); !bytes.Equal(hash[:], v.Hash) || withdrawn != v.Withdrawn {
				t.Errorf("hash %s, withdrawn %v", hash, withdrawn)
			}
			again, err := r.Encode()
			must(t, err)
			if !bytes.Equal(again, v.Record) {
				t.Error("it encodes to other bytes")
			}
		})
	}
}

// TestNames: names are what a report refers to.
func TestNames(t *testing.T) {
	accept, err := vectors.Accepts()
	must(t, err)
	refuse, err := vectors.Refuses()
	must(t, err)
	seen := map[string]bool{}
	check := func(v vectors.Vector) {
		if seen[v.Name] || v.About == "" || len(v.Requirements) == 0 {
			t.Errorf("%q: a name used twice, or no description or requirement", v.Name)
		}
		seen[v.Name] = true
	}
	for _, v := range accept {
		check(v.Vector)
	}
	clear(seen)
	for _, v := range refuse {
		check(v.Vector)
	}
}
