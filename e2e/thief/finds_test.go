package thief

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers
	_ "modernc.org/sqlite"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/e2e/rigtest"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store/pgtest"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// careless is a site in which somebody wrote down what nobody should, and the folder
// into which it was written.
type careless struct {
	dir       string
	reference []byte
	sealing   []byte
	pepper    bundle.Pepper
	in        insider
	at        time.Time // when somebody passed
}

// newCareless makes a pass and a PIN, as a station does.
func newCareless(t *testing.T) *careless {
	t.Helper()
	c := &careless{dir: t.TempDir(), reference: make([]byte, 128), at: time.Now().Add(-time.Hour).Truncate(time.Second)}
	_, _ = rand.Read(c.reference)
	at := filepath.Join(t.TempDir(), "site")
	config, err := site.Create(at, site.Config{Name: "Careless", Zones: []string{rigtest.Zone}, Timezone: "Etc/UTC", Policy: site.DefaultPolicy()}, time.Now())
	must(t, err)
	o, err := site.OpenOffice(at, time.Now)
	must(t, err)
	defer o.Close()
	key, err := pass.NewSealingKey(rand.Reader)
	must(t, err)
	c.sealing = key.Export()
	c.in.trust = trusted(t, at)
	c.issue(t, o, key)
	if c.pepper, err = bundle.NewPepper(rand.Reader); err != nil {
		t.Fatal(err)
	}
	number, code, err := bundle.NewPIN(rand.Reader)
	must(t, err)
	from := time.Now().Truncate(time.Second)
	c.in.code, c.in.zone = code, rigtest.Zone
	c.in.entry, err = bundle.MakeEntry(rand.Reader, c.pepper, config.ID, rigtest.Zone, code, bundle.Entry{Number: number, NotBefore: from, Expires: from.AddDate(0, 1, 0)})
	must(t, err)
	return c
}

// issue makes a face pass of the reference.
func (c *careless) issue(t *testing.T, o *site.Office, key pass.SealingKey) {
	t.Helper()
	from := time.Now().Truncate(time.Second)
	record, err := consent.Attest(rand.Reader, consent.Terms{Site: o.Config.ID, Purpose: pass.PurposeAccess, Notice: [32]byte{1}, Given: from, Until: from.AddDate(0, 1, 0)})
	must(t, err)
	office, err := o.Controller(context.Background())
	must(t, err)
	var text string
	request := issue.Request{Zones: []string{rigtest.Zone}, NotBefore: from, Expires: from.AddDate(0, 1, 0), Consent: record, Models: []pass.ModelID{{1}}}
	station := issue.Station{Office: office.For(context.Background(), ""), Rand: rand.Reader, Now: time.Now, Key: key}
	_, err = station.Issue(request, sitter{c.reference}, keep{&text})
	must(t, err)
	if c.in.pass, err = pass.Parse(text); err != nil {
		t.Fatal(err)
	}
}

type sitter struct{ reference []byte }

func (sitter) Models() []pass.ModelID { return []pass.ModelID{{1}} }
func (sitter) Size() int              { return 128 }
func (s sitter) References(consent.Grant) (map[pass.ModelID][]byte, error) {
	return map[pass.ModelID][]byte{{1}: bytes.Clone(s.reference)}, nil
}

type keep struct{ text *string }

func (k keep) HandOver(text string) error { *k.text = text; return nil }
func (k keep) TakeBack() error            { return nil }

// TestTheThiefFinds writes down, in one place and form after the other, what must
// never be written down: each time the search of TestThief has to find it.
func TestTheThiefFinds(t *testing.T) {
	c := newCareless(t)
	needles := rigtest.NewNeedles()
	needles.Add(aReference, c.reference, 1)
	needles.Add(aSealed, sealed(c.in.pass.Text())[sealedHead:], 1)
	needles.Add(aPassText, []byte(strings.TrimPrefix(c.in.pass.Text(), pass.Prefix)), 1)
	passed := moments{c.at.Unix(), c.at.Unix() + 5}
	search := func(l *loot) (all []finding) {
		all = append(all, l.seek(needles)...)
		all = append(all, l.words(aPINCode, c.in.code)...)
		all = append(all, l.keys(c.in)...)
		return append(all, l.passages(passed, clockwork())...)
	}
	if found := search(steal(t, c.dir)); len(found) > 0 {
		t.Fatalf("found before anything was there: %v", found)
	}
	for name, data := range c.slips(t) {
		file := filepath.Join(c.dir, "slip")
		must(t, os.WriteFile(file, data, 0o600))
		if found := search(steal(t, c.dir)); len(found) == 0 {
			t.Errorf("%s was not found", name)
		}
		must(t, os.Remove(file))
	}
	must(t, os.WriteFile(filepath.Join(c.dir, "empty"), nil, 0o600))
	must(t, os.Chtimes(filepath.Join(c.dir, "empty"), c.at, c.at))
	if found := search(steal(t, c.dir)); len(found) == 0 {
		t.Error("a file that was touched when somebody passed was not found")
	}
}

// slips are what a careless program could leave, by what it is.
func (c *careless) slips(t *testing.T) map[string][]byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintf(w, "debug: %x", c.reference)
	must(t, w.Close())
	pepper := c.pepper.Export()
	numbers, err := json.Marshal(map[string]any{"door": "front", "at": c.at.UnixMilli()})
	must(t, err)
	return map[string][]byte{
		"a reference":                             slip(c.reference),
		"a reference in hex":                      []byte("reference=" + hex.EncodeToString(c.reference)),
		"half a reference in base64":              []byte(`{"ref":"` + base64.StdEncoding.EncodeToString(c.reference[50:99]) + `"}`),
		"a reference in base64 in JSON in base64": []byte(base64.URLEncoding.EncodeToString([]byte(`{"r":"` + base64.RawURLEncoding.EncodeToString(c.reference) + `"}`))),
		"a reference in a packed log":             packed.Bytes(),
		"a sealed reference":                      slip(sealed(c.in.pass.Text())),
		"a pass":                                  []byte("printed " + c.in.pass.Text()),
		"a sealing key":                           slip(c.sealing),
		"a sealing key in hex":                    []byte(strings.ToUpper(hex.EncodeToString(c.sealing))),
		"a pepper":                                slip(pepper),
		"a pepper in base64":                      []byte("pepper: " + base64.StdEncoding.EncodeToString(pepper)),
		"the code of a PIN":                       []byte("made " + c.in.entry.Number + " " + c.in.code),
		"a line of a log":                         []byte(c.at.UTC().Format(time.RFC3339) + " the door opened"),
		"a line of a log with a time only":        []byte("[" + c.at.UTC().Add(2*time.Second).Format(time.TimeOnly) + "] opened"),
		"a line of a log in seconds":              []byte(fmt.Sprintf("opened %d.371", c.at.Unix())),
		"a list of who came, in JSON":             numbers,
		"a list of who came, in bytes":            slip([]byte{0, 0, 0, 0, byte(c.at.Unix() >> 24), byte(c.at.Unix() >> 16), byte(c.at.Unix() >> 8), byte(c.at.Unix())}),
	}
}

// slip is something in the middle of something else.
func slip(data []byte) []byte {
	return append(append([]byte("something else before it, of any length "), data...), " and behind it"...)
}

// TestTheThiefReadsDatabases has rows written and deleted again: a reference stays
// in the pages of the database, and a passage in its log.
func TestTheThiefReadsDatabases(t *testing.T) {
	reference := make([]byte, 128)
	_, _ = rand.Read(reference)
	needles := rigtest.NewNeedles()
	needles.Add(aReference, reference, 1)
	tests := map[string]func() (driver, url, dir string){
		"sqlite": func() (string, string, string) {
			dir := t.TempDir()
			return "sqlite", "file:" + filepath.Join(dir, "a.db") + "?_pragma=journal_mode(WAL)", dir
		},
		"pgx": func() (string, string, string) {
			server := pgtest.Shared(t)
			return "pgx", server.Database(), server.Dir()
		},
	}
	for name, where := range tests {
		t.Run(name, func(t *testing.T) {
			driver, url, dir := where()
			db, err := sql.Open(driver, url)
			must(t, err)
			defer db.Close()
			bytes := map[string]string{"sqlite": "BLOB", "pgx": "BYTEA"}[driver]
			for _, query := range []string{"CREATE TABLE a (b " + bytes + ")", "INSERT INTO a VALUES ($1)", "DELETE FROM a"} {
				var args []any
				if strings.Contains(query, "$1") {
					args = append(args, reference)
				}
				_, err := db.ExecContext(t.Context(), query, args...)
				must(t, err)
			}
			if found := steal(t, dir).seek(needles); len(found) == 0 {
				t.Error("a reference that was deleted again was not found")
			}
		})
	}
}
