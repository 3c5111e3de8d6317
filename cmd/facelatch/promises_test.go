package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/models"
)

// done runs a command in this process, which must end with a code.
func done(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != code {
		t.Fatalf("%q: exit code %d, want %d: %s%s", args, got, code, &out, &errs)
	}
	return out.String() + errs.String()
}

// TestPromise1NothingOfAFaceIsLeft lives through everything that can happen to
// a face pass, and then looks into every file that was written, whatever its
// name, for the reference, the photographs and the score.
func TestPromise1NothingOfAFaceIsLeft(t *testing.T) {
	faces := filepath.Join(testenv.Faces(t), "frll")
	t.Setenv("FACELATCH_HOME", testenv.Home(t))
	work := t.TempDir()
	t.Setenv("TMPDIR", work)
	t.Setenv("HOME", work)
	dir, out := filepath.Join(work, "court"), filepath.Join(work, "holder.txt")
	enrolled, other := filepath.Join(faces, "neutral", "001_03.jpg"), filepath.Join(faces, "smiling", "001_08.jpg")
	done(t, exitDone, "site", "init", dir, "--name", "Garden Court", "--zone", "front")
	publishAt(t, dir)
	done(t, exitDone, "pass", "issue", "--site", dir, "--zone", "front", "--face", enrolled, "--consent", "yes", "--out", out)
	said := done(t, exitDone, "check", "--site", dir, "--zone", "front", "--pass", out, "--probe", other, "--json", "--explain")
	var v verdict
	if err := json.Unmarshal([]byte(said), &v); err != nil || v.Score == nil {
		t.Fatal(said, err)
	}
	secrets := map[string][]byte{
		"the reference": openReference(t, dir, out),
		"the score":     []byte(strings.TrimRight(jsonOf(t, *v.Score), "0"))[:8],
	}
	for _, photograph := range []string{enrolled, other} {
		data, err := os.ReadFile(photograph)
		if err != nil {
			t.Fatal(err)
		}
		secrets[photograph] = data[len(data)/2:][:48]
	}
	p, err := readPass(out)
	if err != nil {
		t.Fatal(err)
	}
	done(t, exitRefused, "check", "--site", dir, "--zone", "front", "--pass", out, "--probe", filepath.Join(faces, "smiling", "002_08.jpg"))
	done(t, exitRefused, "pass", "issue", "--site", dir, "--zone", "front", "--face", filepath.Join(testenv.Faces(t), "nonface", "image_0001.jpg"),
		"--consent", "yes", "--out", filepath.Join(work, "x.png"))
	done(t, exitDone, "pass", "revoke", "--site", dir, p.Claims().ID.String())
	search(t, work, secrets)
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// openReference opens a pass as a door does.
func openReference(t *testing.T, dir, file string) []byte {
	t.Helper()
	p, err := readPass(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := site.OpenDoor(dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := p.Verify(d.Trust(), "front", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	id, _ := p.SealID()
	keys, err := d.SealingKeys(id)
	if err != nil {
		t.Fatal(err)
	}
	references, err := v.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	reference, ok := references.Get(face.ReferenceModel(models.Default()))
	if !ok || len(reference) < 100 {
		t.Fatal("the pass has no reference")
	}
	return bytes.Clone(reference)
}

// search looks for secrets in every file below a folder, as they are and in the
// ways in which bytes are usually written.
func search(t *testing.T, dir string, secrets map[string][]byte) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for name, secret := range secrets {
			for start := 0; start+8 <= len(secret); start += 3 {
				part := secret[start : start+8]
				for _, form := range []string{string(part), hex.EncodeToString(part), base64.RawStdEncoding.EncodeToString(part[:6])} {
					if bytes.Contains(data, []byte(form)) {
						t.Errorf("a part of %s is in %s", name, path)
					}
				}
			}
		}
		return nil
	})
	if err != nil || files < 8 {
		t.Errorf("%d files were searched (%v)", files, err)
	}
}

// TestPromise4EqualLives: a face pass is good from and until the same moment as
// a plain one, where nothing else is asked for.
func TestPromise4EqualLives(t *testing.T) {
	now, dir := time.Now(), filepath.Join(t.TempDir(), "court")
	c, err := site.Create(dir, site.Config{Name: "Court", Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(), Demo: true}, now)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := issueFlags{plain: true, zones: []string{"front"}}.request(c, now)
	if err != nil {
		t.Fatal(err)
	}
	withFace, err := issueFlags{site: dir, face: "me.jpg", zones: []string{"front"}}.request(c, now)
	if err != nil {
		t.Fatal(err)
	}
	if !plain.NotBefore.Equal(withFace.NotBefore) || !plain.Expires.Equal(withFace.Expires) {
		t.Errorf("plain until %v, face until %v", plain.Expires, withFace.Expires)
	}
	if c.Policy.FaceDays > c.Policy.PlainDays {
		t.Error("by default face passes may last longer")
	}
}
