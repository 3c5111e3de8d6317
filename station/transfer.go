package station

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/pass"
)

const (
	// TransferTime is how long a pass waits in memory for a phone.
	TransferTime = 10 * time.Minute
	// maxTransfers is how many wait at once; an enrolment has one at most.
	maxTransfers = 4 * MaxEnrolments
	// pathTake is where a phone fetches it, with the token after it.
	pathTake = "/take/"
)

//go:embed transfer.html
var transferPage string

//go:embed transfer.css
var transferStyle string

// transfers are passes that wait for a phone, each for one that knows its token.
// It is served once, to whoever asks first, and wiped.
type transfers struct {
	now  func() time.Time
	page *template.Template

	mu  sync.Mutex // guards what follows
	all map[string]*waiting
}

type waiting struct {
	until time.Time
	page  transferred
}

// transferred is what a phone gets.
type transferred struct {
	lang              consent.Lang
	site, until, page string
	face              bool
	svg, png, receipt []byte
}

func (t transferred) wipe() {
	for _, data := range [][]byte{t.svg, t.png, t.receipt} {
		clear(data)
	}
}

// phonePage is what is shown on a phone.
type phonePage struct {
	// There says that there is something; Asks that it is not shown yet.
	There, Asks, Chinese, Face bool
	Site, Until, Page          string
	SVG                        template.HTML
	PNG, Receipt               template.URL
	Style                      template.CSS
}

func newTransfers(now func() time.Time) *transfers {
	page := template.Must(template.New("transfer").Parse(transferPage)) // a constant
	return &transfers{now: now, page: page, all: make(map[string]*waiting)}
}

// put lets a pass wait, and returns its token.
func (t *transfers) put(p transferred) (string, bool) {
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails (Go 1.24)
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	t.sweep()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.all) >= maxTransfers {
		return "", false
	}
	t.all[token] = &waiting{until: t.now().Add(TransferTime), page: p}
	return token, true
}

// waits says whether something waits under a token.
func (t *transfers) waits(token string) phonePage {
	t.sweep()
	t.mu.Lock()
	defer t.mu.Unlock()
	w, there := t.all[token]
	if !there {
		return phonePage{}
	}
	return phonePage{There: true, Asks: true, Chinese: w.page.lang == consent.Chinese, Site: w.page.site}
}

// take hands out what waits under a token, once.
func (t *transfers) take(token string) phonePage {
	t.sweep()
	t.mu.Lock()
	w, there := t.all[token]
	delete(t.all, token)
	t.mu.Unlock()
	if !there {
		return phonePage{}
	}
	defer w.page.wipe()
	p := phonePage{
		There: true, Chinese: w.page.lang == consent.Chinese, Face: w.page.face, Site: w.page.site, Until: w.page.until, Page: w.page.page,
		SVG: template.HTML(w.page.svg), PNG: dataURL("image/png", w.page.png),
	}
	if w.page.receipt != nil {
		p.Receipt = dataURL(doorapi.TypeReceipt, w.page.receipt)
	}
	return p
}

// sweep lets go of what has waited too long.
func (t *transfers) sweep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for token, w := range t.all {
		if !t.now().Before(w.until) {
			w.page.wipe()
			delete(t.all, token)
		}
	}
}

// end lets go of everything.
func (t *transfers) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range t.all {
		w.page.wipe()
	}
	clear(t.all)
}

// handedOver answers POST /api/transfer.
type handedOver struct {
	URL     string `json:"url"`
	Minutes int    `json:"minutes"`
}

// transfer is POST /api/transfer. What waits for the phone does not end with the
// enrolment: whoever has the link walks away with it.
func (s *Server) transfer(c call) error {
	var body named
	if err := c.read(&body); err != nil {
		return err
	}
	e, err := s.hold(body.Enrolment)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	switch {
	case e.made == nil:
		return problem(doorapi.ProblemConflict, http.StatusConflict, "The pass has not been made yet")
	case s.c.PhoneURL == "":
		return problem(doorapi.ProblemPolicy, http.StatusUnprocessableEntity, "This station does not serve phones")
	case e.given:
		return problem(doorapi.ProblemConflict, http.StatusConflict, "There is a link for the phone already")
	}
	token, ok := s.transfers.put(e.forPhone())
	if !ok {
		return tooMany()
	}
	e.given = true
	url := strings.TrimSuffix(s.c.PhoneURL, "/") + pathTake + token
	return c.write(handedOver{url, int(TransferTime / time.Minute)})
}

// forPhone is what a phone gets of a pass that was made.
func (e *enrolment) forPhone() transferred {
	return transferred{
		lang: e.lang, site: e.about.Name, until: e.made.until, page: e.made.page, face: e.shown == pass.Face,
		svg: bytes.Clone(e.made.svg), png: bytes.Clone(e.made.png), receipt: bytes.Clone(e.made.receipt),
	}
}

func dataURL(kind string, data []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data))
}

// servePhone answers a phone: it asks first, because some telephones open a link
// before their owner does, and then hands over.
func (t *transfers) servePhone(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.URL.Path, pathTake)
	var page phonePage
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		page = t.waits(token)
	case http.MethodPost:
		page = t.take(token)
	default:
		http.Error(w, "405", http.StatusMethodNotAllowed)
		return
	}
	style := sha256.Sum256([]byte(transferStyle))
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'sha256-"+base64.StdEncoding.EncodeToString(style[:])+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", "text/html; charset=utf-8")
	if !page.There {
		w.WriteHeader(http.StatusGone)
	}
	page.Style = template.CSS(transferStyle)
	_ = t.page.Execute(w, page) // whoever asked may be gone
}
