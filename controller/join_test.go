package controller

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

func TestJoin(t *testing.T) {
	r := newRig(t)
	door := r.door("Front door", "front", "kiosk.local", "192.168.1.20", "localhost")
	if door.joined.Name != "Front door" || door.joined.Zone != "front" || door.joined.Site != r.config.ID.String() {
		t.Errorf("%+v", door.joined)
	}
	b, p := door.bundle("")
	if p != nil || b.Name != "Garden Court" || len(b.Zones) != 2 || len(b.Lists) != 1 {
		t.Fatal(b, p)
	}
	for _, l := range b.Lists {
		data, p := door.raw(door.client, http.MethodGet, doorapi.PathObjects+l.String(), nil)
		if p != nil || l.Match(data) != nil {
			t.Errorf("list %d: %v", l.Number, p)
		}
	}
	if p := door.get(doorapi.PathSecrets, nil); !is(p, doorapi.ProblemNotYet) || p.Status != http.StatusNotFound {
		t.Errorf("secrets before anybody compared anything: %v", p)
	}
}

// TestCodes: a code is good once, for a day, and not after five wrong tries.
func TestCodes(t *testing.T) {
	r := newRig(t)
	used := r.code(site.KindDoor, "One", "front")
	first := newMember(t, doorapi.KindDoor)
	if p := first.join(used); p != nil {
		t.Fatal(p)
	}
	if p := newMember(t, doorapi.KindDoor).join(used); !is(p, doorapi.ProblemCode) {
		t.Errorf("a second door with the same code: %v", p)
	}
	id := first.joined.ID
	if p := first.join(used); p != nil || first.joined.ID != id {
		t.Errorf("the same door once more, as if the answer had been lost: %v", p)
	}
	other := r.code(site.KindDoor, "Two", "front")
	if p := newMember(t, doorapi.KindStation).join(other); !is(p, doorapi.ProblemCode) {
		t.Errorf("a station with the code of a door: %v", p)
	}
	wrong := other
	wrong.Secret[15]++
	for range site.CodeTries {
		if p := newMember(t, doorapi.KindDoor).join(wrong); !is(p, doorapi.ProblemCode) {
			t.Errorf("a wrong secret: %v", p)
		}
	}
	if p := newMember(t, doorapi.KindDoor).join(other); !is(p, doorapi.ProblemCode) {
		t.Errorf("the right secret after too many wrong ones: %v", p)
	}
}

// TestJoinIsLimited: who tries often from one place has to wait, and nobody at
// another has.
func TestJoinIsLimited(t *testing.T) {
	r := newRig(t)
	code := r.code(site.KindDoor, "One", "front")
	wrong := code
	wrong.Secret = [16]byte{}
	for range 7 * joinsEach {
		newMember(t, doorapi.KindDoor).joinFrom("127.0.0.2", wrong)
	}
	if p := newMember(t, doorapi.KindDoor).joinFrom("127.0.0.2", code); !is(p, doorapi.ProblemTooMany) {
		t.Errorf("%v", p)
	}
	if p := newMember(t, doorapi.KindDoor).join(code); p != nil {
		t.Errorf("from elsewhere: %v", p)
	}
}

// TestOtherAuthority: whoever joins finds out that somebody else answers.
func TestOtherAuthority(t *testing.T) {
	r, other := newRig(t), newRig(t)
	code := r.code(site.KindDoor, "One", "front")
	code.Address = other.address
	if p := newMember(t, doorapi.KindDoor).join(code); !is(p, "transport") || !strings.Contains(p.Title, doorapi.ErrOtherAuthority.Error()) {
		t.Errorf("another controller: %v", p)
	}
	door := r.door("Two", "front")
	code = r.code(site.KindDoor, "Three", "front")
	code.Address = impostor(t, door)
	if p := newMember(t, doorapi.KindDoor).join(code); !is(p, "transport") || !strings.Contains(p.Title, doorapi.ErrOtherAuthority.Error()) {
		t.Errorf("another door of the same site in the place of its controller: %v", p)
	}
}

// impostor answers like a controller, with the certificate of a door.
func impostor(t *testing.T, door *member) string {
	t.Helper()
	var chain [][]byte
	for _, text := range []string{door.joined.Certificate, door.joined.Authority} {
		block, _ := pem.Decode([]byte(text))
		chain = append(chain, block.Bytes)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: chain, PrivateKey: door.key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.(*tls.Conn).Handshake()
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// TestNames: certificates are for private names only, and never for those of
// another door or of the controller.
func TestNames(t *testing.T) {
	r := newRig(t)
	r.door("One", "front", "one.local", "10.0.0.1", "localhost")
	code := r.code(site.KindDoor, "Two", "front")
	for _, host := range []string{
		"bank.example", "8.8.8.8", "2001:db8::1", "one.local", "ONE.local", "10.0.0.1", doorapi.ServerName,
		"x." + doorapi.Reserved, doorapi.Reserved, "*.local", "a b.local", "",
	} {
		if host == "" {
			continue
		}
		if p := newMember(t, doorapi.KindDoor).join(code, host); !is(p, doorapi.ProblemName) && !is(p, doorapi.ProblemRequest) && !is(p, doorapi.ProblemTooMany) {
			t.Errorf("%s: %v", host, p)
		}
	}
}

func TestBadRequests(t *testing.T) {
	r := newRig(t)
	code := r.code(site.KindDoor, "One", "front")
	m := newMember(t, doorapi.KindDoor)
	m.base = "https://" + r.address
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: code.ClientTLS(func(*x509.Certificate) {})}}
	defer client.CloseIdleConnections()
	good := csr(t, m.key)
	broken := append([]byte{}, good...)
	broken[len(broken)-1]++
	for name, body := range map[string]any{
		"no csr":        doorapi.JoinRequest{Secret: code.Secret[:], Kind: doorapi.KindDoor, RelayKey: m.relay.Public()},
		"broken csr":    doorapi.JoinRequest{Secret: code.Secret[:], Kind: doorapi.KindDoor, RelayKey: m.relay.Public(), CSR: broken},
		"not an object": []int{1},
		"unknown":       map[string]any{"face": 1},
		"too long":      doorapi.JoinRequest{Secret: make([]byte, doorapi.MaxBody)},
	} {
		if p := m.ask(client, http.MethodPost, doorapi.PathJoin, body, nil); !is(p, doorapi.ProblemRequest) {
			t.Errorf("%s: %v", name, p)
		}
	}
	relay := doorapi.JoinRequest{Secret: code.Secret[:], Kind: doorapi.KindDoor, CSR: good, RelayKey: []byte{1}}
	if p := m.ask(client, http.MethodPost, doorapi.PathJoin, relay, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("a relay key that is none: %v", p)
	}
	for _, path := range []string{doorapi.PathBundle, doorapi.PathSecrets, doorapi.PathDoors, doorapi.PathObjects + strings.Repeat("0", 64)} {
		if p := m.ask(client, http.MethodGet, path, nil, nil); !is(p, doorapi.ProblemUnknown) {
			t.Errorf("%s without a certificate: %v", path, p)
		}
	}
	if p := m.ask(client, http.MethodGet, "/v1/faces", nil, nil); !is(p, doorapi.ProblemNotFound) {
		t.Errorf("a path that is none: %v", p)
	}
}

// TestRoles: doors get nothing of what is for stations, and the reverse.
func TestRoles(t *testing.T) {
	r := newRig(t)
	door, station := r.door("One", "front"), r.station("Desk")
	for _, path := range []string{doorapi.PathDoors, doorapi.PathSite} {
		if p := door.get(path, nil); !is(p, doorapi.ProblemForbidden) {
			t.Errorf("a door and %s: %v", path, p)
		}
		if p := station.get(path, nil); p != nil {
			t.Errorf("a station and %s: %v", path, p)
		}
	}
	if p := door.post(doorapi.PathPrepare, doorapi.PrepareRequest{}, nil); !is(p, doorapi.ProblemForbidden) {
		t.Errorf("a door that issues: %v", p)
	}
	if p := station.get(doorapi.PathSecrets, nil); !is(p, doorapi.ProblemForbidden) {
		t.Errorf("a station and a door's secrets: %v", p)
	}
}

// TestRenew: the key of a door is good for the names that it joined with, and
// never for others.
func TestRenew(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front", "one.local", "10.0.0.1")
	for _, hosts := range [][]string{{"ONE.local", "10.0.0.1"}, {"one.local"}} {
		old := door.joined.Certificate
		if p := door.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, door.key, hosts...)}, &door.joined); p != nil {
			t.Fatal(p)
		}
		if door.joined.Certificate == old {
			t.Error("the same certificate")
		}
		door.connect()
		if _, p := door.bundle(""); p != nil {
			t.Error(p)
		}
	}
	for _, hosts := range [][]string{{"new.local"}, {"one.local", "new.local"}, {"one.local", "10.0.0.1"}, {"x.one.local"}} {
		p := door.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, door.key, hosts...)}, nil)
		if !is(p, doorapi.ProblemName) || p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %v", hosts, p)
		}
	}
	another := newMember(t, doorapi.KindDoor)
	if p := door.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, another.key)}, nil); !is(p, doorapi.ProblemConflict) {
		t.Errorf("another key: %v", p)
	}
}

// TestStationsNames: a station gets certificates for names that its page has
// later, but not for a door's.
func TestStationsNames(t *testing.T) {
	r := newRig(t)
	r.door("One", "front", "one.local")
	desk := r.station("Desk")
	for host, want := range map[string]bool{"desk.local": true, "one.local": false, "ONE.Local": false, doorapi.ServerName: false} {
		p := desk.post(doorapi.PathRenew, doorapi.RenewRequest{CSR: csr(t, desk.key, "localhost", host)}, nil)
		if want != (p == nil) || !want && !is(p, doorapi.ProblemName) {
			t.Errorf("%s: %v", host, p)
		}
	}
}

// TestForeignCertificate: a certificate of the authority that names a member is
// nothing with another key, nor is one that names nobody.
func TestForeignCertificate(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	a, err := authority.Open(r.dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		id   pass.DoorID
		good bool
	}{"its own": {door.id(), true}, "another key": {door.id(), false}, "nobody": {pass.DoorID{9}, false}} {
		thief := newMember(t, doorapi.KindDoor)
		if c.good {
			thief.key = door.key
		}
		request, err := authority.ParseRequest(csr(t, thief.key))
		if err != nil {
			t.Fatal(err)
		}
		thief.base, thief.joined = door.base, door.joined
		if thief.joined.Certificate, err = a.Issue(request, c.id, doorapi.KindDoor); err != nil {
			t.Fatal(err)
		}
		thief.connect()
		if p := thief.get(doorapi.PathSecrets, nil); !is(p, doorapi.ProblemUnknown) != c.good {
			t.Errorf("%s: %v", name, p)
		}
	}
}

// TestTwoServe: two controllers serve one site. What is done at one, doors of the
// other hear of, and the ledger is kept by either when the other ends.
func TestTwoServe(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	first, stopFirst := r.address, r.stop
	r.serve()
	t.Cleanup(func() { r.stop() })
	code := r.code(site.KindDoor, "Two", "front")
	if code.Address == first {
		t.Fatal("it is the first one")
	}
	other := r.door("Three", "front")
	for _, member := range []*member{door, other} {
		for _, address := range []string{first, r.address} {
			member.base = "https://" + address
			if p := member.get(doorapi.PathBundle, nil); p != nil {
				t.Errorf("from %s: %v", address, p)
			}
		}
	}
	stopFirst()
	r.do(func(o *site.Office) error { return o.AddPIN(t.Context(), aPIN()) })
}

// TestRestoredFolder: a folder that was put back in time is noticed by the first
// door that asks.
func TestRestoredFolder(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	r.stop()
	old := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(old, os.DirFS(r.dir)); err != nil {
		t.Fatal(err)
	}
	if err := filepath.WalkDir(old, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chmod(path, 0o600)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	r.serve()
	door.base = "https://" + r.address
	before, p := door.bundle("")
	if p != nil {
		t.Fatal(p)
	}
	r.do(func(o *site.Office) error {
		_, err := o.MakeCode(t.Context(), site.Operator, site.KindDoor, "Two", "garage")
		return err
	})
	r.door("Three", "garage")
	r.do(func(o *site.Office) error { return o.AddPIN(t.Context(), aPIN()) })
	after, p := door.bundle("?after=" + itoa(before.Number))
	if p != nil || after.Follows(before) != nil {
		t.Fatal(p)
	}
	r.stop()
	r.dir = old
	r.serve()
	door.base = "https://" + r.address
	if _, p := door.bundle("?after=" + itoa(after.Number)); !is(p, doorapi.ProblemAhead) {
		t.Errorf("the controller says %v", p)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.said) != 1 || !strings.Contains(r.said[0], "old copy") {
		t.Errorf("the operator is told %q", r.said)
	}
}

// TestPollEnds: stopping lets nobody wait.
func TestPollEnds(t *testing.T) {
	r := newRig(t)
	door := r.door("One", "front")
	b, p := door.bundle("")
	if p != nil {
		t.Fatal(p)
	}
	ended := make(chan *doorapi.Problem, 1)
	go func() {
		_, p := door.bundle("?after=" + itoa(b.Number))
		ended <- p
	}()
	time.Sleep(50 * time.Millisecond) // the request may come too late to wait, which proves less and fails nothing
	r.stop()
	select {
	case p := <-ended:
		if !is(p, "unchanged") && !is(p, "transport") {
			t.Error(p)
		}
	case <-time.After(10 * time.Second):
		t.Error("it waits on")
	}
}
