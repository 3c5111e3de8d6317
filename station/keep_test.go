package station

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// fakeController is as much of a controller as looking after keys needs.
type fakeController struct {
	mu      sync.Mutex // guards what follows
	about   doorapi.Site
	door    doorapi.Door
	number  string
	changed chan struct{} // closed when number changes
	relayed [][]byte      // texts for the door
	acts    []doorapi.Act
}

func (f *fakeController) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case r.URL.Path == doorapi.PathSite:
		answer(f.about)
	case r.URL.Path == doorapi.PathDoors:
		answer(doorapi.DoorsResponse{Doors: []doorapi.Door{f.door}})
	case r.URL.Path == doorapi.PathActs:
		var a doorapi.Act
		_ = json.NewDecoder(r.Body).Decode(&a)
		f.acts = append(f.acts, a)
	case strings.HasSuffix(r.URL.Path, "/secrets"):
		var s doorapi.SecretsRequest
		_ = json.NewDecoder(r.Body).Decode(&s)
		f.relayed = append(f.relayed, s.Secrets...)
	case r.URL.Path == doorapi.PathBundle:
		if changed := f.changed; r.URL.Query().Get("after") == f.number {
			f.mu.Unlock()
			select {
			case <-changed:
			case <-r.Context().Done():
			}
			f.mu.Lock()
		}
		w.Header().Set("ETag", `"`+f.number+`"`)
	}
}

// keeping is a station with one door that was approved, and its controller.
type keeping struct {
	*fakeController
	t       *testing.T
	station *Station
	key     bundle.DoorKey
	now     time.Time
}

func newKeeping(t *testing.T) *keeping {
	t.Helper()
	k := &keeping{t: t, now: noon, fakeController: &fakeController{number: "1", changed: make(chan struct{})}}
	server := httptest.NewServer(k.fakeController)
	t.Cleanup(server.Close)
	relay, err := bundle.NewDoorKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.key = relay
	tlsKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&tlsKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	k.about = doorapi.Site{ID: pass.SiteID{1}, Time: k.now}
	k.door = doorapi.Door{ID: pass.DoorID{2}, Name: "Front", Zone: "front", TLSKey: public, RelayKey: relay.Public()}
	config := &tls.Config{Certificates: []tls.Certificate{{Leaf: &x509.Certificate{NotBefore: noon, NotAfter: noon.AddDate(90, 0, 0)}}}}
	k.station = &Station{ID: pass.DoorID{1}, Site: pass.SiteID{1}, dir: t.TempDir(), now: func() time.Time { return k.now }, client: member.NewClient(server.URL, config)}
	t.Cleanup(k.station.Close)
	v := k.vault()
	defer v.Close()
	if _, err := k.station.Approve(t.Context(), v, "Front", bundle.Fingerprint(public, relay.Public())); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *keeping) vault() *site.Vault {
	k.t.Helper()
	v, err := k.station.Vault(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	return v
}

// makeKey makes a sealing key, as the first face pass does.
func (k *keeping) makeKey() pass.KeyID {
	k.t.Helper()
	v := k.vault()
	defer v.Close()
	key, err := v.SealingKey()
	if err != nil {
		k.t.Fatal(err)
	}
	defer key.Wipe()
	return key.ID()
}

// given are the sealing keys that the door was given last.
func (k *keeping) given() (ids []pass.KeyID) {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	s, err := k.key.OpenSecrets(k.relayed[len(k.relayed)-1], k.station.Site, k.door.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	defer s.Wipe()
	for _, e := range s.Sealing {
		ids = append(ids, e.Key.ID())
	}
	return ids
}

func (k *keeping) keep() string {
	k.t.Helper()
	number, err := k.station.keep(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	return number
}

// TestKeepRelaysAfterATheft: a station that runs hears of it, and gives the doors
// that are left what is not refused, without anybody asking for a pass.
func TestKeepRelaysAfterATheft(t *testing.T) {
	k := newKeeping(t)
	old := k.makeKey()
	number := k.keep()
	if ids := k.given(); len(ids) != 1 || ids[0] != old {
		t.Fatalf("the door has %v", ids)
	}
	before := len(k.relayed)
	woken := make(chan struct{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() { k.station.wait(ctx, number); close(woken) }()
	k.mu.Lock()
	k.about.Refused, k.about.Peppers = []pass.KeyID{old}, map[string]time.Time{"front": k.now}
	k.now = k.now.Add(time.Second)
	k.number = "2"
	close(k.changed)
	k.mu.Unlock()
	<-woken
	if ctx.Err() != nil {
		t.Fatal("the station is not told")
	}
	k.keep()
	if ids := k.given(); len(k.relayed) != before+1 || len(ids) != 0 {
		t.Errorf("%d texts were relayed, and the door has %v", len(k.relayed)-before, ids)
	}
	k.keep()
	if len(k.relayed) != before+1 {
		t.Error("the same is relayed again")
	}
}

// TestKeepRemovesOldKeys: a sealing key goes once its last pass has expired for a
// month by the controller's clock, and not because of one of the two clocks.
func TestKeepRemovesOldKeys(t *testing.T) {
	k := newKeeping(t)
	id := k.makeKey()
	path := filepath.Join(k.station.dir, "sealing", id.String()+".pem")
	at := func(when string, own, controllers time.Time, there bool) {
		t.Helper()
		k.mu.Lock()
		k.now, k.about.Time = own, controllers
		k.mu.Unlock()
		k.keep()
		if _, err := os.Stat(path); (err == nil) != there {
			t.Errorf("%s: the key is there: %v", when, err == nil)
		}
	}
	last := noon.AddDate(1, 0, 0).Add(pass.MaxLifetime)
	at("the clock here runs ahead", last.AddDate(1, 0, 0), noon.Add(time.Hour), true)
	at("the controller's does", noon.Add(2*time.Hour), last.AddDate(1, 0, 0), true)
	at("both are right again", noon.AddDate(0, 1, 0), noon.AddDate(0, 1, 0), true)
	at("it has just expired", last.Add(time.Hour), last.Add(time.Hour), true)
	at("a month later", last.AddDate(0, 0, 32), last.AddDate(0, 0, 32), false)
	var said []string
	for _, a := range k.acts {
		said = append(said, a.Act)
	}
	if strings.Join(said, " ") != "pepper-made sealing-key-made sealing-key-removed" {
		t.Errorf("recorded is %q", said)
	}
}

// TestKeepFails: what goes wrong is said once, and tried again.
func TestKeepFails(t *testing.T) {
	k := newKeeping(t)
	k.station.client = member.NewClient("http://127.0.0.1:1", &tls.Config{Certificates: []tls.Certificate{*k.station.client.Shown()}})
	ctx, cancel := context.WithCancel(t.Context())
	said := make(chan string, 10)
	done := make(chan struct{})
	go func() { k.station.Keep(ctx, func(text string) { said <- text }); close(done) }()
	if text := <-said; !strings.Contains(text, "tried again") {
		t.Error(text)
	}
	cancel()
	<-done
}

func TestTrimTag(t *testing.T) {
	for tag, want := range map[string]string{`"12"`: "12", `12`: "12", `""`: `""`, "": ""} {
		if got := trimTag(tag); got != want {
			t.Errorf("%q: %q", tag, got)
		}
	}
}
