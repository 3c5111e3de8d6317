package browsertest

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/facelatch/facelatch/web"
)

// station is a stand-in for a station: it speaks the interface of
// src/enrol/api.ts, calls a frame good every now and then, and hands out one text.
type station struct {
	offer json.RawMessage
	text  string
	svg   []byte

	mu    sync.Mutex
	first time.Time         // when the first frame came since somebody chose
	noted []json.RawMessage // choices, and ends
	own   []string          // what frames say of whose wish it is
}

// frameTime parts the frames that are called good.
const frameTime = time.Second

func (s *station) handler(page fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", web.Serve(page))
	mux.HandleFunc("GET /api/notice", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(s.offer) })
	mux.HandleFunc("POST /api/choose", func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		s.mu.Lock()
		s.first = time.Time{}
		s.mu.Unlock()
		_, _ = io.WriteString(w, `{"enrolment":"e1"}`)
	})
	mux.HandleFunc("POST /api/frame", s.frame)
	mux.HandleFunc("POST /api/finish", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"kind": s.kind(), "text": s.text, "until": "2027-11-21", "later": true, "number": "0a1b2c3d", "transfer": true,
			"png": "/api/pass.png", "svg": "/api/pass.svg", "pdf": "/api/pass.pdf",
		})
	})
	mux.HandleFunc("GET /api/pass.svg", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write(s.svg)
	})
	mux.HandleFunc("POST /api/transfer", func(w http.ResponseWriter, r *http.Request) {
		s.note(r)
		_, _ = io.WriteString(w, `{"url":"https://192.168.1.30:8445/take/AAAAAAAAAAAAAAAAAAAAAA","minutes":10}`)
	})
	mux.HandleFunc("GET /control/own", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		_ = json.NewEncoder(w).Encode(s.own)
		s.own = nil
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
	if s.first.IsZero() {
		s.first = time.Now()
	}
	s.own = append(s.own, r.URL.Query().Get("own"))
	_ = json.NewEncoder(w).Encode(map[string]any{"good": min(3, int(time.Since(s.first)/frameTime)), "need": 3, "hint": "come-closer"})
}

// take answers with what was chosen and ended since the last call.
func (s *station) take(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noted == nil {
		s.noted = []json.RawMessage{}
	}
	_ = json.NewEncoder(w).Encode(s.noted)
	s.noted = nil
}
