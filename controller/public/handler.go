package public

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/web"
)

// policy lets the page load its style and its icon, and nothing else: no script,
// no form, no frame.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// freshTime is for how long a cache may show the page without asking again.
const freshTime = "public, max-age=60"

// New returns the handler of the public page: "/" in the language that the
// browser asks for, "/zh-CN" and "/en", and below "/public/" what the page loads,
// the current notice and the key that receipts are signed with.
// Anything else is not found. Answers may be kept by any cache; a page that cannot
// be made is answered with 503, and why it cannot is not said. It panics if the
// program's own texts cannot be used, which a test sees first.
func New(source Source) http.Handler {
	pages, err := NewPages()
	if err != nil {
		panic(err)
	}
	s := &server{source: source, pages: pages, files: web.Public()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Language")
		s.page(w, r, words.Choose(r.Header.Get("Accept-Language")))
	})
	for _, tag := range words.Tags() {
		mux.HandleFunc("GET /"+string(tag), func(w http.ResponseWriter, r *http.Request) { s.page(w, r, tag) })
	}
	mux.HandleFunc("GET /public/{file}", s.file)
	mux.HandleFunc("GET /public/notice.json", func(w http.ResponseWriter, r *http.Request) {
		s.fact(w, r, "application/json", func(f Facts) ([]byte, error) { return f.Notice.Encode() })
	})
	mux.HandleFunc("GET /public/site.pem", func(w http.ResponseWriter, r *http.Request) {
		s.fact(w, r, "application/x-pem-file", func(f Facts) ([]byte, error) { return []byte(f.Key), nil })
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.sorry(w, r, http.StatusNotFound, "lost")
	})
	return guarded(mux)
}

// guarded sets what every answer has.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// server answers requests. What it has does not change.
type server struct {
	source Source
	pages  *Pages
	files  fs.FS
}

func (s *server) page(w http.ResponseWriter, r *http.Request, tag words.Tag) {
	facts, err := s.source.Facts()
	var page bytes.Buffer
	if err == nil {
		err = s.pages.Write(&page, facts, tag)
	}
	if err != nil {
		s.sorry(w, r, http.StatusServiceUnavailable, "sorry")
		return
	}
	w.Header().Set("Cache-Control", freshTime)
	w.Header().Set("Content-Language", string(tag))
	serve(w, r, "text/html; charset=utf-8", page.Bytes())
}

// file serves what the page loads.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	kind, known := web.Type(name)
	data, err := fs.ReadFile(s.files, name)
	if err != nil || !known {
		s.sorry(w, r, http.StatusNotFound, "lost")
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	serve(w, r, kind, data)
}

// fact serves one of the facts as a file, with which others are checked.
func (s *server) fact(w http.ResponseWriter, r *http.Request, kind string, of func(Facts) ([]byte, error)) {
	facts, err := s.source.Facts()
	if err != nil {
		s.sorry(w, r, http.StatusServiceUnavailable, "sorry")
		return
	}
	data, err := of(facts)
	if err != nil || len(data) == 0 {
		s.sorry(w, r, http.StatusNotFound, "lost")
		return
	}
	w.Header().Set("Cache-Control", freshTime)
	serve(w, r, kind, data)
}

// serve answers with bytes, or that the cache has them already.
func serve(w http.ResponseWriter, r *http.Request, kind string, data []byte) {
	sum := sha256.Sum256(data)
	w.Header().Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:18])+`"`)
	w.Header().Set("Content-Type", kind)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// sorry says what is wrong, and nothing of why. Nothing of the request is shown.
func (s *server) sorry(w http.ResponseWriter, r *http.Request, status int, what string) {
	tag := words.Choose(r.Header.Get("Accept-Language"))
	if named, ok := words.Parse(strings.TrimPrefix(r.URL.Path, "/")); ok {
		tag = named
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = s.pages.sorry(w, tag, what)
}
