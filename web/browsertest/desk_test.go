package browsertest

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/desk"
	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/pages"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/mrzread"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/web"
)

// TestDesk has staff and a person go through checks on two screens, and a person
// alone on a phone, in both languages: by face, by staff, with a stranger, with lines
// that cannot be read, and given up. The two ways have to look alike and take as many
// presses.
func TestDesk(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	page := withLibraries(t, web.Desk())
	quiet := map[string]int{"zh-CN": 4}
	var walks []walk
	for _, w := range []walk{
		{Size: "landscape", Lang: "en"},
		{Size: "phone", Lang: "zh-CN"},
		{Size: "phone", Lang: "en"},
		{Size: "landscape", Lang: "zh-CN"},
	}[:testenv.Count(2, 4)] {
		d := &counter{engine: facetest.New(t, time.Now)}
		d.room = check.New(check.Options{
			Engine: d.engine, Lines: d, Done: func(check.Finished) error { return nil },
			Policy: func() idcheck.Policy { return idcheck.Policy{Threshold: facetest.Threshold} },
			Notice: func() (map[string]string, [sha256.Size]byte) { return desk.Notice(), desk.NoticeHash() },
		})
		server := httptest.NewUnstartedServer(nil)
		d.pages, _ = pages.New(pages.Options{
			Room: d.room, Page: page, Address: "https://" + server.Listener.Addr().String(),
			Staff: func(r *http.Request) (string, bool) {
				if _, err := r.Cookie("staff"); err != nil {
					return "", false
				}
				return "s-1", true
			},
			SignOut: func(*http.Request) (*http.Cookie, bool) {
				return &http.Cookie{Name: "staff", Path: "/", MaxAge: -1}, true
			},
			Parties: func() []party.Party { return []party.Party{shop()} },
			Site:    func() map[string]string { return map[string]string{"en": "Garden Court", "zh-CN": "花园小区"} },
			Revoke:  func(string) error { return nil },
			Revoked: func(string) (bool, bool) { return false, true },
			Demo:    func() bool { return w.Size == "phone" },
			Quiet:   func() int { return quiet[w.Lang] },
			SignIn:  func() string { return "https://controller.example/" },
		})
		server.Config.Handler = d.handler(t)
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // the browser tries the certificate before it is told to take it
		server.StartTLS()
		t.Cleanup(func() { server.Close(); d.room.Close() })
		w.Base = server.URL
		walks = append(walks, w)
	}
	run(t, "desk.mjs", map[string]any{"walks": walks, "shots": shots(t), "executable": executable})
}

func shop() party.Party {
	return party.Party{ID: "lines", Name: map[string]string{"en": "Example Telecom", "zh-CN": "示例电信"}, Claims: []string{party.GivenName, party.FamilyName, party.Birthdate, party.DocumentNumber, party.Over18}}
}

// counter is a desk with an engine that recognises drawings, and a test's orders
// below /control/.
type counter struct {
	room   *check.Room
	pages  *pages.Pages
	engine *facetest.Fake
	blind  atomic.Bool // lines cannot be read
}

// Read is a method of desk.Lines. A document is drawn with something bright in a corner.
func (d *counter) Read(p *picture.Picture) (*mrzread.Reading, error) {
	if p.Pix[3*(p.W*(p.H-20)+p.W-20)] < 200 {
		return nil, mrzread.ErrNone
	}
	if d.blind.Load() {
		return nil, mrzread.ErrDoubt
	}
	return &mrzread.Reading{Lines: []string{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F4204150ZE184226B<<<<<14"}}, nil
}

func (d *counter) handler(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", d.pages.Handler(t.Context()))
	mux.HandleFunc("GET /control/blind", func(_ http.ResponseWriter, r *http.Request) { d.blind.Store(r.URL.Query().Get("is") == "1") })
	mux.HandleFunc("GET /control/alone", func(w http.ResponseWriter, _ *http.Request) {
		c, secret, err := d.room.Begin(check.Order{Party: "lines", PartyName: shop().Name, Claims: shop().Claims, Unattended: true})
		if err != nil {
			http.Error(w, strings.ToUpper(err.Error()), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(d.pages.Link(c.ID(), secret))
	})
	return mux
}
