package handover

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"

	"github.com/facelatch/facelatch/internal/durable/durabletest"
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
		o := r.options(&durabletest.Disk{})
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
