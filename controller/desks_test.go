package controller

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

const deskOrigin = "https://desk.lan:8443"

// desk returns a desk that joined.
func (r *rig) desk(name string) *member {
	r.t.Helper()
	m := newMember(r.t, doorapi.KindDesk)
	if p := m.join(r.deskCode(name), "desk.lan"); p != nil {
		r.t.Fatal(p)
	}
	return m
}

func (r *rig) deskCode(name string) doorapi.Code {
	r.t.Helper()
	a, err := authority.Open(r.dir, time.Now)
	if err != nil {
		r.t.Fatal(err)
	}
	c := doorapi.Code{Address: r.address, Authority: a.Fingerprint()}
	r.do(func(o *site.Office) (err error) {
		c.Secret, err = o.MakeDeskCode(r.t.Context(), site.Operator, name, deskOrigin)
		return err
	})
	return c
}

// bank is a relying party.
func bank(t *testing.T) party.Party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return party.Party{
		ID: "harbour-bank", Name: map[string]string{"en": "Harbour Bank"}, Webhook: "https://bank.example/hook",
		Key: jose.JSONWebKey{Key: key.Public(), KeyID: "1", Use: "enc"}, Claims: []string{party.Over18},
	}
}

// config asks for the configuration, with what it has; status 0 is that nobody
// answered.
func (m *member) config(query, has string) (c doorapi.DeskConfig, etag string, status int) {
	request, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.base+doorapi.PathDeskConfig+query, nil)
	if err != nil {
		m.t.Error(err)
		return c, "", 0
	}
	if has != "" {
		request.Header.Set("If-None-Match", has)
	}
	response, err := m.client.Do(request)
	if err != nil {
		return c, "", 0
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode == http.StatusOK {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		m.t.Errorf("%s: %v", data, err)
	}
	return c, response.Header.Get("ETag"), response.StatusCode
}

// TestDeskGetsNothingElse: a desk is told its own configuration. What doors and
// stations get it never gets, and they not what it does.
func TestDeskGetsNothingElse(t *testing.T) {
	r := newRig(t)
	desk, door, station := r.desk("Counter 1"), r.door("One", "front"), r.station("Office")
	id := strings.Repeat("0", 32)
	for method, paths := range map[string][]string{
		http.MethodGet: {
			doorapi.PathBundle, doorapi.PathObjects + strings.Repeat("0", 64), doorapi.PathSecrets, doorapi.PathDoors, doorapi.PathSite,
			strings.Replace(doorapi.PathReceipt, "{id}", id, 1),
		},
		http.MethodPost: {
			doorapi.PathCounts, doorapi.PathReports, doorapi.PathMeet, strings.Replace(doorapi.PathOwnPage, "{id}", id, 1), doorapi.PathActs,
			doorapi.PathPINs, doorapi.PathPrepare, doorapi.PathSign, doorapi.PathComplete, doorapi.PathAbandon,
		},
		http.MethodPut:    {strings.Replace(doorapi.PathDoorSecrets, "{id}", door.joined.ID, 1)},
		http.MethodDelete: {doorapi.PathPINs + "/12345678"},
	} {
		for _, path := range paths {
			if _, p := desk.raw(desk.client, method, path, struct{}{}); !is(p, doorapi.ProblemForbidden) {
				t.Errorf("a desk and %s %s: %v", method, path, p)
			}
		}
	}
	for name, m := range map[string]*member{"door": door, "station": station} {
		if p := m.get(doorapi.PathDeskConfig, nil); !is(p, doorapi.ProblemForbidden) {
			t.Errorf("a %s and the configuration of desks: %v", name, p)
		}
		if p := m.post(doorapi.PathDeskReport, doorapi.DeskReport{}, nil); !is(p, doorapi.ProblemForbidden) {
			t.Errorf("a %s and the counts of desks: %v", name, p)
		}
	}
	var doors doorapi.DoorsResponse
	if p := station.get(doorapi.PathDoors, &doors); p != nil || len(doors.Doors) != 1 {
		t.Errorf("a station seals to %v (%v)", doors, p)
	}
	if p := newMember(t, doorapi.KindDoor).join(r.deskCode("Counter 2")); !is(p, doorapi.ProblemCode) {
		t.Errorf("a door with a desk's code: %v", p)
	}
}

// TestDeskCertificate: it is for the host of the desk's address and no other, also
// when it is renewed.
func TestDeskCertificate(t *testing.T) {
	r := newRig(t)
	for _, hosts := range [][]string{{"other.lan"}, {"desk.lan", "other.lan"}, {"10.0.0.1"}} {
		if p := newMember(t, doorapi.KindDesk).join(r.deskCode("Counter "+hosts[0]), hosts...); !is(p, doorapi.ProblemConflict) {
			t.Errorf("%v: %v", hosts, p)
		}
	}
	desk := r.desk("Counter 1")
	if p := desk.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, desk.key, "desk.lan")}, &desk.joined); p != nil {
		t.Error(p)
	}
	for _, hosts := range [][]string{{"other.lan"}, {"localhost"}} {
		if p := desk.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, desk.key, hosts...)}, nil); !is(p, doorapi.ProblemName) {
			t.Errorf("renewed for %v: %v", hosts, p)
		}
	}
}

func TestDeskConfig(t *testing.T) {
	r := newRig(t)
	desk := r.desk("Counter 1")
	first, etag, status := desk.config("", "")
	if status != http.StatusOK || first.Site != r.config.ID || first.SiteName != "Garden Court" || first.Name != "Counter 1" || first.ID != desk.id() ||
		first.Origin != deskOrigin || first.Timezone != "Asia/Shanghai" || len(first.Parties) != 0 || !slices.Equal(first.Policy.Claims, party.Claims()) {
		t.Errorf("%d: %+v", status, first)
	}
	if _, again, status := desk.config("", etag); status != http.StatusNotModified || again != etag {
		t.Errorf("the same again: %d %s", status, again)
	}
	type answer struct {
		config doorapi.DeskConfig
		status int
	}
	ask := func(has string) <-chan answer {
		ended := make(chan answer, 1)
		go func() {
			c, _, status := desk.config("?wait=1", has)
			ended <- answer{c, status}
		}()
		time.Sleep(100 * time.Millisecond) // if it comes later, it is answered as well
		return ended
	}
	ended := ask(etag)
	r.do(func(o *site.Office) error {
		_, _, err := o.AddParty(t.Context(), site.Operator, bank(t), site.NewSecret)
		return err
	})
	got := <-ended
	if got.status != http.StatusOK || len(got.config.Parties) != 1 {
		t.Fatalf("while waiting: %+v", got)
	}
	if p, err := party.Decode(got.config.Parties[0]); err != nil || p.ID != "harbour-bank" || p.Public() {
		t.Errorf("%+v, %v", p, err)
	}
	_, etag, _ = desk.config("", "")
	ended = ask(etag)
	r.do(func(o *site.Office) error { return o.Remove(t.Context(), site.Operator, desk.id(), false) })
	if got := <-ended; got.status != http.StatusForbidden {
		t.Errorf("removed while waiting: %+v", got)
	}
}

// TestDeskTicket: what a controller signs, the desk that it is for can verify with
// what it is told, at once.
func TestDeskTicket(t *testing.T) {
	r := newRig(t)
	desk := r.desk("Counter 1")
	var text string
	r.do(func(o *site.Office) (err error) {
		text, _, err = o.Ticket(t.Context(), desk.id(), "op-7k2m", "front-desk")
		return err
	})
	c, _, _ := desk.config("", "")
	if got, err := doorapi.VerifyTicket(text, c.TicketKeys, c.Site, c.ID, time.Now()); err != nil || got.Staff != "op-7k2m" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := doorapi.VerifyTicket(text, c.TicketKeys, c.Site, pass.DoorID{1}, time.Now()); err == nil {
		t.Error("another desk takes it")
	}
}

func TestDeskReports(t *testing.T) {
	r := newRig(t)
	desk := r.desk("Counter 1")
	day := time.Now().In(r.config.Location()).AddDate(0, 0, -1).Format(time.DateOnly)
	if p := desk.post(doorapi.PathDeskReport, doorapi.DeskReport{Day: day, Counts: map[string]string{"same-person": "12"}}, nil); p != nil {
		t.Error(p)
	}
	for name, body := range map[string]any{
		"too fine": doorapi.DeskReport{Day: day, Counts: map[string]string{"same-person": "2"}},
		"more":     map[string]any{"day": day, "counts": map[string]string{}, "staff": "op-7k2m"},
	} {
		if p := desk.post(doorapi.PathDeskReport, body, nil); !is(p, doorapi.ProblemRequest) {
			t.Errorf("%s: %v", name, p)
		}
	}
	r.do(func(o *site.Office) error {
		rows, err := o.DeskCounts(t.Context(), day, day)
		if len(rows) != 1 || rows[0].Least != 12 {
			t.Errorf("%v", rows)
		}
		return err
	})
}
