package station

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"html"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/visitors"
)

const (
	codeLength = 12 // of a code, in characters: 60 bits
	// codeLetters are easy to read and type (Crockford's base 32).
	codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	// gateTries is how many codes may be tried in gateTime, from one place. Of 60
	// bits, nobody finds one from however many.
	gateTries = 10
	gateTime  = time.Minute
	// cookieName binds the cookie to this host, and to HTTPS (RFC 6265bis).
	cookieName = "__Host-station"
	pathCode   = "/code"
)

// NewCode makes a code that lets staff open the page until the server stops, such
// as "7K2M-9QPX-04TD".
func NewCode() string {
	var secret [codeLength]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	var b strings.Builder
	for i, c := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeLetters[int(c)%len(codeLetters)])
	}
	return b.String()
}

// plain is a code without what people leave out or add, and with what they
// mistake put right.
func plain(code string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
}

//go:embed gate.html
var gatePage string

//go:embed gate.css
var gateStyle string

// gate keeps everybody from the page who has not typed the code. Issuing is a
// right of staff, and the page can be reached by all who are on the network.
type gate struct {
	code    [sha256.Size]byte // hash of the plain code
	asks    bool
	session string // the cookie of whoever typed it
	tries   *visitors.Tries
}

func newGate(code string, now func() time.Time) *gate {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	return &gate{
		code: sha256.Sum256([]byte(plain(code))), asks: code != "",
		session: base64.RawURLEncoding.EncodeToString(secret[:]), tries: visitors.NewTries(now, gateTries, gateTime),
	}
}

// open says whether whoever asks has typed the code, or needs not.
func (g *gate) open(r *http.Request) bool {
	if !g.asks {
		return true
	}
	c, err := r.Cookie(cookieName)
	return err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(g.session)) == 1
}

// serve asks for the code, and takes it.
func (g *gate) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost && r.URL.Path == pathCode:
		g.take(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/":
		g.ask(w, http.StatusOK, "")
	default:
		refuse(w, problem(doorapi.ProblemForbidden, http.StatusForbidden, "The station's code has to be typed first"))
	}
}

func (g *gate) take(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if kind != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		refuse(w, badRequest("The code cannot be read"))
		return
	}
	if g.tries.Allow(visitors.Place(r.RemoteAddr)) > 0 {
		g.ask(w, http.StatusTooManyRequests, "Too many tries. Wait a minute. / 尝试次数过多，请等一分钟。")
		return
	}
	given := sha256.Sum256([]byte(plain(r.PostForm.Get("code"))))
	if subtle.ConstantTimeCompare(given[:], g.code[:]) != 1 {
		g.ask(w, http.StatusForbidden, "That is not the code. / 代码不正确。")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: g.session, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// ask shows a form. A form sends an Origin only under another referrer policy
// than that of the page.
func (g *gate) ask(w http.ResponseWriter, status int, said string) {
	h, style := w.Header(), sha256.Sum256([]byte(gateStyle))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(style[:])+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.NewReplacer("{said}", html.EscapeString(said), "{style}", gateStyle).Replace(gatePage))
}
