package e2e

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/engine"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/picture"
)

// TestPromise1NothingOfACheckIsLeft has people checked at a desk in a process of its
// own: the holder of a document, one whom the relying party's cancelling ends, and one
// who leaves half-way, once the document was taken. Then everything that desk and
// controller have written, and the desk's whole memory, is searched for pieces of the
// pictures that were sent, of their pixels, and of the features of portrait and face.
// While a check goes on they have to be found: else the search does not work.
//
// Not zero afterwards, and only counted here: what the document's lines say, and the
// signed result. Go cannot overwrite text, so it lies in memory until that is used again
// (docs/desks.md): after these checks the name four times, the number six.
//
// Somebody who leaves is waited for three minutes. So that check is waited out in make
// soak alone; in make test its party cancels it.
func TestPromise1NothingOfACheckIsLeft(t *testing.T) {
	d := newDeskApart(t)
	n := newTraces(t)
	holder := d.check(t, n)
	given := n.result(t, d, holder.id)
	cancelled, leaves := d.halfway(t, n), d.halfway(t, n)
	leaves.untilAsked(t, n)
	held := n.needles.In(d.snap())
	t.Logf("found while two checks wait for a face: %v", held)
	if held[aPortrait] == 0 {
		t.Error("nothing of the portrait was found while checks wait for a face: the search does not work")
	}
	if err := cancelled.cancel(); err != nil {
		t.Fatal(err)
	}
	if testenv.Count(0, 1) == 0 {
		if err := leaves.cancel(); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(4 * time.Minute); ; time.Sleep(time.Second) {
		now, err := leaves.stands()
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("who left is still waited for: %+v, %v", now, err)
		}
		if now.Result != nil {
			break
		}
	}
	d.left(t, n)
	n.written(t, d)
	if waits, err := d.waits(); err != nil || waits[holder.id] != given || len(waits) != 3 {
		t.Errorf("%d results wait, %v", len(waits), err)
	}
}

// Kinds of needles, beside those of a door.
const (
	aPage     = "the picture of a document"
	aPortrait = "the portrait's features"
	aLine     = "the document's lines"
	aResult   = "the result in clear"
)

// traces are what must not be left of a check.
type traces struct {
	document []byte
	frames   [][]byte
	needles  *rigtest.Needles // in memory and in files
	texts    *rigtest.Needles // in files; in memory they are only counted
	words    map[string]string
}

// newTraces makes what people show, and the needles of it.
func newTraces(t *testing.T) *traces {
	t.Helper()
	n := &traces{needles: rigtest.NewNeedles(), texts: rigtest.NewNeedles()}
	n.document, n.frames = papers(t)
	faces, _, err := engine.New(home.Dir(testenv.Home(t)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	n.needles.Add(aPage, n.document[headers:], 211)
	n.picture(t, n.document, aPortrait, faces.CapturePortrait)
	for _, frame := range n.frames {
		n.needles.Add(aFrame, frame[headers:], 211)
		n.picture(t, frame, aProbe, faces.Capture)
	}
	for _, line := range passportLines(time.Now()) {
		n.texts.Add(aLine, []byte(line), 1)
	}
	hash := sha256.Sum256([]byte("L898902C3"))
	n.words = map[string]string{"the name": "ERIKSSON", "the number": "L898902C3", "the number's hash": string(hash[:8]), "a picture": "JFIF\x00"}
	return n
}

// picture makes the needles of a picture's pixels, and of the features of the face in
// it. No program can get at those, so a test has to look where they are.
func (n *traces) picture(t *testing.T, data []byte, kind string, capture func(consent.Grant, *picture.Picture) (*face.Capture, error)) {
	t.Helper()
	now := time.Now()
	grant, err := consent.ForDesk(consent.Choice{Agreed: true, Notice: [32]byte{1}, At: now}, now)
	if err != nil {
		t.Fatal(err)
	}
	p, err := picture.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	n.needles.Add(aPixel, p.Pix, 4001)
	c, err := capture(grant, p)
	if err != nil {
		t.Fatal(err)
	}
	probe, err := c.Probe()
	if err != nil {
		t.Fatal(err)
	}
	parts := reflect.ValueOf(probe).Elem().FieldByName("parts")
	for i := range parts.Len() {
		var features []float32
		for j := range parts.Index(i).Len() {
			features = append(features, float32(parts.Index(i).Index(j).Float()))
		}
		n.needles.AddFloats(kind, features)
	}
}

// result opens what waits of a check, and makes needles of what it says in clear.
func (n *traces) result(t *testing.T, d *deskApart, id string) (jwe string) {
	t.Helper()
	waits, err := d.waits()
	if err != nil {
		t.Fatal(err)
	}
	v, token, err := d.read(waits[id])
	if err != nil {
		t.Fatal(err)
	}
	if v.Outcome != "same-person" || v.Claims["family_name"] != "ERIKSSON" || v.Watched {
		t.Errorf("the result is %+v", v)
	}
	_, body, _ := strings.Cut(token, ".") // what every JWT begins with is in every program
	n.texts.Add(aResult, []byte(body), 1)
	return waits[id]
}

// cancel is the party ending a check.
func (g *guest) cancel() error {
	return g.d.call("POST", "/api/checks/"+g.id+"/cancel", nil, nil)
}

// halfway is somebody who leaves when the document was taken.
func (d *deskApart) halfway(t *testing.T, n *traces) *guest {
	t.Helper()
	g, err := d.invite()
	if err == nil {
		err = g.choose()
	}
	if err == nil {
		err = g.show("document", n.document)
	}
	if err != nil {
		t.Fatal(err)
	}
	if now, err := g.stands(); err != nil || now.Step != "face" {
		t.Fatalf("after the document: %+v, %v", now, err)
	}
	return g
}

// untilAsked shows a face until its owner is asked to turn their head.
func (g *guest) untilAsked(t *testing.T, n *traces) {
	t.Helper()
	for range 20 {
		if err := g.show("frame", n.frames[0]); err != nil {
			t.Fatal(err)
		}
		now, err := g.stands()
		if err != nil {
			t.Fatal(err)
		}
		if now.Prompt != "" {
			return
		}
		time.Sleep(300 * time.Millisecond)
	}
	t.Fatal("nobody is asked to turn their head")
}

// check is the holder of the document, during whose check it is looked whether what is
// sought is found while it is there.
func (d *deskApart) check(t *testing.T, n *traces) *guest {
	t.Helper()
	g, err := d.invite()
	if err == nil {
		err = g.choose()
	}
	if err != nil {
		t.Fatal(err)
	}
	d.watched(t, n, g, "document", n.document, aPage)
	frame := n.frames[0]
	d.watched(t, n, g, "frame", frame, aFrame)
	if now, err := g.through(n.document, n.frames[1:], time.Now().Add(time.Minute)); err != nil || now.Result.Outcome != "same-person" {
		t.Fatalf("the holder's check ended as %+v, %v", now, err)
	}
	return g
}

// watched shows a picture, and looks into the desk's memory when all but the last of
// it has arrived, and while it is looked at.
func (d *deskApart) watched(t *testing.T, n *traces, g *guest, what string, data []byte, kind string) {
	t.Helper()
	arrives, sends := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- g.do("/"+what, "image/jpeg", sized{arrives, len(data)}, nil)
	}()
	if _, err := sends.Write(data[:len(data)-100]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // until the desk has read it: what it has not is not found, and fails
	found := n.needles.In(d.snap())
	t.Logf("found while a %s arrives: %v", what, found)
	if found[kind] == 0 {
		t.Errorf("nothing of %s was found while it arrived: the search does not work", kind)
	}
	if _, err := sends.Write(data[len(data)-100:]); err != nil {
		t.Fatal(err)
	}
	sends.Close()
	seen := d.sees(t, n, ended)
	t.Logf("found while a %s is looked at: %v", what, seen)
	if seen[aPixel] == 0 {
		t.Errorf("no pixels of a %s were found while it was looked at: the search does not work", what)
	}
}

// sees searches the desk's memory at moments until it has looked at a picture. It
// stands still meanwhile: else it would be over before the second.
func (d *deskApart) sees(t *testing.T, n *traces, ended <-chan error) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			return seen
		case <-time.After(40 * time.Millisecond):
		}
		if seen[aPixel] > 0 {
			continue
		}
		d.halted(func() {
			memory, err := rigtest.Snap(d.now.Process.Pid)
			if err != nil {
				t.Error(err)
			}
			for kind, pieces := range n.needles.In(memory) {
				seen[kind] = max(seen[kind], pieces)
			}
		})
	}
}

// sized is a body of which the length is known.
type sized struct {
	io.Reader
	length int
}

// left searches the desk's memory until nothing is there any more, a few times, since
// nobody says when the last buffer was let go of.
func (d *deskApart) left(t *testing.T, n *traces) {
	t.Helper()
	var found map[string]int
	var memory rigtest.Snapshot
	for range 6 {
		time.Sleep(500 * time.Millisecond)
		memory = d.snap()
		if found = n.needles.In(memory); len(found) == 0 {
			break
		}
	}
	words := map[string]int{}
	for what, word := range n.words {
		for _, piece := range memory {
			words[what] += bytes.Count(piece, []byte(word))
		}
	}
	t.Logf("left in the memory of the desk: %v; of texts: %v, %v", found, n.texts.In(memory), words)
	for kind, pieces := range found {
		if (kind == aProbe || kind == aPortrait) || pieces > registers {
			t.Errorf("%d pieces of %s are left in the memory of the desk", pieces, kind)
		}
	}
}

// written searches what desk and controller have written, and what the desk said.
func (n *traces) written(t *testing.T, d *deskApart) {
	t.Helper()
	all := map[string][]byte{"what the desk said": []byte(d.log.String())}
	for _, dir := range []string{d.dir, d.temp} {
		readAll(t, dir, all)
	}
	for path, data := range all {
		for _, needles := range []*rigtest.Needles{n.needles, n.texts} {
			for kind, pieces := range needles.In(rigtest.Snapshot{data}) {
				t.Errorf("%d pieces of %s are in %s", pieces, kind, path)
			}
		}
		for what, word := range n.words {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s is in %s", what, path)
			}
		}
	}
}

// readAll reads all files below a folder. The controller makes and removes some
// meanwhile: what is gone holds nothing.
func readAll(t *testing.T, dir string, all map[string][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all[path] = data
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
