package demo

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

//go:embed front.html front.css counter.html go.js
var files embed.FS

// front is the page that says where everything is. It is plain HTTP, holds no
// secret, and opens a pairing only for a browser on this machine.
type front struct {
	ready atomic.Bool
	links atomic.Pointer[links] // nil before the parts have started
	// pair asks the door for a fresh pairing code.
	pair func(ctx context.Context) (string, error)
	// open makes a ticket for the desk's counter.
	open    func(ctx context.Context) (ticket, error)
	page    *template.Template
	counter *template.Template
}

// links are the addresses of a demo's parts.
type links struct {
	Kiosk, Station, Phone, Help, Pages, Desk string
	Data                                     string
	// Pass is the first plain pass as an SVG, PIN its PIN's number and code.
	Pass              template.HTML
	Number, Code      string
	Loopback, English bool
}

func newFront(pair func(context.Context) (string, error), open func(context.Context) (ticket, error)) (*front, error) {
	page, err := template.ParseFS(files, "front.html")
	if err != nil {
		return nil, err
	}
	counter, err := template.ParseFS(files, "counter.html")
	if err != nil {
		return nil, err
	}
	return &front{pair: pair, open: open, page: page, counter: counter}, nil
}

func (f *front) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", f.healthz)
	mux.HandleFunc("GET /{$}", f.index)
	mux.HandleFunc("GET /front.css", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "front.css") })
	mux.HandleFunc("GET /go.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "go.js") })
	mux.HandleFunc("POST /kiosk", f.kiosk)
	mux.HandleFunc("POST /counter", f.toCounter)
	return headers(mux)
}

// headers answers only under an address or as localhost, so that no web site can
// lead a browser here under a name of its own.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := hostname(r.Host); name != "localhost" && net.ParseIP(name) == nil {
			http.Error(w, "open this page by an address, or as localhost", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self' https:; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (f *front) healthz(w http.ResponseWriter, _ *http.Request) {
	if !f.ready.Load() {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ready\n")) //nolint:errcheck // whoever asked is gone
}

func (f *front) index(w http.ResponseWriter, r *http.Request) {
	have := f.links.Load()
	if have == nil {
		w.Header().Set("Refresh", "2")
		http.Error(w, "The demo is starting. 正在启动。", http.StatusServiceUnavailable)
		return
	}
	l := *have
	l.Loopback = fromHere(r)
	l.English = english(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	f.page.Execute(w, l) //nolint:errcheck // whoever asked is gone
}

// english is whether a page is wanted in English, and not in Chinese.
func english(r *http.Request) bool {
	if lang := r.URL.Query().Get("lang"); lang != "" {
		return lang != "zh"
	}
	return !strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "zh")
}

// toCounter takes the browser to the desk's counter, with a ticket in the body of a
// form, so that it stands in no address. Without a script one presses once more.
func (f *front) toCounter(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r) {
		http.Error(w, "only a browser on the machine that runs the demo opens the counter from here; sign in to the operators' pages", http.StatusForbidden)
		return
	}
	t, err := f.open(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	f.counter.Execute(w, struct { //nolint:errcheck // whoever asked is gone
		ticket
		English bool
	}{t, english(r)})
}

// kiosk makes a pairing code and sends the browser to the kiosk page with it. The
// code stands after the #, which no browser sends to a server.
func (f *front) kiosk(w http.ResponseWriter, r *http.Request) {
	if !fromHere(r) {
		http.Error(w, "only a browser on the machine that runs the demo is paired from here; use facelatch edge pair", http.StatusForbidden)
		return
	}
	l := f.links.Load()
	if l == nil {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	code, err := f.pair(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, l.Kiosk+"/#pair="+code, http.StatusSeeOther)
}

// fromHere is whether the browser runs on this machine and came from the front
// page itself.
func fromHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	site := r.Header.Get("Sec-Fetch-Site")
	return err == nil && ip != nil && ip.IsLoopback() && (site == "" || site == "same-origin" || site == "none")
}

// hostname is the host of a Host header, without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// serve answers until ctx is done.
func (f *front) serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
