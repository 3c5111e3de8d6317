package web

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/internal/home"
)

// Serve returns a handler for a page's folder, to be put at "/": its files
// with Headers and the right types, index.html for "/", and nothing else.
func Serve(page fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		headers := Headers()
		for _, key := range slices.Sorted(maps.Keys(headers)) {
			w.Header().Set(key, headers[key])
		}
		data, err := fs.ReadFile(page, name)
		kind, known := Type(name)
		if err != nil || !known || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
}

// Type returns the Content-Type of a page's file by its name, and whether this
// package knows it. A machine's own list may lack some of these types, and a
// browser then refuses the file because of nosniff.
func Type(name string) (string, bool) {
	t, ok := map[string]string{
		".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".wasm": "application/wasm", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
	}[path.Ext(name)]
	return t, ok
}

// WithLibraries returns a page together with what it loads below zxing/:
// zxing_reader.js and zxing_reader.wasm, which read QR codes, and qrcode.js,
// which draws them. Those come from the home and are checked; the errors are
// those of home.Dir.Read. All of it, about 1 MB, is held in memory.
func WithLibraries(page fs.FS, dir home.Dir) (fs.FS, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	if err := archive.AddFS(page); err != nil {
		return nil, err
	}
	for _, file := range home.WebLibraries() {
		data, err := dir.Read(file)
		if err != nil {
			return nil, fmt.Errorf("what the pages read QR codes with: %w", err)
		}
		to, err := archive.Create(path.Join("zxing", path.Base(file.Path)))
		if err != nil {
			return nil, err
		}
		if _, err := to.Write(data); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(buffer.Bytes()), int64(buffer.Len()))
}
