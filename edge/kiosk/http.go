package kiosk

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// handler answers all that is asked over TLS: the files, the pairing, the
// WebSocket. ctx ends the WebSockets.
func (s *Server) handler(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", s.file)
	mux.HandleFunc("POST /pair", s.pair)
	mux.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) { s.connect(ctx, w, r) })
	hosts := s.config.authorities()
	headers := s.headers()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, h := range headers {
			w.Header().Set(h[0], h[1])
		}
		// Another name that resolves to this address is not this site.
		if !slices.Contains(hosts, strings.ToLower(strings.TrimSuffix(r.Host, ":443"))) {
			http.Error(w, "this door has another address", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// headers allow the page what it needs: its own scripts, WebAssembly, its own
// WebSocket, the camera. There is no Strict-Transport-Security: it would also
// hold for the help page, which has the same name and must work without TLS.
func (s *Server) headers() [][2]string {
	sockets := ""
	for _, host := range s.config.authorities() {
		sockets += " wss://" + host // older Safari does not count them as 'self'
	}
	return [][2]string{
		{"Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
			"connect-src 'self'" + sockets + "; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
			"font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
		{"Permissions-Policy", "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), " +
			"midi=(), payment=(), accelerometer=(), gyroscope=(), magnetometer=(), publickey-credentials-get=()"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Referrer-Policy", "no-referrer"},
		{"X-Content-Type-Options", "nosniff"},
		{"Cache-Control", "no-store"},
	}
}

func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	s.files.serve(w, r)
}

// origin returns the one origin of a request, if it is one of ours. A request
// without one does not come from a page.
func (s *Server) origin(r *http.Request) (string, bool) {
	o := r.Header.Values("Origin")
	if len(o) != 1 || !slices.Contains(s.config.Origins, o[0]) {
		return "", false
	}
	return o[0], true
}

func (s *Server) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused++
}

// Answers to POST /pair that are not the id.
const (
	pairOrigin = "wrong-origin"
	pairForm   = "bad-request"
	pairCode   = "wrong-code" // may be tried again
	pairNone   = "no-code"    // a new code is needed
	pairFailed = "door-failed"
)

// pair answers POST /pair: {"code","key"} gives {"kiosk"} or {"why"}.
func (s *Server) pair(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.origin(r); !ok {
		s.refuse()
		answer(w, http.StatusForbidden, map[string]string{"why": pairOrigin})
		return
	}
	var m struct {
		Code string `json:"code"`
		Key  []byte `json:"key"`
	}
	const maxBody = 1 << 10
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = strict(body, &m)
	}
	if err != nil || r.Header.Get("Content-Type") != "application/json" {
		answer(w, http.StatusBadRequest, map[string]string{"why": pairForm})
		return
	}
	id, err := s.redeem(m.Code, m.Key)
	if err != nil {
		status, why := pairAnswer(err)
		answer(w, status, map[string]string{"why": why})
		return
	}
	answer(w, http.StatusOK, map[string]string{"kiosk": id})
}

func pairAnswer(err error) (int, string) {
	switch {
	case errors.Is(err, errKey):
		return http.StatusBadRequest, pairForm
	case errors.Is(err, ErrWrongCode):
		return http.StatusForbidden, pairCode
	case errors.Is(err, ErrNoPairing):
		return http.StatusGone, pairNone
	}
	return http.StatusInternalServerError, pairFailed
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked is gone
}
