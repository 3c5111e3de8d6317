package browsertest

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"sync"

	"github.com/facelatch/facelatch/web"
)

// station is a stand-in for a station: it speaks the interface of
// src/enrol/api.ts, calls every third frame good, and hands out one text.
type station struct {
	offer json.RawMessage
	text  string

	mu     sync.Mutex
	frames int
	noted  []json.RawMessage // choices, and ends
}

func (s *station) handler(page fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", web.Serve(page))
	mux.HandleFunc("GET /api/notice", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(s.offer) })
	mux.HandleFunc("POST /api/choose", func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		_, _ = io.WriteString(w, `{"enrolment":"e1"}`)
	})
	mux.HandleFunc("POST /api/frame", s.frame)
	mux.HandleFunc("POST /api/finish", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": s.kind(), "text": s.text, "until": "2027-11-21", "png": "/api/pass.png", "pdf": "/api/pass.pdf", "later": true,
		})
	})
	mux.HandleFunc("POST /api/abandon", func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /control/got", s.take)
	return mux
}

func (s *station) note(r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = append(s.noted, data)
}

// kind is what was chosen last.
func (s *station) kind() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.noted) - 1; i >= 0; i-- {
		if bytes.Contains(s.noted[i], []byte(`"kind":"face"`)) {
			return "face"
		}
	}
	return "plain"
}

func (s *station) frame(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil || !bytes.HasPrefix(data, []byte{0xff, 0xd8, 0xff}) || r.URL.Query().Get("enrolment") != "e1" {
		http.Error(w, "not a frame", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames++
	_ = json.NewEncoder(w).Encode(map[string]any{"good": min(3, s.frames/5), "need": 3, "hint": "come-closer"})
}

// take answers with what was chosen and ended since the last call.
func (s *station) take(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noted == nil {
		s.noted = []json.RawMessage{}
	}
	_ = json.NewEncoder(w).Encode(s.noted)
	s.noted, s.frames = nil, 0
}
