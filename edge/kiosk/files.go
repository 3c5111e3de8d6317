package kiosk

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// files serves static files. It reads each once, when it is asked for first,
// and keeps it, so it holds at most what there is.
type files struct {
	from fs.FS

	mu   sync.Mutex // guards what follows
	read map[string]*file
}

// file is one static file.
type file struct {
	body        []byte
	contentType string
	tag         string // a strong validator: its SHA-256
	page        bool   // HTML, which is never stored
}

// newFiles checks that there is a page.
func newFiles(from fs.FS) (*files, error) {
	f := &files{from: from, read: map[string]*file{}}
	if _, err := f.get("/"); err != nil {
		return nil, err
	}
	return f, nil
}

// get returns the file under a path; that of a folder is its index.html.
func (f *files) get(from string) (*file, error) {
	name := strings.TrimPrefix(from, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	contentType, ok := contentTypes(path.Ext(name))
	if !ok || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if found := f.read[name]; found != nil {
		return found, nil
	}
	body, err := fs.ReadFile(f.from, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	f.read[name] = &file{
		body: body, contentType: contentType, page: path.Ext(name) == ".html",
		tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `"`,
	}
	return f.read[name], nil
}

// serve answers with a file, a part of it, or that it is unchanged.
func (f *files) serve(w http.ResponseWriter, r *http.Request) {
	found, err := f.get(r.URL.Path)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.contentType)
	if found.page {
		h.Set("Cache-Control", "no-store")
	} else {
		h.Set("Cache-Control", "no-cache") // ask each time, send if changed
		h.Set("ETag", found.tag)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found.body))
}

// contentTypes is fixed, since the system's own table differs between systems.
func contentTypes(extension string) (string, bool) {
	t, ok := map[string]string{
		".html":        "text/html; charset=utf-8",
		".css":         "text/css; charset=utf-8",
		".js":          "text/javascript; charset=utf-8",
		".mjs":         "text/javascript; charset=utf-8",
		".json":        "application/json",
		".map":         "application/json",
		".wasm":        "application/wasm",
		".webmanifest": "application/manifest+json",
		".svg":         "image/svg+xml",
		".png":         "image/png",
		".ico":         "image/vnd.microsoft.icon",
		".webp":        "image/webp",
		".woff2":       "font/woff2",
		".mp3":         "audio/mpeg",
		".m4a":         "audio/mp4",
		".ogg":         "audio/ogg",
		".wav":         "audio/wav",
		".txt":         "text/plain; charset=utf-8",
	}[extension]
	return t, ok
}
