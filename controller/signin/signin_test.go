package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/controller/signin/signintest"
	"github.com/facelatch/facelatch/internal/store"
)

// TestSetUp: the printed code makes one owner, with any of several controllers,
// until a passkey is there, and never again.
func TestSetUp(t *testing.T) {
	r := newRig(t, nil)
	code, open, err := r.SetupCode(t.Context())
	must(t, err)
	if !open || len(code) != 14 {
		t.Fatalf("the code is %q", code)
	}
	b := newBrowser()
	setUp := func(code string) error {
		return b.do(func(w http.ResponseWriter, q *http.Request) error { return r.SetUp(w, q, code, "Front office") })
	}
	wants(t, setUp("0000-0000-0000"), signin.ErrRefused)
	wants(t, setUp(""), signin.ErrRefused)
	r.again()
	must(t, setUp(strings.ToLower(strings.ReplaceAll(code, "-", " "))))
	who, err := r.who(b)
	must(t, err)
	if who.By != signin.ByInvitation || who.IsFresh(r.clock.now()) {
		t.Errorf("%+v", who)
	}
	// Whoever closed the browser before there was a passkey types the code again,
	// and is the same owner.
	b = newBrowser()
	must(t, setUp(code))
	again, err := r.who(b)
	must(t, err)
	if again.Operator != who.Operator {
		t.Errorf("there are the owners %s and %s", who.Operator, again.Operator)
	}
	a := &signintest.Authenticator{Origin: origin}
	if _, err := r.passkey(b, a, signin.Ask{For: "add"}); err != nil {
		t.Fatal(err)
	}
	wants(t, setUp(code), signin.ErrSetUp)
	if _, open, _ := r.SetupCode(t.Context()); open {
		t.Error("it can be set up again")
	}
}

// testPasskey: somebody signs in with a passkey, with another controller for
// each half, and gets a new secret.
func testPasskey(t *testing.T, db *store.Store) {
	r := rigOver(t, db, nil)
	first, a := r.owner()
	r.again()
	b := newBrowser()
	b.cookies = map[string]string{"__Host-office": strings.Repeat("A", 43)} // planted by somebody else
	next, err := r.passkey(b, a, signin.Ask{For: "signin", Next: "/office/doors"})
	must(t, err)
	if next != "/office/doors" || b.cookies["__Host-office"] == strings.Repeat("A", 43) || b.cookies["__Host-office"] == first.cookies["__Host-office"] {
		t.Errorf("to %s with %v", next, b.cookies)
	}
	who, err := r.who(b)
	must(t, err)
	if who.Operator != "operator1" || who.By != signin.ByPasskey || who.Browser != "Chrome, Linux" || !who.IsFresh(r.clock.now()) {
		t.Errorf("%+v", who)
	}
	all, err := r.PasskeysOf(t.Context(), who.Operator)
	must(t, err)
	if len(all) != 1 || all[0].Used.IsZero() || strings.Contains(string(all[0].Data), "attestationObject") {
		t.Errorf("%+v", all)
	}
}

// TestRefusals: whatever is wrong, the answer is the same, and nobody is in.
func TestRefusals(t *testing.T) {
	r := newRig(t, nil)
	_, a := r.owner()
	in := signin.Ask{For: "signin"}
	stranger := &signintest.Authenticator{Origin: origin}
	other := newRig(t, nil)
	_, foreign := other.owner() // a passkey for the same name that this site does not know
	for name, test := range map[string]func(b *browser) error{
		"unknown passkey": func(b *browser) error { _, err := r.passkey(b, foreign, in); return err },
		"another origin": func(b *browser) error {
			copied := *a
			copied.Origin = "https://evil.example"
			_, err := r.passkey(b, &copied, in)
			return err
		},
		"not verified": func(b *browser) error {
			copied := *a
			copied.Unverified = true
			_, err := r.passkey(b, &copied, in)
			return err
		},
		"unreadable": func(b *browser) error {
			must(t, b.do(func(w http.ResponseWriter, q *http.Request) error { _, err := r.Begin(w, q, in); return err }))
			return b.do(func(w http.ResponseWriter, q *http.Request) error {
				_, err := r.Finish(w, q, []byte(`{"id":"AA"}`))
				return err
			})
		},
		"wrong code": func(b *browser) error {
			return b.do(func(w http.ResponseWriter, q *http.Request) error { return r.Recover(w, q, "0000-0000-0000-0000-0000") })
		},
		"no code": func(b *browser) error {
			return b.do(func(w http.ResponseWriter, q *http.Request) error { return r.Recover(w, q, "") })
		},
		"wrong invitation": func(b *browser) error {
			return b.do(func(w http.ResponseWriter, q *http.Request) error { return r.Accept(w, q, "nothing") })
		},
		"an unknown purpose": func(b *browser) error { _, err := r.passkey(b, a, signin.Ask{For: "signin "}); return signedOut(err) },
	} {
		b := newBrowser()
		wants(t, test(b), signin.ErrRefused)
		if _, err := r.who(b); err == nil {
			t.Errorf("%s: somebody is signed in", name)
		}
	}
	if _, err := r.passkey(newBrowser(), stranger, in); err == nil {
		t.Error("a device without a passkey signs in")
	}
}

// signedOut takes either answer for nobody.
func signedOut(err error) error {
	if err == signin.ErrSignedOut { //nolint:errorlint // exactly this
		return signin.ErrRefused
	}
	return err
}

// TestClone: a passkey whose counter goes back exists twice.
func TestClone(t *testing.T) {
	r := newRig(t, nil)
	_, a := r.owner()
	in := signin.Ask{For: "signin"}
	a.Counter = 10
	_, err := r.passkey(newBrowser(), a, in)
	must(t, err)
	a.Counter = 3
	_, err = r.passkey(newBrowser(), a, in)
	wants(t, err, signin.ErrRefused)
}

// TestCeremonyOnce: the second half needs its first, soon, and works once.
func TestCeremonyOnce(t *testing.T) {
	r := newRig(t, nil)
	_, a := r.owner()
	in := signin.Ask{For: "signin"}
	b := newBrowser()
	begin := func() []byte {
		return beginWith(t, r, b, in)
	}
	finish := func(b *browser, said []byte) error {
		return b.do(func(w http.ResponseWriter, q *http.Request) error { _, err := r.Finish(w, q, said); return err })
	}
	said, err := a.Get(begin())
	must(t, err)
	wants(t, finish(newBrowser(), said), signin.ErrExpired)
	begin() // another challenge
	wants(t, finish(b, said), signin.ErrRefused)
	wants(t, finish(b, said), signin.ErrExpired)
	said, err = a.Get(begin())
	must(t, err)
	r.clock.pass(11 * time.Minute)
	wants(t, finish(b, said), signin.ErrExpired)
	begin()
	for name, value := range b.cookies {
		if name != "__Host-office" {
			first := "A"
			if value[:1] == first {
				first = "B"
			}
			b.cookies[name] = first + value[1:]
		}
	}
	wants(t, finish(b, said), signin.ErrExpired)
}

// TestStepUp: a proof grows old, is renewed with a passkey of the same operator
// only, and brings a new secret.
func TestStepUp(t *testing.T) {
	r := newRig(t, nil)
	b, a := r.owner()
	who, err := r.who(b)
	must(t, err)
	must(t, r.CheckFresh(who))
	r.clock.pass(2 * signin.FreshTime)
	who, err = r.who(b)
	must(t, err)
	wants(t, r.CheckFresh(who), signin.ErrStepUp)
	wants(t, r.RemovePasskey(t.Context(), who, nil), signin.ErrStepUp)
	if _, err := r.passkey(b, a, signin.Ask{For: "add"}); err != signin.ErrStepUp { //nolint:errorlint // exactly this
		t.Errorf("a passkey is added without a proof: %v", err)
	}

	other, second := invited(t, r, "manager")
	if _, err := r.passkey(b, second, signin.Ask{For: "stepup"}); err == nil {
		t.Error("somebody else's passkey proves that the owner is there")
	}
	old := b.clone()
	next, err := r.passkey(b, a, signin.Ask{For: "stepup", Next: "/office/operators"})
	must(t, err)
	who, err = r.who(b)
	must(t, err)
	if next != "/office/operators" || r.CheckFresh(who) != nil {
		t.Errorf("to %s, %+v", next, who)
	}
	_, err = r.who(old)
	wants(t, err, signin.ErrSignedOut)
	_, err = r.passkey(newBrowser(), a, signin.Ask{For: "stepup"})
	wants(t, err, signin.ErrSignedOut)
	_ = other
}

// invited makes another operator with a passkey.
func invited(t *testing.T, r *rig, role string) (*browser, *signintest.Authenticator) {
	t.Helper()
	b, a := newBrowser(), &signintest.Authenticator{Origin: origin}
	r.operators.Invite("secret of "+role, role, role)
	accept := func(w http.ResponseWriter, q *http.Request) error { return r.Accept(w, q, "secret of "+role) }
	must(t, b.do(accept))
	wants(t, newBrowser().do(accept), signin.ErrRefused)
	_, err := r.passkey(b, a, signin.Ask{For: "add"})
	must(t, err)
	return b, a
}

// TestInvitationEnds: whoever came by an invitation adds the first passkey soon.
func TestInvitationEnds(t *testing.T) {
	r := newRig(t, nil)
	r.owner()
	r.operators.Invite("secret", "Manager", "manager")
	b := newBrowser()
	must(t, b.do(func(w http.ResponseWriter, q *http.Request) error { return r.Accept(w, q, "secret") }))
	r.clock.pass(10 * time.Minute)
	_, err := r.passkey(b, &signintest.Authenticator{Origin: origin}, signin.Ask{For: "add"})
	wants(t, err, signin.ErrStepUp)
}

// TestPasskeys: more are added, a device is not asked twice, and the last stays.
func TestPasskeys(t *testing.T) {
	r := newRig(t, nil)
	b, a := r.owner()
	if _, err := r.passkey(b, a, signin.Ask{For: "add"}); err == nil {
		t.Error("one device has two passkeys for one operator")
	}
	second := &signintest.Authenticator{Origin: origin}
	_, err := r.passkey(b, second, signin.Ask{For: "add"})
	must(t, err)
	who, err := r.who(b)
	must(t, err)
	all, err := r.PasskeysOf(t.Context(), who.Operator)
	must(t, err)
	if len(all) != 2 || string(all[0].Handle) != string(all[1].Handle) {
		t.Fatalf("%+v", all)
	}
	must(t, r.RemovePasskey(t.Context(), who, all[0].ID))
	wants(t, r.RemovePasskey(t.Context(), who, all[0].ID), signin.ErrNotFound)
	wants(t, r.RemovePasskey(t.Context(), who, all[1].ID), signin.ErrLast)
	left, err := r.PasskeysOf(t.Context(), who.Operator)
	must(t, err)
	if len(left) != 1 {
		t.Errorf("%d are left", len(left))
	}
}
