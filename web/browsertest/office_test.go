package browsertest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/pages/pagestest"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/web"
)

// TestOffice has an operator set up a site and run it, with authenticators that
// the browser simulates, in both languages, on a telephone and at a desk; an
// auditor look at it; and somebody do without a script.
func TestOffice(t *testing.T) {
	t.Parallel()
	executable := browser(t)
	var walks []map[string]string
	keys := ""
	for _, w := range []walk{
		{Size: "landscape", Lang: "en"},
		{Size: "phone", Lang: "zh-CN"},
		{Size: "phone", Lang: "en"},
		{Size: "landscape", Lang: "zh-CN"},
	}[:testenv.Count(2, 4)] {
		o := newOffice(t)
		walks = append(walks, map[string]string{"base": o.base, "size": w.Size, "lang": w.Lang})
		keys = o.key
	}
	run(t, "office.mjs", map[string]any{"walks": walks, "shots": shots(t), "executable": executable, "key": keys})
}

// office is a controller's pages over acts in memory, with a test's orders below
// /control/.
type office struct {
	t      *testing.T
	acts   *pagestest.Acts
	signin *signin.Service
	doors  pages.DoorNews
	base   string
	key    string // of the certificate, as Chromium is told to trust it
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, acts: pagestest.New(time.Now)}
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(mux)
	server.StartTLS()
	t.Cleanup(server.Close)
	o.base = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	hash := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	o.key = base64.StdEncoding.EncodeToString(hash[:])
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "facelatch.db"))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	o.signin, err = signin.New(signin.Config{Origin: o.base, Title: "Garden Court", Store: signin.Rows{DB: db}, Operators: pages.Accounts{Acts: o.acts}})
	must(t, err)
	handler, err := pages.New(pages.Config{
		Acts: o.acts, SignIn: o.signin, Origin: o.base, Static: web.Office(), Record: o,
		JoinText: func(acts.JoinCode) (string, error) {
			return "FLJ1:UNRUWZLBNRSSA2DPOVZWKLTFPBQW24DMMU5DQNBUGNMCASBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQ", nil
		},
		Doors: func() pages.DoorNews { return o.doors },
	})
	must(t, err)
	t.Cleanup(func() { must(t, handler.Close()) })
	mux.Handle(pages.Path, handler)
	mux.HandleFunc("GET /control/code", o.code)
	mux.HandleFunc("POST /control/furnish", o.furnish)
	mux.HandleFunc("POST /control/rename", o.rename)
	o.acts.Origin = deskBeside(t)
	return o
}

// deskBeside stands in for a desk at an address of its own: it says what a browser
// brought, and what it told beside.
func deskBeside(t *testing.T) string {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ticket := r.PostFormValue(doorapi.FieldTicket)
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, "%s %s %s from %q", r.Method, r.RequestURI, ticket, r.Referer())
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
}

// SiteActs is a method of [pages.Record].
func (o *office) SiteActs(context.Context, uint64, int) ([]pages.SiteAct, error) {
	at := time.Now().UTC().Truncate(24 * time.Hour)
	return []pages.SiteAct{
		{Index: 41, Day: at, By: "op-k701", Act: "door.add", Details: [][2]string{{"name", "Front door left"}, {"zone", "main"}}},
		{Index: 38, Day: at, By: "op-k701", Act: "notice.publish", Details: [][2]string{{"version", "2026-11-21"}}},
		{Index: 36, Day: at.AddDate(0, 0, -1), By: "op-k701", Act: "site.change"},
	}, nil
}

func (o *office) code(w http.ResponseWriter, r *http.Request) {
	code, _, err := o.signin.SetupCode(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, code)
}

func (o *office) owner() acts.Actor {
	return acts.Actor{Role: acts.Owner, Operator: "test", Pseudonym: "op-test"}
}

// furnish puts something of everything into the site.
func (o *office) furnish(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	o.doors = pages.DoorNews{Bundle: 12, Seen: map[pass.DoorID]pages.DoorSeen{}}
	o.acts.Join(site.KindDoor, "Front door left", "main", site.Joined)
	for name, seen := range map[string]pages.DoorSeen{
		"Front door right": {At: now, Bundle: 12}, "Garage": {At: now.Add(-3 * time.Hour), Bundle: 9}, "Back door": {At: now.Add(-2 * time.Minute), Bundle: 11},
	} {
		o.doors.Seen[o.acts.Join(site.KindDoor, name, "main", site.Approved)] = seen
	}
	o.doors.Seen[o.acts.Join(site.KindStation, "Front desk station", "", site.Joined)] = pages.DoorSeen{At: now}
	o.doors.Seen[o.acts.Join(site.KindDesk, "Counter 1", "", site.Joined)] = pages.DoorSeen{At: now}
	var first string
	for i := range 12 {
		h, err := o.acts.AddHolder(r.Context(), o.owner(), acts.HolderInput{
			Label: fmt.Sprintf("A-12%02d", i+1), Contact: fmt.Sprintf("a12%02d@house.example", i+1), Under14: i == 3, GuardianLabel: map[bool]string{true: "A-1204 guardian"}[i == 3],
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if first == "" {
			first = h.ID
		}
	}
	var notice [32]byte
	if all, _ := o.acts.Notices(r.Context()); len(all) > 0 {
		notice = all[0].Hash
	}
	o.acts.Consented(first, notice)
	entry := o.acts.Commit(`{"act":"pass.issue","day":"2026-11-20","zones":["main"]}`)
	_ = json.NewEncoder(w).Encode(map[string]string{"holder": first, "entry": fmt.Sprintf("%x", entry[:])})
}

// rename is another operator who changes the site's name meanwhile.
func (o *office) rename(w http.ResponseWriter, r *http.Request) {
	c, err := o.acts.SiteConfig(r.Context())
	if err == nil {
		c.Site.Name = "Garden Court North"
		_, err = o.acts.ChangeSite(r.Context(), o.owner(), c.Version, c)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
