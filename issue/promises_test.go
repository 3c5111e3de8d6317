package issue_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// wire is an office that writes down everything that goes through it.
type wire struct {
	issue.Office
	crossed []any
}

func (w *wire) Prepare(r issue.Request) (pass.Binding, error) {
	b, err := w.Office.Prepare(r)
	record, _ := r.Consent.Encode()
	w.crossed = append(w.crossed, r, record, b)
	return b, err
}

func (w *wire) Sign(id pass.ID, sealed [32]byte) ([]byte, error) {
	signed, err := w.Office.Sign(id, sealed)
	w.crossed = append(w.crossed, id, sealed, signed)
	return signed, err
}

// TestPromise1OnlyTheHashCrosses: neither the reference nor what it was sealed
// into is in anything that goes between station and controller.
func TestPromise1OnlyTheHashCrosses(t *testing.T) {
	w := newWorld(t)
	between := &wire{Office: w.office(t)}
	if _, err := w.station(between).Issue(faceRequest(t), &enroller{}, w); err != nil {
		t.Fatal(err)
	}
	sealed := sealedPart(t, w.paper, between)
	var all bytes.Buffer
	for _, v := range between.crossed {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s %#v %x %s\n", text, v, v, v)
	}
	for name, secret := range map[string][]byte{"the reference": reference[:16], "the sealed reference": sealed} {
		for _, form := range []string{string(secret), hex.EncodeToString(secret), fmt.Sprint(secret), fmt.Sprintf("%#v", secret)} {
			if strings.Contains(all.String(), strings.Trim(form, "[]")) {
				t.Errorf("%s went to the controller", name)
			}
		}
	}
}

// sealedPart returns some bytes of the sealed reference: those of the pass that
// are not in its signed part.
func sealedPart(t *testing.T, text string, w *wire) []byte {
	t.Helper()
	p, err := pass.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	signed := w.crossed[len(w.crossed)-1].([]byte)
	if p.Size()-len(signed) < len(reference) {
		t.Fatal("there is nothing sealed in the pass")
	}
	data := decode45(t, strings.TrimPrefix(text, pass.Prefix))
	i := 0
	for data[i] == signed[i] { // both begin with the protected header
		i++
	}
	return data[i+40 : i+56]
}

// decode45 is a second Base45 (RFC 9285), so that this test sees what is really
// in the text.
func decode45(t *testing.T, s string) (out []byte) {
	t.Helper()
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	for len(s) >= 2 {
		n := min(3, len(s))
		v := 0
		for i := n - 1; i >= 0; i-- {
			v = 45*v + strings.IndexByte(digits, s[i])
		}
		if n == 3 {
			out = append(out, byte(v>>8))
		}
		out = append(out, byte(v))
		s = s[n:]
	}
	return out
}

// TestPromise1TypesOfTheOffice: no method of Office has room for more than is
// meant to go through. A new one, or another parameter, needs a decision here.
func TestPromise1TypesOfTheOffice(t *testing.T) {
	office := reflect.TypeFor[issue.Office]()
	want := map[string]string{
		"Prepare":  "func(issue.Request) (pass.Binding, error)",
		"Sign":     "func(pass.ID, [32]uint8) ([]uint8, error)",
		"Complete": "func(pass.ID) error",
		"Abandon":  "func(pass.ID) error",
	}
	if office.NumMethod() != len(want) {
		t.Errorf("%d methods, want %d", office.NumMethod(), len(want))
	}
	for i := range office.NumMethod() {
		m := office.Method(i)
		if m.Type.String() != want[m.Name] {
			t.Errorf("%s is %s, want %s", m.Name, m.Type, want[m.Name])
		}
	}
	fields := reflect.VisibleFields(reflect.TypeFor[issue.Request]())
	var names []string
	for _, f := range fields {
		names = append(names, f.Name+" "+f.Type.String())
	}
	const request = "Zones []string; NotBefore time.Time; Expires time.Time; Schedule pass.Schedule; " +
		"Consent *consent.Record; Models []pass.ModelID; Holder *ecdsa.PublicKey"
	if got := strings.Join(names, "; "); got != request {
		t.Errorf("a request has %s", got)
	}
}

// TestPromise2NoFaceBeforeTheIntentIsRecorded: when the face is looked at, the
// consent is in a docket to which the record is committed.
func TestPromise2NoFaceBeforeTheIntentIsRecorded(t *testing.T) {
	w := newWorld(t)
	r := faceRequest(t)
	look := func() {
		d := w.only(t)
		if d.Consent == nil || d.Consent.Hash() != r.Consent.Hash() || !w.has(d, issue.Intended) {
			t.Error("a face was looked at before the consent was recorded")
		}
	}
	if _, err := w.station(w.office(t)).Issue(r, looking{&enroller{}, look}, w); err != nil {
		t.Fatal(err)
	}
}

func TestPromise2WithdrawnConsent(t *testing.T) {
	w, e := newWorld(t), &enroller{}
	r := faceRequest(t)
	r.Consent.Withdraw(noon)
	if _, err := w.station(w.office(t)).Issue(r, e, w); !errors.Is(err, issue.ErrPolicy) {
		t.Errorf("error %v", err)
	}
	if e.calls != 0 || len(w.dockets) != 0 {
		t.Errorf("%d faces looked at, %d dockets", e.calls, len(w.dockets))
	}
}

// TestPromise4 covers what this package has to do with it: there is no policy
// under which there are face passes and no plain ones, or longer ones.
func TestPromise4AFaceIsNeverTheOnlyOrTheBetterWay(t *testing.T) {
	only, better := policy(), policy()
	only.Plain = 0
	better.Plain = better.Face - 1
	for _, p := range []issue.Policy{only, better} {
		if err := p.Check(); !errors.Is(err, issue.ErrOnlyWay) {
			t.Errorf("error %v", err)
		}
		w := newWorld(t)
		parts := w.parts()
		parts.Policy = p
		if _, err := issue.New(parts); !errors.Is(err, issue.ErrOnlyWay) {
			t.Errorf("a controller started: %v", err)
		}
	}
	p := policy()
	p.Face = 0 // a site without faces is a good site
	if err := p.Check(); err != nil {
		t.Error(err)
	}
}
