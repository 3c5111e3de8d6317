package holder

import (
	"net/http"
	"strings"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/visitors"
)

const (
	// sessionCookie binds the session to this host and to HTTPS (RFC 6265bis). What
	// is in it is kept as a hash only.
	sessionCookie = "__Host-holder"
	// languageCookie remembers a choice of language, and nothing else.
	languageCookie = "__Host-language"
	yearSeconds    = 365 * 24 * 3600
	// maxSecret is the longest secret of a session that is looked for.
	maxSecret = 128
	// linkLetters and linkLength are those of a link's token.
	linkLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	linkLength  = 26
)

func setCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

// tagOf returns the language of a request: the one chosen, or the one that the
// browser asks for.
func tagOf(r *http.Request) words.Tag {
	if c, err := r.Cookie(languageCookie); err == nil {
		if tag, ok := words.Parse(c.Value); ok {
			return tag
		}
	}
	return words.Choose(r.Header.Get("Accept-Language"))
}

// language remembers a language, and goes back to where it was chosen.
func (s *server) language(v *visit) error {
	tag, ok := words.Parse(v.r.PathValue("lang"))
	if !ok {
		return acts.ErrNotFound
	}
	setCookie(v.w, languageCookie, string(tag), yearSeconds)
	to := home
	if token, ok := linkToken(v.r.URL.Query().Get("back")); ok {
		to += token
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// enter finds the session of a request. It fails with [acts.ErrSignedOut].
func (s *server) enter(v *visit) (err error) {
	c, err := v.r.Cookie(sessionCookie)
	if err != nil || c.Value == "" || len(c.Value) > maxSecret {
		return acts.ErrSignedOut
	}
	v.session, err = s.Do.SessionOf(v.r.Context(), c.Value)
	return err
}

// front is the holder's page, or the way in.
func (s *server) front(v *visit) error {
	if err := s.enter(v); err != nil {
		return err
	}
	return s.overview(v, http.StatusOK, "")
}

// linkToken returns the token of a link as it is kept, if a text can be one.
func linkToken(text string) (string, bool) {
	text = strings.ToUpper(text)
	return text, len(text) == linkLength && strings.Trim(text, linkLetters) == ""
}

// landing is what a link shows. It asks nobody whether the link is good: programs
// that look at every address in a mail must not use it up, and nobody learns
// which links there are.
func (s *server) landing(v *visit) error {
	token, ok := linkToken(v.r.PathValue("token"))
	if !ok {
		return acts.ErrNotFound
	}
	return s.show(v, http.StatusOK, "landing", landing{Token: token})
}

type landing struct{ Token string }

// open opens a link, once.
func (s *server) open(v *visit) error {
	token, ok := linkToken(v.r.PathValue("token"))
	if !ok {
		return acts.ErrNotFound
	}
	if wait := s.tries.Allow(visitors.Place(v.r.RemoteAddr)); wait > 0 {
		return tooMany{wait}
	}
	session, err := s.Do.OpenLink(v.r.Context(), token)
	if err != nil {
		return err
	}
	if err := s.begin(v, session); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, home, http.StatusSeeOther)
	return nil
}

// begin gives the browser a session, and ends the one that it had: no secret from
// before is good after it.
func (s *server) begin(v *visit, session acts.Session) error {
	if err := s.end(v); err != nil {
		return err
	}
	setCookie(v.w, sessionCookie, session.Token, 0)
	return nil
}

// end ends the session of the browser, if there is one.
func (s *server) end(v *visit) error {
	c, err := v.r.Cookie(sessionCookie)
	if err != nil || c.Value == "" || len(c.Value) > maxSecret {
		return nil
	}
	return s.Do.SignOut(v.r.Context(), c.Value)
}

// signOut ends the session.
func (s *server) signOut(v *visit) error {
	if err := s.end(v); err != nil {
		return err
	}
	setCookie(v.w, sessionCookie, "", -1)
	return s.show(v, http.StatusOK, "goodbye", nil)
}
