package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/facelatch/facelatch/internal/nettest"
	"github.com/facelatch/facelatch/internal/testenv"
)

// said is what a process printed so far.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// running is a demo.
type running struct {
	*exec.Cmd

	out  *said
	done chan struct{}
	err  error
}

// program builds the program, once for the test.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "facelatch")
	run(t, testenv.Root(t), []string{"CGO_ENABLED=0"}, "go", "build", "-o", path, "./cmd/facelatch")
	return path
}

func startDemo(t *testing.T, path, addr, data string) *running {
	t.Helper()
	r := &running{Cmd: exec.Command(path, "demo", "--addr", addr, "--data", data), out: &said{}, done: make(chan struct{})}
	r.Env = append(os.Environ(), "FACELATCH_HOME="+testenv.Home(t))
	r.Stdout, r.Stderr = r.out, r.out
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		r.err = r.Wait()
	}()
	t.Cleanup(func() {
		r.Process.Kill() //nolint:errcheck // it has ended, as a rule
		<-r.done
	})
	return r
}

// ready waits until the demo answers that all is ready, and what it said before has
// arrived here.
func (r *running) ready(t *testing.T, addr string) {
	t.Helper()
	for deadline := time.Now().Add(4 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		select {
		case <-r.done:
			t.Fatalf("the demo ended: %v\n%s", r.err, r.out)
		default:
		}
		if answer, err := http.Get("http://" + addr + "/healthz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK && strings.Contains(r.out.String(), "Ctrl-C stops") {
				return
			}
		}
	}
	t.Fatalf("the demo was not ready in time:\n%s", r.out)
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	if err := r.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-r.done
	if r.err != nil {
		t.Errorf("stopped with %v:\n%s", r.err, r.out)
	}
}

// freeAddr is an address that nobody listens on just now.
func freeAddr(t *testing.T) string {
	t.Helper()
	at, err := nettest.Address()
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestDemo: one command starts everything, goes on with what was there, lets
// nobody else in its folder, and leaves nothing behind.
func TestDemo(t *testing.T) {
	path, addr, data := program(t), freeAddr(t), filepath.Join(t.TempDir(), "demo")
	first := startDemo(t, path, addr, data)
	first.ready(t, addr)
	checkParts(t, first.out.String(), addr, data)
	auditDemo(t, path, first.out.String(), data)
	again := startDemo(t, path, freeAddr(t), data)
	<-again.done
	if !strings.Contains(again.out.String(), "is running") {
		t.Errorf("a second demo in the same folder said: %s", again.out)
	}
	id, err := os.ReadFile(filepath.Join(data, "controller", "site.json"))
	if err != nil {
		t.Fatal(err)
	}
	first.stop(t)
	second := startDemo(t, path, addr, data)
	second.ready(t, addr)
	if now, err := os.ReadFile(filepath.Join(data, "controller", "site.json")); err != nil || !bytes.Equal(now, id) {
		t.Errorf("the site is another one after a restart: %v", err)
	}
	// Killed, its parts end as well: else their ports would be taken for ever.
	if err := second.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-second.done
	third := startDemo(t, path, addr, data)
	third.ready(t, addr)
	third.stop(t)
	run(t, data, nil, path, "demo", "--clean", "--data", data)
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
}

// checkParts asks each part of a demo for its page.
func checkParts(t *testing.T, out, addr, data string) {
	t.Helper()
	authority, err := os.ReadFile(filepath.Join(data, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	pages := regexp.MustCompile(`https://localhost:\d+`).FindAllString(out, -1)
	if len(pages) < 3 {
		t.Fatalf("it named only the pages %v:\n%s", pages, out)
	}
	for _, page := range append(pages, "http://"+addr+"/", "http://"+addr+"/?lang=zh") {
		answer, err := client.Get(page)
		if err != nil {
			t.Error(err)
			continue
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK && answer.Header.Get("Location") != "/desk/" {
			t.Errorf("%s answers %s", page, answer.Status)
		}
	}
	openDemoCounter(t, client, addr)
	elsewhere, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.Host = "evil.example"
	if answer, err := client.Do(elsewhere); err != nil || answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("under another name it answers %v, %v", answer, err)
	}
	answer, err := client.Post("http://"+addr+"/kiosk", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if to := answer.Header.Get("Location"); !regexp.MustCompile(`^https://localhost:\d+/#pair=\d{8}$`).MatchString(to) {
		t.Errorf("the front page leads to %q (%s)", to, answer.Status)
	}
	if !strings.Contains(out, "▀") {
		t.Error("there is no QR code in the terminal")
	}
}

// openDemoCounter goes from the front page to the desk's counter, as its form does.
func openDemoCounter(t *testing.T, client *http.Client, addr string) {
	t.Helper()
	answer, err := client.Post("http://"+addr+"/counter", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	form := regexp.MustCompile(`action="(https://[^"]*)"><input type="hidden" name="([^"]*)" value="([^"]*)"`).FindSubmatch(page)
	if err != nil || form == nil {
		t.Fatalf("no form that leads to a counter: %v, %s", err, page)
	}
	if answer, err = client.PostForm(string(form[1]), url.Values{string(form[2]): {string(form[3])}}); err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	cookies := answer.Cookies()
	if answer.StatusCode != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("the ticket opens nothing: %s", answer.Status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(string(form[1]), "/counter/open")+"/desk/v1/counter", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(cookies[0])
	if answer, err = client.Do(r); err != nil {
		t.Fatal(err)
	}
	page, err = io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || !bytes.Contains(page, []byte(`"signedIn":true`)) || !bytes.Contains(page, []byte(`"demo-shop"`)) {
		t.Errorf("at the counter: %v, %s", err, page)
	}
}

// TestDemoLeavesOthersAlone: what is not a demo's is neither used nor removed.
func TestDemoLeavesOthersAlone(t *testing.T) {
	path, mine := program(t), t.TempDir()
	file := filepath.Join(mine, "letters.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"demo", "--data", mine, "--addr", "127.0.0.1:0"}, {"demo", "--clean", "--data", mine}} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		out, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
		cancel()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "not a demo's") {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
	if data, err := os.ReadFile(file); err != nil || string(data) != "mine" {
		t.Errorf("the file is gone: %v", err)
	}
}

// auditDemo has the auditor's tool read the demo's ledger, as its front page says.
func auditDemo(t *testing.T, path, printed, data string) {
	t.Helper()
	found := regexp.MustCompile(`the site's page +(https://\S+)`).FindStringSubmatch(printed)
	if found == nil {
		t.Fatalf("no address of the pages in:\n%s", printed)
	}
	args := []string{"ledger", "verify", found[1] + "/ledger", "--key", filepath.Join(data, "ledger.vkey"), "--ca", filepath.Join(data, "ca.pem")}
	var said []byte
	var err error
	for deadline := time.Now().Add(4 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Second) {
		if said, err = exec.Command(path, args...).CombinedOutput(); err == nil && bytes.Contains(said, []byte("site-created")) {
			return
		}
	}
	t.Errorf("the demo's ledger: %v\n%s", err, said)
}
