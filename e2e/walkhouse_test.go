package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/testenv"
)

// house is a site from nothing: three processes, each with a folder of its own,
// and what somebody would type at their machines.
type house struct {
	t       *testing.T
	program string
	dir     string
	home    string
	browser *browser
	// origin is where browsers find the controller's pages, and setupCode what it
	// printed for its first operator.
	origin, setupCode string
	parts             map[string]*said
}

// newHouse makes the site and starts its controller, as docs/install.md says.
func newHouse(t *testing.T, program string, b *browser) *house {
	t.Helper()
	h := &house{t: t, program: program, dir: t.TempDir(), home: testenv.Home(t), browser: b, parts: map[string]*said{}}
	pages := strings.Replace(freeAddr(t), "127.0.0.1", "localhost", 1)
	h.origin = "https://" + pages
	h.run("site", "init", h.in("site"), "--name", "New site", "--zone", "front", "--timezone", "Asia/Shanghai", "--no-station")
	printed := h.start("controller", "controller", "serve", "--site", h.in("site"), "--listen", freeAddr(t),
		"--web", pages, "--origin", h.origin, "--ledger-interval", "2s")
	h.setupCode = h.find(printed, `with the code (\S+)`)
	b.trustFile(t, h.authority())
	return h
}

func (h *house) in(name string) string { return filepath.Join(h.dir, name) }

// authority is the certificate that the browser is told to trust.
func (h *house) authority() string { return h.in("site/controller/authority/authority.pem") }

func (h *house) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(h.t.Context(), h.program, args...)
	c.Env = append(os.Environ(), "FACELATCH_HOME="+h.home)
	return c
}

// try runs a command to its end, and returns what it printed.
func (h *house) try(args ...string) (string, error) {
	c := h.command(args...)
	out, err := c.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("facelatch %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

func (h *house) run(args ...string) string {
	h.t.Helper()
	out, err := h.try(args...)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// start starts a part and waits until it says that it is ready.
func (h *house) start(name string, args ...string) *said {
	h.t.Helper()
	c, out := h.command(args...), &said{}
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 20 * time.Second
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	h.parts[name] = out
	h.t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		<-done
	})
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains("\n"+out.String(), "\nready:"); time.Sleep(50 * time.Millisecond) {
		if len(done) > 0 || time.Now().After(deadline) {
			h.t.Errorf("the %s did not become ready:\n%s", name, out)
			break
		}
	}
	return out
}

// find waits until a part has printed something.
func (h *house) find(out *said, pattern string) string {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(out.String()); found != nil {
			return found[1]
		}
	}
	h.t.Fatalf("nobody printed %s:\n%s", pattern, out)
	return ""
}

// said is what all parts printed.
func (h *house) said() string {
	var all strings.Builder
	for name, out := range h.parts {
		fmt.Fprintf(&all, "-- %s\n%s\n", name, out)
	}
	return all.String()
}

// asked is what the script asks somebody to do.
type asked struct {
	Code, Name, Fingerprint, Person, Pass string
	Args                                  []string
	Held, Seconds                         int
}

// jobs are what people do at the machines themselves, away from any browser.
func (h *house) jobs() map[string]func(asked) (any, error) {
	return map[string]func(asked) (any, error){
		"/station": h.joinStation, "/door": h.joinDoor, "/approve": h.approve, "/pair": h.pair,
		"/film": h.film, "/opened": h.opened, "/verify": h.verify,
	}
}

// hands serves jobs.
func hands(t *testing.T, jobs map[string]func(asked) (any, error)) string {
	mux := http.NewServeMux()
	for path, do := range jobs {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var a asked
			err := json.NewDecoder(r.Body).Decode(&a)
			var answer any
			if err == nil {
				answer, err = do(a)
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// joinStation sets up the machine at the counter.
func (h *house) joinStation(a asked) (any, error) {
	if _, err := h.try("station", "join", "--dir", h.in("station"), a.Code); err != nil {
		return nil, err
	}
	page, phone := freeAddr(h.t), freeAddr(h.t)
	h.start("station", "station", "serve", "--dir", h.in("station"), "--listen", page, "--phone", phone)
	return map[string]string{"url": "https://" + strings.Replace(page, "127.0.0.1", "localhost", 1)}, nil
}

// doorConfig is the door's file: its latch is a program that notes each opening.
const doorConfig = `state: %q
kiosk:
  listen: %q
  hosts: [localhost]
latch:
  kind: command
  command: [%q, "{ms}"]
  pulse: 500ms
languages: [%s, %s]
tpm: "off"
`

// joinDoor sets up the machine at the door; Name is the language of its screen.
func (h *house) joinDoor(a asked) (any, error) {
	kiosk, latch := freeAddr(h.t), h.in("latch")
	if err := os.WriteFile(latch, []byte("#!/bin/sh\necho open >> '"+h.in("openings")+"'\n"), 0o700); err != nil {
		return nil, err
	}
	languages := []any{"en", "zh"}
	if a.Name != "en" {
		languages = []any{"zh", "en"}
	}
	text := fmt.Sprintf(doorConfig, append([]any{h.in("door"), kiosk, latch}, languages...)...)
	if err := os.WriteFile(h.in("door.yaml"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	if _, err := h.try("edge", "join", "--config", h.in("door.yaml"), a.Code); err != nil {
		return nil, err
	}
	h.start("door", "edge", "run", "--config", h.in("door.yaml"))
	return map[string]string{"url": "https://" + strings.Replace(kiosk, "127.0.0.1", "localhost", 1)}, nil
}

// pair has the door show a code for its tablet.
func (h *house) pair(asked) (any, error) {
	var offer struct {
		Code string `json:"code"`
	}
	out, err := h.try("edge", "pair", "--config", h.in("door.yaml"), "--replace", "--json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &offer)
	}
	return offer, err
}

// approve types the digits from the door's screen at the station.
func (h *house) approve(a asked) (any, error) {
	out, err := h.try("station", "approve", a.Name, "--dir", h.in("station"), "--fingerprint", a.Fingerprint)
	return map[string]string{"said": out}, err
}

// film makes what a camera sees: a person, and a pass, as it was printed.
func (h *house) film(a asked) (any, error) {
	picture := ""
	if a.Pass != "" {
		picture = filepath.Join(h.browser.films, a.Name)
		run(h.t, h.browser.films, nil, "pdftoppm", "-r", "230", "-png", "-singlefile", "-f", "1", "-l", "1", a.Pass, picture)
		picture += ".png"
	}
	person := a.Person
	if person != "" {
		person = inFRLL(h.t, filepath.Dir(person), filepath.Base(person))
	}
	return map[string]string{"film": h.browser.compose(h.t, a.Name, person, picture, a.Held, a.Seconds)}, nil
}

// opened is how often the latch was let go.
func (h *house) opened(asked) (any, error) {
	f, err := os.Open(h.in("openings"))
	if os.IsNotExist(err) {
		return map[string]int{"count": 0}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	count := 0
	for lines := bufio.NewScanner(io.LimitReader(f, 1<<20)); lines.Scan(); {
		count++
	}
	return map[string]int{"count": count}, nil
}

// verify is the auditor at their own computer. What was just done is published
// within seconds, so "not published yet" is asked again.
func (h *house) verify(a asked) (any, error) {
	args := append([]string{
		"ledger", "verify", h.origin + "/ledger", "--key", h.in("site/ledger/public/vkey"), "--ca", h.authority(), "--state", h.in("auditor.state"),
	}, a.Args...)
	var out string
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Second) {
		if out, err = h.try(args...); err == nil {
			break
		}
	}
	return map[string]string{"said": out}, err
}
