package pages

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/doorapi"
)

// ways are the ways to sign in, as a page offers them.
type ways struct {
	Passkeys bool
	OpenID   string
	Next     string
	Form     *form
}

func (v *visit) ways(next string, f *form) ways {
	return ways{Passkeys: v.c.SignIn.Passkeys(), OpenID: v.c.SignIn.OpenID(), Next: signin.Local(next), Form: f}
}

// signInPage asks who is there; at a site that nobody operates yet, it goes on to
// setting it up.
func (v *visit) signInPage() error {
	_, open, err := v.c.SignIn.SetupCode(v.r.Context())
	if err != nil {
		return err
	}
	if open {
		return v.to(Path+"set-up", "")
	}
	return v.show(page{name: "signin", title: "signin.title", data: v.ways(v.value("next"), v.entered())})
}

// recover signs in with a recovery code.
func (v *visit) recover() error {
	f := v.entered()
	err := v.c.SignIn.Recover(v.w, v.r, f.Get("code"))
	if errors.Is(err, signin.ErrRefused) {
		f.wrong["code"] = v.say("signin.code.refused")
		return v.show(page{name: "signin", title: "signin.title", status: http.StatusForbidden, data: v.ways(f.Get("next"), f)})
	}
	if err != nil {
		return err
	}
	return v.to(Path+"account", "recovered")
}

func (v *visit) setUpPage() error { return v.showSetUp(0, filled()) }

func (v *visit) showSetUp(status int, f *form) error {
	_, open, err := v.c.SignIn.SetupCode(v.r.Context())
	if err != nil {
		return err
	}
	if !open {
		return signin.ErrSetUp
	}
	return v.show(page{name: "setup", title: "setup.title", status: status, data: v.ways("", f)})
}

// setUp makes the owner of whoever has the printed code.
func (v *visit) setUp() error {
	f := v.entered()
	name := v.text(f, "name", acts.MaxLabel, true)
	if f.Get("code") == "" {
		f.wrong["code"] = v.say("wrong.empty")
	}
	if f.ok() {
		err := v.c.SignIn.SetUp(v.w, v.r, f.Get("code"), name)
		if err == nil {
			return v.to(Path+"welcome", "")
		}
		if !errors.Is(err, signin.ErrRefused) {
			return err
		}
		f.wrong["code"] = v.say("setup.code.refused")
	}
	return v.showSetUp(http.StatusUnprocessableEntity, f)
}

func (v *visit) joinPage() error {
	return v.show(page{name: "join", title: "join.title", data: v.ways("", filled())})
}

// join makes an operator of whoever was invited.
func (v *visit) join() error {
	err := v.c.SignIn.Accept(v.w, v.r, v.r.PathValue("token"))
	if errors.Is(err, signin.ErrRefused) {
		return acts.ErrSignedOut
	}
	if err != nil {
		return err
	}
	return v.to(Path+"welcome", "")
}

func (v *visit) openID() error {
	to, err := v.c.SignIn.BeginOpenID(v.w, v.r, v.value("next"), v.value("again") != "")
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

func (v *visit) openIDBack() error {
	next, err := v.c.SignIn.FinishOpenID(v.w, v.r)
	if err != nil {
		return err
	}
	return v.to(next, "")
}

func (v *visit) signOut() error {
	if err := v.c.SignIn.SignOut(v.w, v.r); err != nil {
		return err
	}
	return v.to(Path+"sign-in", "signed-out")
}

// language keeps the language that somebody chose, for a year.
func (v *visit) language() error {
	if tag, ok := words.Parse(v.value("language")); ok {
		http.SetCookie(v.w, &http.Cookie{
			Name: languageCookie, Value: string(tag), Path: "/", MaxAge: 365 * 24 * 3600,
			Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
	}
	return v.to(signin.Local(v.value("back")), "")
}

// maxAnswer is the longest that an authenticator may say, in bytes.
const maxAnswer = 64 << 10

// body reads the body of a script's request.
func (v *visit) body() ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, maxAnswer))
}

// passkeyOptions answers a script with what its browser asks authenticators.
func (v *visit) passkeyOptions() error {
	data, err := v.body()
	if err != nil {
		return v.tell(err)
	}
	var ask signin.Ask
	if json.Unmarshal(data, &ask) != nil {
		return v.tell(signin.ErrRefused)
	}
	options, err := v.c.SignIn.Begin(v.w, v.r, ask)
	if err != nil {
		return v.tell(err)
	}
	return v.answer(http.StatusOK, "application/json", options)
}

// passkeyAnswer takes what an authenticator said, and says where to go.
func (v *visit) passkeyAnswer() error {
	data, err := v.body()
	if err != nil {
		return v.tell(err)
	}
	next, err := v.c.SignIn.Finish(v.w, v.r, data)
	if err != nil {
		return v.tell(err)
	}
	return v.answer(http.StatusOK, "application/json", map[string]string{"to": next})
}

func (v *visit) answer(status int, kind string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", kind)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(data) // whoever asked may be gone
	return nil
}

// tell answers a script's request that failed (RFC 9457).
func (v *visit) tell(err error) error {
	t := v.trouble(err)
	return v.answer(t.status, doorapi.TypeProblem, doorapi.Problem{
		Type: problemPrefix + url.PathEscape(t.key), Status: t.status, Title: v.say("trouble." + t.key), Detail: v.say("trouble." + t.key + ".do"),
	})
}

const problemPrefix = "urn:facelatch:office:"
