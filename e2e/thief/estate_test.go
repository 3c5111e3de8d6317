package thief

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/facelatch/facelatch/controller/api"
	"github.com/facelatch/facelatch/e2e/courttest"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/kiosk/kiosktest"
	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
	"github.com/facelatch/facelatch/statuslist"
)

// What is planted, and must never be found.
const (
	aReference = "a reference"
	aSealed    = "a sealed reference"
	aPassText  = "the text of a pass"
	aPicture   = "a picture"
	aProbe     = "a probe"
	aPINCode   = "the code of a PIN"
)

// estate is a site that was lived in for a while, and what was planted there.
type estate struct {
	*courttest.Court
	t       testing.TB
	ctx     context.Context
	server  *pgtest.Server // nil where the database is a file
	counter *courttest.Counter
	door    *rigtest.Rig
	apart   *rigtest.Apart

	needles *rigtest.Needles
	codes   []string // of PINs
	numbers []string
	faces   []string // texts of face passes
	plain   []string
	labels  []string
	trust   pass.Trust

	found int // of what must never be found
}

// newEstate makes a site, lets people come in, and some of them go again.
func newEstate(t *testing.T, ctx context.Context, server *pgtest.Server) *estate {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	must(t, err)
	o := courttest.Options{Timezone: earlyThere(time.Now())}
	if server != nil {
		o.Database = server.Database()
	}
	e := &estate{Court: courttest.New(t, o), t: t, ctx: ctx, server: server, needles: rigtest.NewNeedles()}
	e.Recipient = identity.Recipient().String()
	e.SetUp()
	e.Notice("2027-1")
	e.counter = e.OpenStation()
	e.door, e.apart = e.OpenDoor(ctx)
	e.trust = trusted(t, e.Site())
	e.furnish()
	e.enrol()
	return e
}

// earlyThere is a time zone in which a day has begun not long ago: a door tells its
// counts at the first midnight that is at least 20 hours after it was started.
func earlyThere(now time.Time) string {
	offset := 1 - now.UTC().Hour() // hours east
	if offset < -12 {
		offset += 24
	}
	return fmt.Sprintf("Etc/GMT%+d", -offset) // whose signs are the other way round
}

func photograph(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{testenv.Faces(t)}, path...)...))
	must(t, err)
	return data
}

// valid is what a thief believes of status: what interests is what a pass holds.
type valid struct{}

func (valid) Status(string, uint32, time.Time) (statuslist.Status, error) {
	return statuslist.Valid, nil
}

// trusted reads the public keys of a site, which everybody may have.
func trusted(t testing.TB, dir string) pass.Trust {
	t.Helper()
	config, err := site.Read(dir)
	must(t, err)
	trust := pass.Trust{Site: config.ID, Keys: map[pass.KeyID]*ecdsa.PublicKey{}, Status: valid{}, Location: time.UTC}
	files, err := filepath.Glob(filepath.Join(dir, "controller", "issuers", "*.pem"))
	must(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		block, _ := pem.Decode(data)
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		must(t, err)
		id, err := pass.KeyIDOf(key.(*ecdsa.PublicKey))
		must(t, err)
		trust.Keys[id] = key.(*ecdsa.PublicKey)
	}
	return trust
}

// furnish adds people with plain passes and PINs, and lets some of them lose theirs.
func (e *estate) furnish() {
	e.t.Helper()
	for i := range testenv.Count(3, 40) {
		label := fmt.Sprintf("Flat 7-%d by the harbour", 4100+i)
		var h api.Holder
		e.Must(http.MethodPost, "/holders", api.HolderInput{Label: label, Contact: fmt.Sprintf("flat%d@harbour.example", i)}, &h)
		var made api.Issued
		e.Must(http.MethodPost, "/holders/"+h.ID+"/passes", api.PassInput{Zones: []string{courttest.Zone}}, &made)
		e.needles.Add(aPassText, []byte(strings.TrimPrefix(made.Text, pass.Prefix)), 1)
		switch i % 3 {
		case 0:
			e.plain, e.labels = append(e.plain, made.Text), append(e.labels, label)
		case 1:
			e.Must(http.MethodPost, "/passes/"+made.ID+"/revoke", nil, nil)
			e.labels = append(e.labels, label)
		case 2:
			e.Must(http.MethodDelete, "/holders/"+h.ID, nil, nil)
		}
	}
	for i := range testenv.Count(2, 12) {
		number, code := e.PIN()
		e.numbers, e.codes = append(e.numbers, number), append(e.codes, code)
		if i > 1 && i%3 == 0 {
			e.Run(e.Controller, "pin", "revoke", "--site", e.Site(), number)
		}
	}
}

// enrol has two people sit at the station, and plants what was made of them.
func (e *estate) enrol() {
	e.t.Helper()
	var sitters []*courttest.Sitter
	for _, who := range []string{"001", "002"} {
		sitters = append(sitters, &courttest.Sitter{Enrolment: e.counter.Choose("face"), Photographs: [][]byte{
			photograph(e.t, "frll", "neutral", who+"_03.jpg"), photograph(e.t, "frll", "smiling", who+"_08.jpg"),
		}})
	}
	e.counter.Sit(sitters...)
	for _, who := range sitters {
		e.faces = append(e.faces, e.counter.Finish(who.Enrolment))
		for _, p := range who.Photographs {
			e.plantPicture(p)
			_, features, err := e.door.Extract(p)
			must(e.t, err)
			e.needles.AddFloats(aProbe, features)
		}
	}
	key := e.sealingKey()
	for _, text := range e.faces {
		p, err := pass.Parse(text)
		must(e.t, err)
		reference := open(p, e.trust, key)
		if reference == nil {
			e.t.Fatal("the station's key does not open a pass that it made")
		}
		e.needles.Add(aReference, reference, 1)
		e.needles.Add(aSealed, sealed(text)[sealedHead:], 1)
		e.needles.Add(aPassText, []byte(strings.TrimPrefix(text, pass.Prefix)), 1)
	}
}

// sealedHead is what stands before the secret part of what is sealed: the algorithm
// and the key's id, which are none.
const sealedHead = 16

// sealed is what is sealed in the text of a face pass.
func sealed(text string) []byte {
	m, err := cose.ParseSign1(decode45(strings.TrimPrefix(text, pass.Prefix)))
	if err != nil {
		return nil
	}
	for at := range m.Unprotected { // it stands in a map of one
		if _, err := cose.ParseEncrypt0(m.Unprotected[at:]); err == nil {
			return m.Unprotected[at:]
		}
	}
	return nil
}

// decode45 is Base45 (RFC 9285).
func decode45(s string) (out []byte) {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	for len(s) > 0 {
		n, v := min(3, len(s)), 0
		for i := n - 1; i >= 0; i-- {
			v = 45*v + strings.IndexByte(digits, s[i])
		}
		if n == 3 {
			out = append(out, byte(v>>8))
		}
		out, s = append(out, byte(v)), s[n:]
	}
	return out
}

// plantPicture plants a picture as it was sent, and its pixels.
func (e *estate) plantPicture(jpeg []byte) {
	e.t.Helper()
	const headers = 1000 // tables that are in every program which writes JPEGs
	e.needles.Add(aPicture, jpeg[headers:], 211)
	p, err := picture.Decode(jpeg)
	must(e.t, err)
	e.needles.Add(aPicture, p.Pix, 4001)
}

// sealingKey is the station's, which is on neither of the stolen disks.
func (e *estate) sealingKey() pass.SealingKey {
	e.t.Helper()
	files, err := filepath.Glob(filepath.Join(e.Station, "keys", "sealing", "*.pem"))
	if err != nil || len(files) != 1 {
		e.t.Fatalf("%d sealing keys, %v", len(files), err)
	}
	data, err := os.ReadFile(files[0])
	must(e.t, err)
	block, _ := pem.Decode(data)
	key, err := pass.ImportSealingKey(block.Bytes)
	must(e.t, err)
	return key
}

// entries lets people in at the door, and returns the seconds in which they came.
func (e *estate) entries(page *kiosktest.Page, film *rigtest.Filming, holder [][]byte) (m moments) {
	e.t.Helper()
	m.from = time.Now().Unix()
	film.Point(holder)
	e.show(page, "opened", func() error { return page.Code(e.ctx, e.faces[0]) })
	e.show(page, "opened", func() error { return page.Code(e.ctx, e.plain[0]) })
	e.show(page, "opened", func() error { return page.PIN(e.ctx, e.numbers[0], e.codes[0]) })
	m.to = time.Now().Unix()
	return m
}

// holder is what the camera sees of the first who has a face pass.
func (e *estate) holder() [][]byte {
	e.t.Helper()
	film, err := rigtest.Scene{Photograph: photograph(e.t, "frll", "smiling", "001_08.jpg"), Pass: e.faces[0]}.Film(60, 1)
	must(e.t, err)
	for _, frame := range film[:testenv.Count(8, 60)] {
		e.plantPicture(frame)
	}
	return film
}

func (e *estate) show(page *kiosktest.Page, screen string, do func() error) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.ctx, time.Minute)
	defer cancel()
	_, err := page.WaitScreen(ctx, "ready")
	must(e.t, err)
	must(e.t, do())
	if m, err := page.WaitScreen(ctx, screen); err != nil {
		e.t.Fatalf("waited for the screen %q: %v; it is %q", screen, err, m.Key)
	}
}
