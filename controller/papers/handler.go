package papers

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/typeset"
)

// New returns the handler of papers, for whoever the caller lets through; nothing in
// them is about a person. It answers
//
//	GET /papers/sign.pdf?zone=front&size=a4   the sign of a zone, or of all zones
//	GET /papers/assessment?lang=en            the impact assessment
//
// with 404 for a zone or a language that there is not, and with 409 where the site
// has not said what the paper needs; the answer then says in English what is
// missing. fonts is called for each sign.
func New(source public.Source, fonts func() (typeset.Fonts, error)) http.Handler {
	p := printer{source, fonts}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /papers/sign.pdf", p.sign)
	mux.HandleFunc("GET /papers/assessment", p.assessment)
	return mux
}

type printer struct {
	source public.Source
	fonts  func() (typeset.Fonts, error)
}

func (p printer) sign(w http.ResponseWriter, r *http.Request) {
	size, known := map[string]typeset.Size{"": typeset.A4(), "a4": typeset.A4(), "a5": typeset.A5()}[r.FormValue("size")]
	facts, err := p.source.Facts()
	zones := zonesOf(facts, r.FormValue("zone"))
	switch {
	case err != nil:
		refuse(w, err)
		return
	case !known || len(zones) == 0:
		http.NotFound(w, r)
		return
	}
	fonts, err := p.fonts()
	if err != nil {
		refuse(w, err)
		return
	}
	data, err := Signs(facts, zones, size, fonts)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Disposition", `inline; filename="sign.pdf"`)
	answer(w, "application/pdf", "default-src 'none'; frame-ancestors 'none'", data)
}

// zonesOf returns the zone of a name, or all for "".
func zonesOf(f public.Facts, name string) (zones []string) {
	for _, z := range f.Zones {
		if name == "" || z.Name == name {
			zones = append(zones, z.Name)
		}
	}
	return zones
}

func (p printer) assessment(w http.ResponseWriter, r *http.Request) {
	tag, known := words.Parse(r.FormValue("lang"))
	if r.FormValue("lang") == "" {
		tag, known = words.Choose(strings.Join(r.Header.Values("Accept-Language"), ",")), true
	}
	if !known {
		http.NotFound(w, r)
		return
	}
	facts, err := p.source.Facts()
	var page bytes.Buffer
	if err == nil {
		err = Assessment(&page, facts, tag)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, "text/html; charset=utf-8", Policy(), page.Bytes())
}

func answer(w http.ResponseWriter, kind, policy string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data)
}

// refuse says what the operator has to say first; of any other error nothing.
func refuse(w http.ResponseWriter, err error) {
	told := []error{ErrPaper, public.ErrFacts, typeset.ErrRoom, typeset.ErrFont}
	if slices.ContainsFunc(told, func(t error) bool { return errors.Is(err, t) }) {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	http.Error(w, "This cannot be printed now. Try again later.", http.StatusServiceUnavailable)
}
