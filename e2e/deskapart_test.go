package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/pages"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/e2e/rigtest"
)

// deskApart is a desk in a process of its own, beside its controller in another, and
// the relying party that asks it. It can be ended at once, and started again.
type deskApart struct {
	*counterHouse
	temp string // what the desk takes for the folder of temporary files
	web  *http.Client
	log  *said // of all its starts
	now  *exec.Cmd
	gone chan struct{} // closed when it has ended
	keys jose.JSONWebKeySet
}

// newDeskApart sets up a site with a desk and a relying party by the command line, as
// docs/install.md says, and starts the desk.
func newDeskApart(t *testing.T) *deskApart {
	t.Helper()
	h := newCounterHouse(t, program(t), &browser{home: t.TempDir()})
	d := &deskApart{counterHouse: h, temp: t.TempDir(), web: h.client(), log: &said{}}
	d.web.Transport.(*http.Transport).MaxIdleConnsPerHost = 16
	t.Cleanup(d.web.CloseIdleConnections)
	var added struct{ Code, Secret string }
	site := h.in("site")
	d.printed(&added, "controller", "desk", "add", "--site", site, "--name", "Counter", "--origin", h.deskOrigin, "--json")
	h.run("desk", "join", "--dir", h.in("desk"), "--host", "localhost", added.Code)
	if err := os.WriteFile(h.in("key"), []byte(h.partyKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	d.printed(&added, "controller", "relying", "add", "--site", site, "--id", partyID, "--name", "en=Harbour Bank", "--key", h.in("key"),
		"--claim", "family_name", "--claim", "over_18", "--json")
	h.secret = added.Secret
	t.Cleanup(func() { d.end(syscall.SIGTERM) })
	d.begin()
	text, err := d.get(d.deskOrigin + "/jwks")
	if err == nil {
		err = json.Unmarshal([]byte(text), &d.keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// printed runs a command and reads the object that it prints.
func (d *deskApart) printed(into any, args ...string) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.run(args...)), into); err != nil {
		d.t.Fatal(err)
	}
}

// begin starts the desk and waits until it answers.
func (d *deskApart) begin() {
	d.t.Helper()
	c := exec.Command(d.program, "desk", "serve", "--dir", d.in("desk"), "--listen", d.deskListen)
	c.Env = append(os.Environ(), "FACELATCH_HOME="+d.home, "TMPDIR="+d.temp)
	c.Stdout, c.Stderr = d.log, d.log
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		d.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() { _ = c.Wait(); close(gone) }()
	d.now, d.gone = c, gone
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := d.get(d.deskOrigin + "/healthz"); err == nil {
			return
		}
		select {
		case <-gone:
		default:
			if time.Now().Before(deadline) {
				continue
			}
		}
		d.t.Fatalf("the desk does not answer:\n%s", d.log)
	}
}

// end ends the desk by a signal, and waits until it has.
func (d *deskApart) end(by syscall.Signal) {
	_ = d.now.Process.Signal(by) // it may be over
	<-d.gone
	d.web.CloseIdleConnections()
}

// halted does something while the desk stands still.
func (d *deskApart) halted(do func()) {
	d.t.Helper()
	if err := d.now.Process.Signal(syscall.SIGSTOP); err != nil {
		d.t.Fatal(err)
	}
	do()
	if err := d.now.Process.Signal(syscall.SIGCONT); err != nil {
		d.t.Fatal(err)
	}
}

// snap copies the memory of the desk while it stands still.
func (d *deskApart) snap() (all rigtest.Snapshot) {
	d.t.Helper()
	d.halted(func() {
		var err error
		if all, err = rigtest.Snap(d.now.Process.Pid); err != nil {
			d.t.Error(err)
		}
	})
	return all
}

// call is the party asking the desk's API, over connections that are used again.
func (d *deskApart) call(method, path string, body, into any) error {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequest(method, d.deskOrigin+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	r.SetBasicAuth(partyID, d.secret)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return d.send(r, into)
}

// errComeAgain is the documented answer of a desk that has too much to do.
var errComeAgain = errors.New("the desk is busy")

// errNotNow is its answer to what comes too late for the step that a check is at.
var errNotNow = errors.New("not at this step")

// send sends a request, and reads an answer that says that it was done.
func (d *deskApart) send(r *http.Request, into any) error {
	answer, err := d.web.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err
	case answer.StatusCode == http.StatusServiceUnavailable && bytes.Contains(text, []byte("urn:facelatch:busy")):
		return errComeAgain
	case answer.StatusCode == http.StatusConflict && bytes.Contains(text, []byte("urn:facelatch:check-step")):
		return errNotNow
	case answer.StatusCode >= 300:
		return fmt.Errorf("%s: %s: %s", r.URL.Path, answer.Status, text)
	case into == nil:
		return nil
	}
	return json.Unmarshal(text, into)
}

// guest is somebody who is checked, alone on their own phone.
type guest struct {
	d          *deskApart
	id, secret string
	step       atomic.Pointer[string] // where through saw it last
}

// invite has the party begin a check.
func (d *deskApart) invite() (*guest, error) {
	var begun struct{ ID, Link string }
	err := d.call(http.MethodPost, "/api/checks", map[string]any{"claims": []string{"family_name", "over_18"}, "nonce": partyNonce}, &begun)
	_, secret, _ := strings.Cut(begun.Link, "#")
	return &guest{d: d, id: begun.ID, secret: secret}, err
}

// stood is how a check stands, as its person sees it.
type stood struct {
	Step, Reason, Hint, Prompt string
	Claims                     []string
	Again                      bool
	Notice                     struct{ ID string }
	Result                     *struct {
		Outcome  string
		HandedOn bool
	}
}

// do asks for something below the check; kind is "" for reading.
func (g *guest) do(path, kind string, body io.Reader, into any) error {
	method := http.MethodGet
	if kind != "" {
		method = http.MethodPost
	}
	r, err := http.NewRequest(method, g.d.deskOrigin+pages.PathAPI+"checks/"+g.id+path, body)
	if err != nil {
		return err
	}
	r.Header.Set(pages.SecretHeader, g.secret)
	r.Header.Set("Origin", g.d.deskOrigin)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if s, ok := body.(sized); ok {
		r.ContentLength = int64(s.length)
	}
	return g.d.send(r, into)
}

// stands is how the check stands.
func (g *guest) stands() (now stood, err error) { return now, g.do("", "", nil, &now) }

// choose chooses the way of the face, after the notice.
func (g *guest) choose() error {
	now, err := g.stands()
	if err != nil {
		return err
	}
	choice, err := json.Marshal(map[string]any{"way": "face", "notice": now.Notice.ID, "claims": now.Claims})
	if err != nil {
		return err
	}
	return g.do("/choose", "application/json", bytes.NewReader(choice), nil)
}

// show sends a picture: "document" or "frame".
func (g *guest) show(what string, picture []byte) error {
	return g.do("/"+what, "image/jpeg", bytes.NewReader(picture), nil)
}

// errLate is returned for a check that did not end.
var errLate = errors.New("the check does not end")

// askedFor is the frame to show next: of those of [papers] one that looks at the camera, or
// every other time, where that was asked for, one of a turned head.
func askedFor(prompt string, frames [][]byte, n int) []byte {
	front := len(frames) - 2
	switch {
	case prompt == "turn-left" && n%2 == 0:
		return frames[front]
	case prompt == "turn-right" && n%2 == 0:
		return frames[front+1]
	}
	return frames[n%front]
}

// through does what the page on a phone does, until the check has ended: it asks
// again where the desk is busy, chooses again where the choice has lapsed, and turns its
// head as it is asked to.
func (g *guest) through(document []byte, frames [][]byte, until time.Time) (stood, error) {
	for n := 0; time.Now().Before(until); n++ {
		now, err := g.stands()
		if err != nil {
			return now, err
		}
		g.step.Store(&now.Step)
		if now.Result != nil {
			return now, nil
		}
		switch now.Step {
		case "reading":
			err = g.choose()
		case "chosen", "document":
			err = g.show("document", document)
		case "face":
			err = g.show("frame", askedFor(now.Prompt, frames, n))
		}
		if err != nil && !errors.Is(err, errComeAgain) && !errors.Is(err, errNotNow) {
			return now, fmt.Errorf("at the step %q: %w", now.Step, err)
		}
		if err != nil || now.Step == "face" {
			time.Sleep(200 * time.Millisecond)
		}
	}
	return stood{}, errLate
}

// waits is what waits for the party, by id: at most a hundred events.
func (d *deskApart) waits() (map[string]string, error) {
	var events struct{ Events []struct{ ID, JWE string } }
	if err := d.call(http.MethodGet, "/api/events?limit=100", nil, &events); err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, e := range events.Events {
		all[e.ID] = e.JWE
	}
	return all, nil
}

// read has the party open a result and verify it with the keys that it has, and
// returns what it says in clear as well.
func (d *deskApart) read(jwe string) (v *result.Verified, clear string, err error) {
	sealed, err := jose.ParseEncryptedCompact(jwe, []jose.KeyAlgorithm{jose.ECDH_ES, jose.ECDH_ES_A256KW}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return nil, "", err
	}
	token, err := sealed.Decrypt(d.key)
	if err != nil {
		return nil, "", err
	}
	v, err = result.Verify(string(token), result.Expect{Keys: d.keys, Issuer: d.deskOrigin, Party: partyID, Nonce: partyNonce, Now: time.Now(), Status: d.get})
	return v, string(token), err
}

// acknowledge has the party acknowledge a result.
func (d *deskApart) acknowledge(id string) error {
	return d.call(http.MethodPost, "/api/checks/"+id+"/ack", nil, nil)
}
