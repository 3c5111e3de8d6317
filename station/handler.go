package station

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/web"
)

// Where a pass is fetched. The last part is how it is called when it is saved.
const (
	pathPass = "/api/pass/" // then the token of its enrolment
	namePNG  = "/pass.png"
	nameSVG  = "/pass.svg"
	namePDF  = "/pass.pdf"
)

// maxBody is the largest body that is no picture, in bytes.
const maxBody = 4 << 10

// call is a request of somebody who may ask.
type call struct {
	w http.ResponseWriter
	r *http.Request
	// life ends when the server does.
	life context.Context
}

// handler answers what a browser asks of the page at a port.
func (s *Server) handler(life context.Context, port int) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", s.file)
	for pattern, do := range map[string]func(call) error{
		"GET /api/notice":                           s.notice,
		"POST /api/meet":                            s.meet,
		"POST /api/choose":                          s.choose,
		"POST /api/frame":                           s.takeFrame,
		"POST /api/finish":                          s.finish,
		"POST /api/abandon":                         s.abandon,
		"POST /api/transfer":                        s.transfer,
		"GET " + pathPass + "{enrolment}" + nameSVG: s.fetch("image/svg+xml", func(m *made) []byte { return m.svg }),
		"GET " + pathPass + "{enrolment}" + namePNG: s.fetch("image/png", func(m *made) []byte { return m.png }),
		"GET " + pathPass + "{enrolment}" + namePDF: s.fetch("application/pdf", func(m *made) []byte { return m.pdf }),
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			if err := do(call{w, r, life}); err != nil {
				s.fail(w, err)
			}
		})
	}
	return s.guard(authorities(s.c.Hosts, port), mux)
}

// authorities are what a browser may call the page in Host, and after https://
// in Origin.
func authorities(hosts []string, port int) (all []string) {
	for _, host := range hosts {
		host = strings.ToLower(host)
		all = append(all, net.JoinHostPort(host, strconv.Itoa(port)))
		if port != 443 {
			continue
		}
		if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
			host = "[" + host + "]"
		}
		all = append(all, host)
	}
	return all
}

// guard lets through what comes from the page itself, by somebody who typed the
// code. Another site can neither ask, nor lead a browser here by a name of its own.
func (s *Server) guard(names []string, inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := web.Headers()
		for _, key := range slices.Sorted(maps.Keys(headers)) {
			w.Header().Set(key, headers[key])
		}
		if !slices.Contains(names, strings.ToLower(r.Host)) {
			refuse(w, problem(doorapi.ProblemForbidden, http.StatusMisdirectedRequest, "This station has another address"))
			return
		}
		if !ownOrigin(r) {
			refuse(w, problem(doorapi.ProblemForbidden, http.StatusForbidden, "Only the station's own page may ask for this"))
			return
		}
		if s.gate.open(r) {
			inner.ServeHTTP(w, r)
			return
		}
		s.gate.serve(w, r)
	})
}

// ownOrigin says whether a request comes from the page. Only reading may come
// from nowhere, such as a line that somebody typed.
func ownOrigin(r *http.Request) bool {
	origin := r.Header.Values("Origin")
	if len(origin) == 0 {
		return r.Method == http.MethodGet || r.Method == http.MethodHead
	}
	return len(origin) == 1 && origin[0] == "https://"+strings.ToLower(r.Host)
}

// read reads one JSON object, strictly and within limits.
func (c call) read(into any) error {
	if c.r.Header.Get("Content-Type") != "application/json" {
		return problem(doorapi.ProblemRequest, http.StatusUnsupportedMediaType, "The body has to be application/json")
	}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if err != nil {
		return badBody(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("The request cannot be read")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("There is something after the request")
	}
	return nil
}

// readFrame reads a picture into memory that is made once, so that clearing what
// it returns, also beside an error, clears all of it.
func (c call) readFrame() ([]byte, error) {
	if c.r.Header.Get("Content-Type") != "image/jpeg" {
		return nil, problem(doorapi.ProblemRequest, http.StatusUnsupportedMediaType, "A picture has to be image/jpeg")
	}
	size := c.r.ContentLength
	if size > maxFrame {
		return nil, tooLarge()
	}
	if size < 0 {
		size = maxFrame + 1
	}
	data := make([]byte, size)
	n, err := io.ReadFull(c.r.Body, data)
	if n > maxFrame {
		return data, tooLarge()
	}
	if err != nil && (c.r.ContentLength >= 0 || !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF)) {
		return data, badBody(err)
	}
	data = data[:n]
	if err := camera.CheckJPEG(data); err != nil {
		return data, notAFrame(err)
	}
	return data, nil
}

// write answers with an object. Errors are those of a line that broke.
func (c call) write(value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(data)
	return nil
}
