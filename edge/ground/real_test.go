package ground

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/edgetest"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/internal/counts"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// real is a site with the controller that is in the program.
type real struct {
	t       *testing.T
	dir     string
	address string
}

func extras() site.Extras {
	return site.Extras{
		Models: []bundle.Model{{ID: edgetest.Model(), Until: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)}},
		Notice: bundle.Notice{SHA256: [32]byte{5}, Text: map[string]string{"en": "A camera will look at you."}},
	}
}

func newReal(t *testing.T) *real {
	t.Helper()
	r := &real{t: t, dir: filepath.Join(t.TempDir(), "site")}
	_, err := site.Create(r.dir, site.Config{Name: "Court", Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy()}, time.Now())
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r.address = l.Addr().String()
	s, err := controller.New(controller.Config{Dir: r.dir, Address: r.address, Extras: extras(), Copies: r.copies()})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() { cancel(); must(t, <-ended) })
	return r
}

// copies is where the controller writes what any web server can carry to doors.
func (r *real) copies() string { return filepath.Join(r.dir, "..", "copies") }

// office does something at the site, as a command does.
func (r *real) office(do func(o *site.Office) error) {
	r.t.Helper()
	o, err := site.OpenOffice(r.dir, time.Now)
	must(r.t, err)
	defer o.Close()
	must(r.t, do(o))
}

// join joins a door, with the code that an operator makes for it.
func (r *real) join(dir string, hosts ...string) *state.Identity {
	r.t.Helper()
	a, err := authority.Open(r.dir, time.Now)
	must(r.t, err)
	code := doorapi.Code{Address: r.address, Authority: a.Fingerprint()}
	r.office(func(o *site.Office) (err error) {
		code.Secret, err = o.MakeCode(r.t.Context(), site.Operator, doorapi.KindDoor, "Front "+filepath.Base(dir), "front")
		return err
	})
	i, err := link.Join(r.t.Context(), code, append(hosts, filepath.Base(dir)+".local"))
	must(r.t, err)
	f, err := state.Open(dir, durable.Disk{})
	must(r.t, err)
	must(r.t, f.Join(i))
	must(r.t, f.Close())
	return i
}

// hand is a holder's.
type hand struct{ text string }

func (h *hand) HandOver(text string) error { h.text = text; return nil }
func (h *hand) TakeBack() error            { h.text = ""; return nil }

func (r *real) issue() (text string, id pass.ID) {
	r.t.Helper()
	h := &hand{}
	r.office(func(o *site.Office) error {
		c, err := o.Controller(r.t.Context())
		if err != nil {
			return err
		}
		now := time.Now().Truncate(time.Second)
		claims, err := issue.Station{Office: c.For(r.t.Context(), ""), Rand: rand.Reader, Now: time.Now}.Issue(
			issue.Request{Zones: []string{"front"}, NotBefore: now, Expires: now.Add(24 * time.Hour)}, nil, h)
		id = claims.ID
		return err
	})
	return h.text, id
}

// TestWithTheRealController: a door joins, hears of passes and of their end,
// gets its secrets after the fingerprint was compared, and is removed.
func TestWithTheRealController(t *testing.T) {
	r := newReal(t)
	c := config.Default()
	c.State, c.TPM = filepath.Join(t.TempDir(), "door"), "off"
	i := r.join(c.State)
	g, err := Open(c, Options{})
	must(t, err)
	t.Cleanup(func() { g.folder.Close() })
	run(t, g)
	soon(t, "a bundle", func() bool { return number(g) > 0 })
	text, id := r.issue()
	opens := func() bool { return judge(t, g, text) == nil }
	took := soon(t, "a new pass opens", opens)
	r.office(func(o *site.Office) error {
		c, err := o.Controller(r.t.Context())
		if err != nil {
			return err
		}
		_, err = c.Revoke(r.t.Context(), id)
		return err
	})
	revoked := soon(t, "a revoked pass does not", func() bool { return !opens() })
	t.Logf("a pass opened after %v, and did not after %v", took, revoked)
	r.office(func(o *site.Office) error {
		fingerprint, err := i.Fingerprint()
		if err != nil {
			return err
		}
		v, err := o.Vault()
		if err != nil {
			return err
		}
		defer v.Close()
		return o.ApproveHere(r.t.Context(), v, i.Door, fingerprint)
	})
	soon(t, "the door has its secrets", func() bool { return g.Snapshot().Approved })
	client := g.client()
	defer client.Close()
	must(t, g.folder.SaveCounts(counts.Day{Day: "2026-11-20", Counts: map[string]string{"opened": "<5", "expired": "12"}}))
	must(t, g.errand(t.Context(), client, true))
	r.office(func(o *site.Office) error {
		reports, err := o.Reports(t.Context(), i.Door)
		if reports["restart"].Count != 1 {
			t.Errorf("reports %v", reports)
		}
		return err
	})
	r.office(func(o *site.Office) error { return o.Remove(t.Context(), site.Operator, i.Door, false) })
	soon(t, "the door knows that it was removed", func() bool { return g.Snapshot().Contact.Removed })
}

// TestByTheMirrorAlone: a door that cannot reach its controller believes a web
// server with copies what is signed, and opens and refuses by it.
func TestByTheMirrorAlone(t *testing.T) {
	r := newReal(t)
	c := config.Default()
	c.State, c.TPM = filepath.Join(t.TempDir(), "door"), "off"
	i := r.join(c.State, "127.0.0.1")
	g, err := Open(c, Options{})
	must(t, err)
	stop := run(t, g)
	soon(t, "a bundle from the controller", func() bool { return number(g) > 0 })
	before := number(g)
	stop()
	must(t, g.Close())
	good, _ := r.issue()
	bad, id := r.issue()
	before = r.copied(before)
	r.office(func(o *site.Office) error {
		c, err := o.Controller(r.t.Context())
		if err == nil {
			_, err = c.Revoke(r.t.Context(), id)
		}
		return err
	})
	r.copied(before)
	must(t, os.Symlink(filepath.Join(r.dir, "ledger", "public"), filepath.Join(r.copies(), "ledger")))
	c.Controller, c.Mirror = "127.0.0.1:1", r.mirror(i)
	g, err = Open(c, Options{})
	must(t, err)
	t.Cleanup(func() { g.folder.Close() })
	run(t, g)
	soon(t, "a pass opens by what the mirror has", func() bool { return judge(t, g, good) == nil })
	wantReason(t, "revoked", judge(t, g, bad), pass.ReasonRevoked)
	if g.Snapshot().Contact.Reached {
		t.Error("the controller counts as reached")
	}
}

// copied waits until the copies are of a bundle after one, and returns its number.
func (r *real) copied(after uint64) (number uint64) {
	r.t.Helper()
	soon(r.t, "a newer copy", func() bool {
		data, err := os.ReadFile(filepath.Join(r.copies(), "v1", "bundle"))
		must(r.t, err)
		number, err = bundle.ClaimedNumber(data)
		must(r.t, err)
		return number > after
	})
	return number
}

// mirror serves the copies with a certificate of the site's authority.
func (r *real) mirror(i *state.Identity) string {
	r.t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(i.Authority)
	own := i.TLS()
	server := httptest.NewUnstartedServer(http.FileServer(http.Dir(r.copies())))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots, Certificates: []tls.Certificate{own}}
	server.StartTLS()
	r.t.Cleanup(server.Close)
	return server.URL
}
