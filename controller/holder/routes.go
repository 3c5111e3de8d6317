package holder

import (
	"net/http"
	"strings"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/web"
)

const (
	// home is the holder's page.
	home = "/me/"
	// maxForm is the largest form, in bytes.
	maxForm = 16 << 10
	// policy: nothing from another origin, no script but the one for passkeys, no
	// frame around it. A new pass is drawn as a picture in the page (data:).
	policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// visit is one request of somebody.
type visit struct {
	w   http.ResponseWriter
	r   *http.Request
	tag words.Tag
	// session is that of a holder who is signed in.
	session acts.Session
}

func (v *visit) actor() acts.Actor { return v.session.Actor }
func (v *visit) holder() string    { return v.session.Actor.Holder }

// routes are the pages. Those for a holder are behind known, and all that change
// something are POST.
func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, do := range map[string]func(*visit) error{
		"GET /me/{$}":             s.front,
		"GET /me/{token}":         s.landing,
		"POST /me/{token}":        s.open,
		"POST /me/signin/begin":   s.beginSignIn,
		"POST /me/signin/finish":  s.finishSignIn,
		"POST /me/signout":        s.signOut,
		"GET /me/-/{file}":        s.file,
		"GET /me/language/{lang}": s.language,
	} {
		mux.HandleFunc(pattern, s.open1(do))
	}
	for pattern, do := range map[string]func(*visit) error{
		"GET /me/consent/{hash}":           s.consent,
		"GET /me/consent/{hash}/receipt":   s.receipt,
		"GET /me/consent/{hash}/notice":    s.document,
		"POST /me/consent/{hash}/withdraw": s.withdraw,
		"POST /me/pass/{id}/replace":       s.replace,
		"POST /me/pass/{id}/revoke":        s.revoke,
		"POST /me/station":                 s.station,
		"POST /me/guest":                   s.guest,
		"GET /me/renew":                    s.askRenew,
		"POST /me/renew":                   s.renew,
		"POST /me/contact":                 s.contact,
		"POST /me/correction":              s.ask,
		"GET /me/export":                   s.export,
		"GET /me/delete":                   s.askDelete,
		"POST /me/delete":                  s.delete,
		"POST /me/passkey/begin":           s.beginPasskey,
		"POST /me/passkey/finish":          s.finishPasskey,
		"POST /me/passkey/remove":          s.removePasskey,
	} {
		mux.HandleFunc(pattern, s.known(do))
	}
	mux.HandleFunc("/", s.open1(func(*visit) error { return acts.ErrNotFound }))
	return mux
}

// guarded sets what every answer has, and refuses what comes from elsewhere.
func (s *server) guarded() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		// Without an Origin a form could not be told from another site's.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		if err := s.foreign(r); err != nil {
			s.refuse(&visit{w: w, r: r, tag: tagOf(r)}, err)
			return
		}
		s.handlers.ServeHTTP(w, r)
	})
}

// foreign returns an error for a request under another name than ours, by which
// another site could reach the page with a visitor's browser, and for a change
// that another site's page asks for.
func (s *server) foreign(r *http.Request) error {
	if !strings.EqualFold(r.Host, s.origin.Host) && !strings.EqualFold(r.Host, s.origin.Hostname()) {
		return errForeign
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if s.cross.Check(r) != nil || r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return errForeign
	}
	return nil
}

// open1 answers one request of anybody.
func (s *server) open1(do func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{w: w, r: r, tag: tagOf(r)}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := do(v); err != nil {
			s.refuse(v, err)
		}
	}
}

// known lets only holders through who are signed in.
func (s *server) known(do func(*visit) error) http.HandlerFunc {
	return s.open1(func(v *visit) error {
		if err := s.enter(v); err != nil {
			return err
		}
		if v.r.Method == http.MethodPost {
			if wait := s.changes.Allow(v.holder()); wait > 0 {
				return tooMany{wait}
			}
		}
		return do(v)
	})
}

// file serves the page's style, icon and script.
func (s *server) file(v *visit) error {
	v.r.URL.Path = "/" + v.r.PathValue("file")
	web.Serve(web.Holder()).ServeHTTP(v.w, v.r)
	return nil
}
