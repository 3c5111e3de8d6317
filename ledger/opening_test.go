package ledger_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/facelatch/facelatch/ledger"
)

func opening(t testing.TB, name string, details map[string]string) ledger.Opening {
	t.Helper()
	body, err := ledger.PersonAct{Name: name, At: noon, By: "op-7k2m", Details: details}.Body()
	must(t, err)
	o, err := ledger.NewOpening(rand.Reader, body)
	must(t, err)
	return o
}

func TestOpening(t *testing.T) {
	o := opening(t, "pass.issue", map[string]string{"pass": "00ff"})
	if want := `{"act":"pass.issue","at":"2026-11-21T12:30:15Z","by":"op-7k2m","details":{"pass":"00ff"},"v":1}`; string(o.Body) != want {
		t.Errorf("%s\nwant\n%s", o.Body, want)
	}
	mac := hmac.New(sha256.New, o.Salt[:])
	mac.Write(o.Body)
	if c := o.Commitment(); !bytes.Equal(c[:], mac.Sum(nil)) {
		t.Error("another commitment")
	}
	o.Index, o.Known = 7, true
	data, err := json.Marshal(o)
	must(t, err)
	var again ledger.Opening
	must(t, json.Unmarshal(data, &again))
	if !reflect.DeepEqual(again, o) {
		t.Errorf("%+v\nwant\n%+v", again, o)
	}
}

// TestPromise6ErasedSalt: without its salt a commitment tells nothing: the same
// act, twice, gives two that have nothing in common.
func TestPromise6ErasedSalt(t *testing.T) {
	a, b := opening(t, "pass.issue", nil), opening(t, "pass.issue", nil)
	if !bytes.Equal(a.Body, b.Body) || a.Commitment() == b.Commitment() {
		t.Error("the same act can be recognised")
	}
	if a.Salt == b.Salt || a.Salt == [ledger.SaltSize]byte{} {
		t.Error("the salt is not random")
	}
}

func TestWhatABodySays(t *testing.T) {
	for body, want := range map[string]ledger.Said{
		`{"act":"signed","pass":"01","signed":"02"}`:                  {Act: "signed", Pass: "01", Signed: "02"},
		`{"act":"pass.issue","details":{"pass":"01","signed":"02"}}`:  {Act: "pass.issue", Pass: "01", Signed: "02"},
		`{"act":"x","pass":"01","details":{"pass":"02","other":"y"}}`: {Act: "x", Pass: "01"},
		`not JSON`:    {},
		`{"act":[1]}`: {},
	} {
		if got := (ledger.Opening{Body: []byte(body)}).Says(); got != want {
			t.Errorf("%s says %+v, want %+v", body, got, want)
		}
	}
}

func TestWhatIsNoOpening(t *testing.T) {
	salt := strings.Repeat("ab", ledger.SaltSize)
	for name, text := range map[string]string{
		"short salt": `{"salt":"` + salt[2:] + `","body":"x"}`,
		"capitals":   `{"salt":"` + strings.ToUpper(salt) + `","body":"x"}`,
		"no body":    `{"salt":"` + salt + `"}`,
		"long body":  `{"salt":"` + salt + `","body":"` + strings.Repeat("x", ledger.MaxBody+1) + `"}`,
		"unknown":    `{"salt":"` + salt + `","body":"x","y":1}`,
		"index":      `{"salt":"` + salt + `","body":"x","index":-1}`,
	} {
		var o ledger.Opening
		if err := json.Unmarshal([]byte(text), &o); err == nil || !reflect.DeepEqual(o, ledger.Opening{}) {
			t.Errorf("%s: %+v, %v", name, o, err)
		} else if !errors.Is(err, ledger.ErrOpening) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An error means nothing was read; else it is written and read again the same.
func FuzzOpening(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var o, again ledger.Opening
		if err := o.UnmarshalJSON(data); err != nil {
			if !reflect.DeepEqual(o, ledger.Opening{}) {
				t.Fatal("an opening beside an error")
			}
			return
		}
		text, err := json.Marshal(o)
		must(t, err)
		must(t, json.Unmarshal(text, &again))
		if !reflect.DeepEqual(o, again) {
			t.Fatalf("%+v\nis read again as\n%+v", o, again)
		}
		o.Says()
	})
}
