package e2e

import (
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

// TestKilledDesk ends a desk as a power cut does, at random moments of a check, and
// starts it again. Nothing of a picture may be on its disk then. Of what the relying
// party was ever told to be there, nothing may be lost until it acknowledged it: each
// result comes under the id that it was told of, and can be opened. What was
// acknowledged does not come again. That a webhook gets results through crashes, too,
// is package handover's to test.
func TestKilledDesk(t *testing.T) {
	d := newDeskApart(t)
	n := newTraces(t)
	began := time.Now()
	if _, err := d.whole(n); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	d.secure(t)
	known := map[string]bool{} // what the party was told of, and has not acknowledged
	moments, kept := map[string]int{}, 0
	for i := range testenv.Count(5, 50) {
		// Every other time when there is a result soon, or just was.
		told := d.interrupt(t, n, i%2 == 1, time.Duration(rand.Int64N(int64(took))), moments)
		n.written(t, d)
		d.begin()
		for id := range told {
			known[id] = true
		}
		kept += d.recovered(t, known, i%4 == 3)
		d.secure(t)
	}
	t.Logf("a check took %s; killed when the person had last seen: %v; %d results were there again", took.Round(time.Millisecond), moments, kept)
}

// whole is a check from its beginning to its end.
func (d *deskApart) whole(n *traces) (stood, error) {
	g, err := d.invite()
	if err != nil {
		return stood{}, err
	}
	return g.through(n.document, n.frames, time.Now().Add(2*time.Minute))
}

// interrupt kills the desk some time into a check, or late, when a face is asked for,
// and returns the results that its party was told of before. The party asks all the
// time, as one does that has no webhook.
func (d *deskApart) interrupt(t *testing.T, n *traces, late bool, after time.Duration, moments map[string]int) (told map[string]bool) {
	t.Helper()
	told = map[string]bool{}
	g, err := d.invite()
	if err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	both.Go(func() {
		if _, err := g.through(n.document, n.frames, time.Now().Add(time.Minute)); err != nil && !away(err) {
			t.Error(err)
		}
	})
	both.Go(func() {
		for {
			err := d.asked(g.id, told)
			if away(err) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			time.Sleep(120 * time.Millisecond) // 600 calls a minute are let through, and these are two
		}
	})
	for deadline := time.Now().Add(time.Minute); late && !g.nearly() && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(after)
	d.end(syscall.SIGKILL)
	both.Wait()
	if step := g.step.Load(); step != nil {
		moments[*step]++
	}
	return told
}

// nearly is whether a check is about to end, or has ended.
func (g *guest) nearly() bool {
	step := g.step.Load()
	return step != nil && (*step == "face" || *step == "ended")
}

// away is whether a desk did not answer because it is not there.
func away(err error) bool {
	var cut *net.OpError
	var failed *url.Error
	return errors.As(err, &cut) || errors.As(err, &failed) || errors.Is(err, io.ErrUnexpectedEOF)
}

// asked has the party ask for a check and for all that waits, and notes what it is told of.
func (d *deskApart) asked(id string, told map[string]bool) error {
	var got struct{ Result *struct{ ID string } }
	if err := d.call(http.MethodGet, "/api/checks/"+id, nil, &got); err != nil {
		return err
	}
	if got.Result != nil {
		told[got.Result.ID] = true
	}
	waits, err := d.waits()
	for id := range waits {
		told[id] = true
	}
	return err
}

// recovered looks whether all that the party was told of is there, acknowledges it if
// that is asked for, and then it is not there any more. It returns how many there were.
func (d *deskApart) recovered(t *testing.T, known map[string]bool, acknowledge bool) (there int) {
	t.Helper()
	waits, err := d.waits()
	if err != nil {
		t.Fatal(err)
	}
	there = len(known)
	for id := range known {
		v, _, err := d.read(waits[id])
		if err != nil || v.Outcome != "same-person" {
			t.Errorf("the result of %s that the party was told of is %+v, %v", id, v, err)
		}
	}
	if !acknowledge {
		for id := range waits {
			known[id] = true
		}
		return there
	}
	for id := range waits {
		if err := d.acknowledge(id); err != nil {
			t.Fatal(err)
		}
		delete(known, id)
	}
	if waits, err = d.waits(); err != nil || len(waits) > 0 {
		t.Errorf("after they were acknowledged, %d results wait, %v", len(waits), err)
	}
	return there
}

// secure looks whether the folder of the desk can be read: each file that waits for
// the party is one event with a JWE, and nothing is half written.
func (d *deskApart) secure(t *testing.T) {
	t.Helper()
	dir := d.in("desk/outbox")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(d.in("desk/outbox/" + f.Name()))
		var event struct{ ID, JWE string }
		if err == nil {
			err = json.Unmarshal(data, &event)
		}
		if err != nil || event.ID+".json" != f.Name() || event.JWE == "" {
			t.Errorf("%s: %v, %+v", f.Name(), err, event)
		}
	}
	if _, err := d.get(d.deskOrigin + "/statuses/1"); err != nil { // in which the first results have their places
		t.Error(err)
	}
}
