package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/device/qr"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/edge/session"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
)

// counter counts how often the door's engine was asked to look.
type counter struct {
	session.Eyes
	looks atomic.Int64
}

func (c *counter) Look(o door.LookAt, f *camera.Frame, now time.Time, trace func(session.Stage)) (door.Look, error) {
	c.looks.Add(1)
	return c.Eyes.Look(o, f, now, trace)
}

// walk is one visit of a browser with a camera to the door.
type walk struct {
	Name       string            `json:"name"`
	URL        string            `json:"url"`
	Code       string            `json:"code"`
	Film       string            `json:"film"`
	Shots      string            `json:"shots"`
	Lang       string            `json:"lang"`
	Executable string            `json:"executable"`
	Size       map[string]int    `json:"size"`
	Seconds    int               `json:"seconds"`
	Stop       []string          `json:"stop"`
	PIN        map[string]string `json:"pin,omitempty"`
	NotMe      string            `json:"notme,omitempty"`
}

// seen is what the browser saw.
type seen struct {
	Screen, Title, Way, Error, Last string
	Frames                          int
	Shown                           []string
	Done                            bool
}

// TestBrowser: the whole path in a real browser, with a camera that sees real
// photographs and the printed pass: with the controller, and with the network
// unplugged.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is the same under the race detector")
	}
	b := newBrowser(t)
	r, ctx := newStandingRig(t)
	eyes := &counter{}
	r.Options.Eyes = func(e session.Eyes) session.Eyes {
		eyes.Eyes = e
		return eyes
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	b.trust(t, r)
	plain, face, gone := issue(t, r)
	number, code, err := r.PIN()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Revoke(gone); err != nil {
		t.Fatal(err)
	}
	if err := r.UpToDate(ctx); err != nil {
		t.Fatal(err)
	}
	holder, stranger := inFRLL(t, "smiling", "001_08.jpg"), inFRLL(t, "smiling", "002_08.jpg")
	visits := []struct {
		name    string
		person  string
		pass    string
		walk    walk
		ends    string
		opens   int
		looks   bool
		through []string
	}{
		{"holder", holder, face, walk{}, "opened", 1, true, []string{"ready", "about-to-look", "look"}},
		{"stranger", stranger, face, walk{}, "try-again", 0, true, []string{"look"}},
		{"passer-by", stranger, "", walk{Seconds: 4}, "ready", 0, false, nil},
		{"plain", stranger, plain, walk{}, "opened", 1, false, nil},
		{"revoked", holder, gone, walk{}, "ask-for-help", 0, false, nil},
		{"pin", "", "", walk{PIN: map[string]string{"number": number, "code": code}}, "opened", 1, false, nil},
		{"not-me", holder, face, walk{}, "use-other-way", 0, false, []string{"about-to-look"}},
	}
	for _, network := range []string{"connected", "unplugged"} {
		if network == "unplugged" {
			if err := r.StopController(); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range visits {
			if network == "unplugged" && testenv.Count(0, 1) == 0 && slices.Contains([]string{"passer-by", "plain", "not-me"}, v.name) {
				continue // the network has no part in it; make soak does it all the same
			}
			lang := []string{"zh-CN", "en"}[i%2]
			if network == "unplugged" {
				lang = []string{"en", "zh-CN"}[i%2] // so that each is seen in both
			}
			t.Run(network+"/"+v.name, func(t *testing.T) {
				opened, looked := r.Latch.Opened(), eyes.looks.Load()
				w := v.walk
				w.Name, w.Lang, w.Film = v.name+"-"+lang, lang, b.film(t, v.name, v.person, v.pass)
				if v.name == "not-me" {
					w.NotMe = map[string]string{"zh-CN": "不是我", "en": "Not me"}[lang]
				}
				screens := b.visit(t, ctx, r, w, v.ends)
				if last := screens[len(screens)-1]; last != v.ends {
					t.Errorf("it ended at %q, not %q; on the way %v", last, v.ends, screens)
				}
				for _, s := range v.through {
					if !slices.Contains(screens, s) {
						t.Errorf("the screen %q was not shown, of %v", s, screens)
					}
				}
				if n := r.Latch.Opened() - opened; n != v.opens {
					t.Errorf("the latch was released %d times, not %d", n, v.opens)
				}
				if n := eyes.looks.Load() - looked; (n > 0) != v.looks {
					t.Errorf("a face was looked at %d times", n)
				}
			})
		}
	}
}

func inFRLL(t *testing.T, folder, name string) string {
	return filepath.Join(testenv.Faces(t), "frll", folder, name)
}

// browser is a Chromium that trusts the site's authority.
type browser struct {
	chromium, modules, home, films, shots string
	made                                  map[string]string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	b := &browser{home: t.TempDir(), films: t.TempDir(), shots: os.Getenv("FACELATCH_SCREENSHOTS"), made: map[string]string{}}
	if b.shots == "" {
		b.shots = t.TempDir()
	}
	for _, program := range []string{"chromium", "ffmpeg", "pdftoppm", "certutil", "node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			testenv.Missing(t, program+" is not installed: see packages-test.txt")
		}
	}
	b.chromium, _ = exec.LookPath("chromium")
	b.modules = filepath.Join(testenv.Root(t), "web", "browsertest", "node_modules")
	if _, err := os.Stat(filepath.Join(b.modules, "playwright-core")); err != nil {
		run(t, filepath.Dir(b.modules), nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	}
	return b
}

func run(t *testing.T, dir string, env []string, name string, args ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir, command.Env = dir, append(os.Environ(), env...)
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, errs.String())
	}
	return out
}

// trust lets the browser believe the authority, as docs/kiosk.md tells people
// to, and nothing else.
func (b *browser) trust(t *testing.T, r *rigtest.Rig) {
	t.Helper()
	certificate, err := r.Authority()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(b.home, "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	b.trustFile(t, file)
}

// trustFile does so with a file.
func (b *browser) trustFile(t *testing.T, file string) {
	t.Helper()
	db := filepath.Join(b.home, ".pki", "nssdb")
	if err := os.MkdirAll(db, 0o700); err != nil {
		t.Fatal(err)
	}
	run(t, b.home, nil, "certutil", "-d", "sql:"+db, "-N", "--empty-password")
	run(t, b.home, nil, "certutil", "-d", "sql:"+db, "-A", "-t", "C,,", "-n", "site", "-i", file)
}

// film makes what the camera sees: somebody, and a pass as it is printed.
func (b *browser) film(t *testing.T, name, person, pass string) string {
	t.Helper()
	printed := ""
	if pass != "" && b.made[name] == "" {
		printed = b.print(t, name, pass)
	}
	return b.compose(t, name, person, printed, 16, 16)
}

// compose makes what the camera sees: an empty hall for half a second, then
// somebody, and half a second later a picture of a pass in their hand, which is
// held up until a second of the film, that then goes on and begins again.
func (b *browser) compose(t *testing.T, name, person, pass string, held, seconds int) string {
	t.Helper()
	if film := b.made[name]; film != "" {
		return film
	}
	film := filepath.Join(b.films, name+".mjpeg")
	args := []string{"-loglevel", "error", "-y", "-f", "lavfi", "-i", "color=c=0x8a8f94:s=1280x720:r=15"}
	last, filters := "[0]", ""
	add := func(file, scale, at string) {
		n := strings.Count(filters, "overlay") + 1
		args = append(args, "-loop", "1", "-r", "15", "-i", file)
		filters += fmt.Sprintf("[%d]%s[p%d];%s[p%d]overlay=%s[o%d];", n, scale, n, last, n, at, n)
		last = fmt.Sprintf("[o%d]", n)
	}
	// The card is held beside the face, which hides what is printed right of the
	// code.
	if pass != "" {
		add(pass, "null", fmt.Sprintf("0:(H-h)/2:enable='between(t,1,%d)'", held))
	}
	if person != "" {
		add(person, "scale=-2:720,crop=520:720", "460:0:enable='gte(t,0.5)'")
	}
	filters += last + "noise=alls=6:allf=t,format=yuvj420p"
	args = append(args, "-filter_complex", filters, "-t", strconv.Itoa(seconds), "-c:v", "mjpeg", "-q:v", "4", film)
	run(t, b.films, nil, "ffmpeg", args...)
	b.made[name] = film
	return film
}

// print prints a pass as a card, and returns a picture of the paper.
func (b *browser) print(t *testing.T, name, text string) string {
	t.Helper()
	dir := home.Dir(testenv.Home(t))
	var fonts card.Fonts
	var err error
	if fonts.Regular, err = dir.Read(home.FontRegular()); err != nil {
		t.Fatal(err)
	}
	if fonts.Bold, err = dir.Read(home.FontBold()); err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(text, qr.LevelL)
	if err != nil {
		t.Fatal(err)
	}
	data, err := card.PDF(card.Single, fonts, time.Now(), card.Card{
		Site: "Garden Court", Kind: card.FacePass, Zones: []string{rigtest.Zone},
		Until: time.Now().AddDate(0, 1, 0), ID: "00000000", Code: code,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(b.films, name)
	if err := os.WriteFile(file+".pdf", data, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, b.films, nil, "pdftoppm", "-r", "230", "-png", "-singlefile", "-f", "1", "-l", "1", file+".pdf", file)
	return file + ".png"
}

// visit opens the door's page in a new browser, and returns the screens that it
// showed, in order.
func (b *browser) visit(t *testing.T, ctx context.Context, r *rigtest.Rig, w walk, ends string) []string {
	t.Helper()
	code, err := r.PairingCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.URL, w.Code, w.Shots, w.Executable = r.URL(), code, b.shots, b.chromium
	w.Size = map[string]int{"width": 1280, "height": 800}
	if w.Seconds == 0 {
		w.Seconds, w.Stop = 30, []string{ends}
	}
	if w.Stop == nil {
		w.Stop = []string{}
	}
	arguments, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	said := run(t, filepath.Join(testenv.Root(t), "e2e"), []string{"HOME=" + b.home, "PLAYWRIGHT=" + b.modules}, "node", "walk.mjs", string(arguments))
	var screens []string
	for lines := bufio.NewScanner(bytes.NewReader(said)); lines.Scan(); {
		var s seen
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Errorf("the browser says %q", lines.Text())
			continue
		}
		switch {
		case s.Error != "":
			t.Errorf("the page failed: %s", s.Error)
		case s.Done:
			// The last one noted is what it ended with; what was shown may have
			// gone on meanwhile.
			screens = append(s.Shown, screens[len(screens)-1])
		default:
			screens = append(screens, s.Screen)
			if !slices.Contains([]string{"connecting", "pairing", "pin", ""}, s.Screen) && s.Way == "" {
				t.Errorf("the screen %q names no way in without a face", s.Screen)
			}
		}
	}
	if len(screens) == 0 {
		t.Fatal("the browser showed nothing")
	}
	return screens
}
