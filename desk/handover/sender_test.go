package handover

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/state/statetest"
)

// far is how parties answer in a test's own time.
type far struct {
	mu       sync.Mutex
	answers  map[string]func(id string, try int) (status int, takes time.Duration) // by party
	tries    map[string]int                                                        // by event
	at       map[string][]time.Time                                                // by event
	running  map[string]int
	most     map[string]int
	all, top int
}

func newFar() *far {
	return &far{
		answers: make(map[string]func(string, int) (int, time.Duration)), tries: make(map[string]int), at: make(map[string][]time.Time),
		running: make(map[string]int), most: make(map[string]int),
	}
}

// times are when an event was tried.
func (f *far) times(id string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.at[id])
}

// peak is how many requests there were at once to a party, "" for all.
func (f *far) peak(of string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if of == "" {
		return f.top
	}
	return f.most[of]
}

func (f *far) set(of string, answer func(id string, try int) (int, time.Duration)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[of] = answer
}

// RoundTrip is a method of [http.RoundTripper].
func (f *far) RoundTrip(q *http.Request) (*http.Response, error) {
	of, _, _ := strings.Cut(q.URL.Host, ".")
	signed, err := jose.ParseDetached(q.Header.Get(SignatureHeader), []byte("unread"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	id, _ := signed.Signatures[0].Protected.ExtraHeaders["event"].(string)
	f.mu.Lock()
	try := f.tries[id]
	f.tries[id]++
	f.at[id] = append(f.at[id], time.Now())
	f.running[of]++
	f.all++
	f.most[of], f.top = max(f.most[of], f.running[of]), max(f.top, f.all)
	answer := f.answers[of]
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.running[of]--
		f.all--
		f.mu.Unlock()
	}()
	status, takes := 204, 10*time.Millisecond
	if answer != nil {
		status, takes = answer(id, try)
	}
	select {
	case <-time.After(takes):
	case <-q.Context().Done():
		return nil, q.Context().Err()
	}
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Body: http.NoBody, Header: http.Header{}}, nil
}

// inTime runs a test in its own time, with a sender that runs.
func inTime(t *testing.T, test func(t *testing.T, r *rig, f *far), parties ...string) {
	t.Helper()
	key := newKey(t)
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, parties...)
		o := r.options(&statetest.Disk{})
		o.Now = time.Now
		b, err := Open(o)
		must(t, err)
		r.Outbox = b
		f := newFar()
		s := NewSender(SenderOptions{Outbox: b, Key: func() Key { return Key{"k", key} }, Say: r.say})
		s.client.Transport = f
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { s.Run(ctx) })
		running.Go(func() { b.Run(ctx) })
		test(t, r, f)
		cancel()
		running.Wait()
	})
}

// TestBackoff: a webhook that fails is tried again after waits that grow, until it
// takes the event, and then no more; it is said when that begins and ends.
func TestBackoff(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig, f *far) {
		f.set("bank", func(_ string, try int) (int, time.Duration) {
			if try < 12 {
				return []int{0, 500, 302, 429}[try%4], 0
			}
			return 200, 0
		})
		r.put("bank", "a")
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		at := f.times("a")
		if len(at) != 13 || len(r.pending("bank")) != 0 {
			t.Fatalf("%d tries, waiting %q", len(at), r.pending("bank"))
		}
		want := leastWait
		for i := range 12 {
			if waited := at[i+1].Sub(at[i]); waited < want/2 || waited > want {
				t.Errorf("wait %d: %s, want at most %s", i, waited, want)
			}
			want = min(2*want, mostWait)
		}
		if len(r.said) != 2 || !strings.Contains(r.said[0], "bank fails") || !strings.Contains(r.said[1], "works again") {
			t.Errorf("said: %q", r.said)
		}
		for _, text := range r.said {
			if strings.Contains(text, "/in") {
				t.Errorf("an address is said: %q", text)
			}
		}
	}, "bank")
}

// TestADeadWebhookDelaysNobody: neither one that never answers, with many events, nor
// several of them.
func TestADeadWebhookDelaysNobody(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig, f *far) {
		for i := range 8 {
			dead := fmt.Sprint("dead", i)
			f.set(dead, func(string, int) (int, time.Duration) { return 0, sendTime })
			for n := range 5 {
				r.put(dead, fmt.Sprint(dead, "-", n))
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		begin := time.Now()
		for n := range 10 {
			r.put("bank", fmt.Sprint("b", n))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := r.pending("bank"); len(got) != 0 {
			t.Errorf("after a second wait %q", got)
		}
		for n := range 10 {
			if waited := f.times(fmt.Sprint("b", n))[0].Sub(begin); waited > 200*time.Millisecond {
				t.Errorf("event %d waited %s", n, waited)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := len(r.pending("dead3")); got != 5 {
			t.Errorf("%d wait", got)
		}
		if f.peak("") > atOnce+atOnceFailing || f.peak("dead3") != 1 || f.peak("bank") > eachAtOnce {
			t.Errorf("%d at once, %d and %d for one party", f.peak(""), f.peak("dead3"), f.peak("bank"))
		}
		time.Sleep(Keep)
		synctest.Wait()
		if got := len(r.pending("dead3")) + filesOf(t, r); got != 0 {
			t.Errorf("%d are kept after a day", got)
		}
	}, "bank", "dead0", "dead1", "dead2", "dead3", "dead4", "dead5", "dead6", "dead7")
}

// TestOneBadEvent: one that a party refuses, or fails on, does not hold up the others.
func TestOneBadEvent(t *testing.T) {
	for _, status := range []int{400, 500} {
		inTime(t, func(t *testing.T, r *rig, f *far) {
			f.set("bank", func(id string, _ int) (int, time.Duration) {
				if id == "bad" {
					return status, 0
				}
				return 200, 0
			})
			r.put("bank", "bad")
			for n := range 20 {
				r.put("bank", fmt.Sprint(n))
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if got := r.pending("bank"); len(got) != 1 || got[0] != "bad" {
				t.Errorf("%d: there wait %q", status, got)
			}
			if n := len(f.times("bad")); n < 4 || n > 10 {
				t.Errorf("%d: %d tries", status, n)
			}
		}, "bank")
	}
}

// TestAFailureHere is not the party's: it is said so, and the event comes again under
// its id, because that it was taken could not be noted.
func TestAFailureHere(t *testing.T) {
	key := newKey(t)
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "bank")
		disk := &broken{}
		o := r.options(disk)
		o.Now = time.Now
		b, err := Open(o)
		must(t, err)
		r.Outbox = b
		r.put("bank", "a")
		f := newFar()
		s := NewSender(SenderOptions{Outbox: b, Key: func() Key { return Key{"k", key} }, Say: r.say})
		s.client.Transport = f
		disk.set(true)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { s.Run(ctx) })
		time.Sleep(time.Minute)
		disk.set(false)
		time.Sleep(time.Hour)
		cancel()
		running.Wait()
		if n := len(f.times("a")); n < 4 || len(r.pending("bank")) != 0 {
			t.Errorf("%d tries", n)
		}
		if len(r.said) != 1 || strings.Contains(r.said[0], "webhook") {
			t.Errorf("said: %q", r.said)
		}
	})
}

// TestAcknowledgedElsewhere: what is fetched is not sent any more, and a webhook that
// is registered later gets what waits.
func TestAcknowledgedElsewhere(t *testing.T) {
	inTime(t, func(t *testing.T, r *rig, f *far) {
		p := r.parties["bank"]
		p.Webhook = ""
		r.parties["bank"] = p
		r.put("bank", "fetched")
		r.put("bank", "sent")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		must(t, r.Ack("bank", "fetched"))
		p.Webhook = "https://bank.example/in"
		r.mu.Lock()
		r.parties["bank"] = p
		r.mu.Unlock()
		time.Sleep(2 * lookAgain)
		synctest.Wait()
		if fetched, sent := len(f.times("fetched")), len(f.times("sent")); fetched != 0 || sent != 1 || len(r.pending("bank")) != 0 {
			t.Errorf("tries: %d and %d", fetched, sent)
		}
	}, "bank")
}

// TestStops in the middle of a request that would hang.
func TestStops(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	inTime(t, func(t *testing.T, r *rig, f *far) {
		f.set("bank", func(string, int) (int, time.Duration) { return 200, 100 * time.Hour })
		r.put("bank", "a")
		time.Sleep(time.Second)
		synctest.Wait()
		if f.peak("bank") != 1 {
			t.Error("nothing is being sent")
		}
	}, "bank")
}

// TestWait: waits grow, to a bound, and are not the same for all.
func TestWait(t *testing.T) {
	seen := make(map[time.Duration]bool)
	for n := range 2000 {
		d := wait(n)
		if d < leastWait/2 || d > mostWait {
			t.Fatalf("%d: %s", n, d)
		}
		seen[d] = true
	}
	if len(seen) < 1000 {
		t.Errorf("%d waits", len(seen))
	}
}

// hook is a party's server, with TLS.
type hook struct {
	*httptest.Server
	mu   sync.Mutex
	got  []*http.Request
	body []string
}

func newHook(t *testing.T, answer http.HandlerFunc) *hook {
	t.Helper()
	h := &hook{}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		data, _ := io.ReadAll(q.Body)
		h.mu.Lock()
		h.got, h.body = append(h.got, q), append(h.body, string(data))
		h.mu.Unlock()
		answer(w, q)
	}))
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // who is refused, or killed, hangs up
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

// roots trusts a test's servers, whose names are example.com and 127.0.0.1.
func (h *hook) sender(r *rig, key Key, allowed func(string) bool) *Sender {
	roots := h.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return NewSender(SenderOptions{Outbox: r.Outbox, Key: func() Key { return key }, Issuer: "https://desk.example", Allowed: allowed, Roots: roots, Say: r.say})
}

func (r *rig) at(of, webhook string) party.Party {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.parties[of]
	p.Webhook = webhook
	r.parties[of] = p
	return p
}

// TestWebhook is one delivery over TLS, read by a party that has the desk's JWK set, a
// JOSE library and its own key, and nothing of ours.
func TestWebhook(t *testing.T) {
	r := newRig(t, "bank")
	h := newHook(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	r.at("bank", h.URL+"/in?secret=x")
	r.put("bank", "a")
	desk := newKey(t)
	s := h.sender(r, Key{"desk-1", desk}, func(at string) bool { return "https://"+at == h.URL })
	must(t, s.deliver(t.Context(), "bank", "a"))
	if len(h.got) != 1 || len(r.pending("bank")) != 0 {
		t.Fatalf("%d requests", len(h.got))
	}
	q, sent := h.got[0], h.body[0]
	if q.Method != "POST" || q.Header.Get("Content-Type") != "application/jose" || strings.Contains(sent, "plain") {
		t.Errorf("%s %v", q.Method, q.Header)
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &desk.PublicKey, KeyID: "desk-1", Use: "sig"}}}
	event, err := verified(set, q.Header.Get("Facelatch-Signature"), sent)
	must(t, err)
	if event["event"] != "a" || event["aud"] != "bank" || event["iss"] != "https://desk.example" || event["typ"] != "facelatch-event" {
		t.Errorf("%v", event)
	}
	if at := time.Unix(int64(event["iat"].(float64)), 0); time.Since(at) > time.Minute || time.Until(at) > time.Minute {
		t.Errorf("sent at %s", at)
	}
	if got := r.decrypted(Sealed{Party: "bank", JWE: sent}); got != marker+"a" {
		t.Errorf("the party reads %q", got)
	}
	for name, bad := range map[string][2]string{
		"another body": {q.Header.Get("Facelatch-Signature"), sent + "x"}, "another header": {"e30" + q.Header.Get("Facelatch-Signature")[3:], sent}, "no signature": {"", sent},
	} {
		if _, err := verified(set, bad[0], bad[1]); err == nil {
			t.Errorf("%s: verified", name)
		}
	}
}

func verified(set jose.JSONWebKeySet, signature, sent string) (map[jose.HeaderKey]any, error) {
	jws, err := jose.ParseDetached(signature, []byte(sent), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	header := jws.Signatures[0].Protected
	keys := set.Key(header.KeyID)
	if len(keys) != 1 {
		return nil, errors.New("no such key")
	}
	return header.ExtraHeaders, jws.DetachedVerify([]byte(sent), keys[0].Key)
}

// TestWhatAWebhookMayNot: addresses inside, plain HTTP, redirects, certificates of
// nobody, proxies; and answers without an end are not read.
func TestWhatAWebhookMayNot(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	r := newRig(t, "bank")
	other := newHook(t, func(http.ResponseWriter, *http.Request) {})
	h := newHook(t, func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/redirect":
			http.Redirect(w, q, other.URL, http.StatusTemporaryRedirect)
		case "/endless":
			w.WriteHeader(http.StatusOK)
			for range 1 << 14 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		}
	})
	plain := httptest.NewServer(h.Config.Handler)
	defer plain.Close()
	port := func(url string) string { _, p, _ := net.SplitHostPort(url[strings.LastIndex(url, "/")+1:]); return p }
	all := func(string) bool { return true }
	key := Key{"desk-1", newKey(t)}
	for name, test := range map[string]struct {
		webhook string
		allowed func(string) bool
		want    error
	}{
		"inside":    {h.URL, nil, ErrInside},
		"localhost": {"https://localhost:" + port(h.URL), nil, ErrInside},
		"redirect":  {h.URL + "/redirect", all, nil},
		"plain":     {plain.URL, all, nil},
		"own name":  {"https://localhost:" + port(h.URL), all, nil},
		"a file":    {"file:///etc/passwd", all, nil},
		"nothing":   {"https://", all, nil},
	} {
		r.at("bank", test.webhook)
		r.put("bank", "a")
		err := h.sender(r, key, test.allowed).deliver(t.Context(), "bank", "a")
		if err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if len(r.pending("bank")) != 1 {
			t.Errorf("%s: it is gone", name)
		}
	}
	s := h.sender(r, key, all)
	s.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	r.at("bank", h.URL)
	var unknown *tls.CertificateVerificationError
	if err := s.deliver(t.Context(), "bank", "a"); !errors.As(err, &unknown) {
		t.Errorf("a certificate of nobody: %v", err)
	}
	if len(other.got) != 0 {
		t.Error("a redirect was followed")
	}
	r.at("bank", h.URL+"/endless")
	must(t, h.sender(r, key, all).deliver(t.Context(), "bank", "a"))
}
