package web

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/home"
)

// Serve returns a handler for a page's folder, to be put at "/": its files
// with Headers and the right types, index.html for "/", and nothing else.
func Serve(page fs.FS) http.Handler {
	server := http.FileServerFS(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := Headers()
		for _, key := range slices.Sorted(maps.Keys(headers)) {
			w.Header().Set(key, headers[key])
		}
		if t, ok := Type(r.URL.Path); ok {
			w.Header().Set("Content-Type", t)
		}
		server.ServeHTTP(w, r)
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

// WithLibraries adds to a page what it loads below zxing/: zxing_reader.js and
// zxing_reader.wasm, which read QR codes, and qrcode.js, which draws them. They
// are read from the home into memory, and checked; the errors are those of
// home.Dir.Read.
func WithLibraries(page fs.FS, dir home.Dir) (fs.FS, error) {
	all := overlay{FS: page, extra: map[string][]byte{}}
	for _, file := range home.WebLibraries() {
		data, err := dir.Read(file)
		if err != nil {
			return nil, fmt.Errorf("what the pages read QR codes with: %w", err)
		}
		all.extra[path.Join("zxing", path.Base(file.Path))] = data
	}
	return all, nil
}

// overlay is a file system with some more files, which are not listed.
type overlay struct {
	fs.FS
	extra map[string][]byte // never changed
}

func (o overlay) Open(name string) (fs.File, error) {
	if data, ok := o.extra[name]; ok {
		return &library{Reader: *bytes.NewReader(data), name: path.Base(name), size: int64(len(data))}, nil
	}
	return o.FS.Open(name)
}

// library is an open file in memory, and its own fs.FileInfo.
type library struct {
	bytes.Reader
	name string
	size int64
}

func (l *library) Stat() (fs.FileInfo, error) { return info{l}, nil }
func (l *library) Close() error               { return nil }

type info struct{ l *library }

func (i info) Name() string       { return i.l.name }
func (i info) Size() int64        { return i.l.size }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
