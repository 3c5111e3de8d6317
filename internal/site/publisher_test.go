package site

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// TestPublish: a new bundle when what it says has changed, and each hour.
func TestPublish(t *testing.T) {
	dir := newSite(t)
	first := mustPublish(t, dir, noon)
	b := verified(t, dir, first)
	if first.Number != 1 || b.Name != "Garden Court" || len(b.Zones) != 2 || len(b.Lists) != 1 || b.Demo {
		t.Errorf("%+v", b)
	}
	if !sameBundle(mustPublish(t, dir, noon.Add(59*time.Minute)), first) {
		t.Error("another bundle says the same")
	}
	if !sameBundle(mustPublish(t, dir, noon.Add(-59*time.Minute)), first) {
		t.Error("another bundle because the clock went back a little")
	}
	hour := mustPublish(t, dir, noon.Add(time.Hour))
	if hour.Number != 2 {
		t.Errorf("after an hour: %d", hour.Number)
	}
	for i, change := range []func(o *Office) error{
		func(o *Office) error { _, _, err := newPIN(o, "front"); return err },
		func(o *Office) error {
			_, err := issueHere(o)
			return err
		},
	} {
		mustDo(t, dir, change)
		made := mustPublish(t, dir, noon.Add(time.Hour))
		if made.Number != uint64(3+i) {
			t.Errorf("change %d: bundle %d", i, made.Number)
		}
		if err := verified(t, dir, made).Follows(verified(t, dir, hour)); err != nil {
			t.Error(err)
		}
		if !sameBundle(mustPublish(t, dir, noon.Add(time.Hour)), made) {
			t.Errorf("change %d: twice", i)
		}
	}
}

// issueHere makes a plain pass.
func issueHere(o *Office) (pass.ID, error) {
	c, err := issueFrom(o, pass.Plain, &hand{})
	return c.ID, err
}

// TestPublishersAtOnce: of several that publish at once, in several processes, each
// gives out a number once, and no number falls.
func TestPublishersAtOnce(t *testing.T) {
	dir := newSite(t)
	mustPublish(t, dir, noon) // the key
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := make(map[uint64][]byte)
	for i := range 4 {
		all.Go(func() {
			o, err := OpenOffice(dir, clock)
			if err != nil {
				t.Error(err)
				return
			}
			defer o.Close()
			p, err := o.Publisher(t.Context(), extras())
			if err != nil {
				t.Error(err)
				return
			}
			last := uint64(0)
			for j := range 4 {
				if i == 0 {
					if _, err := issueHere(o); err != nil {
						t.Errorf("pass %d: %v", j, err)
					}
				}
				made, _, err := p.Publish(t.Context())
				if err != nil || made.Number < last {
					t.Errorf("bundle %d after %d: %v", made.Number, last, err)
					return
				}
				last = made.Number
				mu.Lock()
				if other, there := seen[last]; there && !bytes.Equal(other, made.Bundle) {
					t.Errorf("two bundles %d", last)
				}
				seen[last] = made.Bundle
				mu.Unlock()
			}
		})
	}
	all.Wait()
}

// TestBundleLeavesOutABadList: one list that cannot be read takes no rights away
// from the others, and none that was taken comes back.
func TestBundleLeavesOutABadList(t *testing.T) {
	dir := newSite(t)
	mustDo(t, dir, func(o *Office) error {
		return o.store.Change(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.AddList(7, 0), tx.SignedList(store.ListRow{List: 7, Signed: []byte("not a list")}))
		})
	})
	made, warnings, err := publish(dir, noon)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "status list 7") {
		t.Fatalf("%q, %v", warnings, err)
	}
	if b := verified(t, dir, made); len(b.Lists) != 1 || b.Lists[0].Number != 0 {
		t.Errorf("%v", b.Lists)
	}
}

// TestRules: what site.json says of zones is what doors are told.
func TestRules(t *testing.T) {
	dir := newSite(t)
	good, err := os.ReadFile(folder(dir).config())
	if err != nil {
		t.Fatal(err)
	}
	edit := func(rules string) error {
		text := strings.Replace(string(good), "\n}\n", ",\n"+rules+"\n}\n", 1)
		c, err := decodeConfig([]byte(text))
		if err != nil {
			return err
		}
		return with(dir, func(o *Office) error {
			_, version, err := o.Configuration(t.Context())
			if err != nil {
				return err
			}
			return o.SetConfig(t.Context(), Operator, version, c)
		})
	}
	if err := edit(`"rules": {"front": {"title": {"en": "Front door", "zh": "正门"}, "methods": ["plain", "phone"], "hours": "daily 06:00-24:00"}}, "offline": {"face_hours": 1, "plain_hours": 2}`); err != nil {
		t.Fatal(err)
	}
	b := verified(t, dir, mustPublish(t, dir, noon))
	front, _ := b.Zone("front")
	garage, _ := b.Zone("garage")
	if front.Methods != bundle.Plain|bundle.Phone || front.Title["zh"] != "正门" || len(front.Hours) != 1 || !front.PINs.IsZero() {
		t.Errorf("%+v", front)
	}
	if !garage.Methods.Has(bundle.Face|bundle.PIN) || garage.Budget != bundle.DefaultBudget || garage.Threshold == "" {
		t.Errorf("%+v", garage)
	}
	if b.FaceLife != time.Hour || b.PlainLife != 2*time.Hour {
		t.Errorf("%v, %v", b.FaceLife, b.PlainLife)
	}
	if front.Prompts != 0 || front.Light || garage.Prompts != 0 || garage.Light {
		t.Errorf("asked for by nobody: %+v, %+v", front, garage)
	}
	if err := edit(`"rules": {"garage": {"prompts": 2, "light": true}}`); err != nil {
		t.Fatal(err)
	}
	b = verified(t, dir, mustPublish(t, dir, noon))
	front, _ = b.Zone("front")
	garage, _ = b.Zone("garage")
	if front.Prompts != 0 || garage.Prompts != 2 || !garage.Light {
		t.Errorf("what the zone asks for: %+v, %+v", front, garage)
	}
	for rules, want := range map[string]string{
		`"rules": {"front": {"methods": ["face"]}}`:                bundle.ErrOnlyWay.Error(),
		`"rules": {"roof": {}}`:                                    "rules.roof",
		`"rules": {"front": {"methods": []}}`:                      "rules.front",
		`"rules": {"front": {"methods": ["knock"]}}`:               "knock",
		`"rules": {"front": {"hours": "never"}}`:                   "rules.front",
		`"rules": {"front": {"budget": 100000}}`:                   "budget",
		`"rules": {"front": {"title": {"English": "x"}}}`:          "title",
		`"offline": {"face_hours": 25, "plain_hours": 24}`:         "offline",
		`"offline": {"face_hours": 1, "plain_hours": 10000}`:       "offline",
		`"rules": {"front": {"title": {"en": "a\u0007b"}}}`:        "title",
		`"rules": {"front": {"face_hours_only": true}}`:            "face_hours_only",
		`"offline": {"face_hours": 0, "plain_hours": 1}`:           "offline",
		`"rules": {"front": {"methods": ["plain", "plain"]}}`:      "plain",
		`"rules": {"front": {"prompts": -1}}`:                      "rules.front: prompts: it is 0 to 3, not -1",
		`"rules": {"front": {"prompts": 4}}`:                       "rules.front: prompts: it is 0 to 3, not 4",
		`"rules": {"front": {"light": true}}`:                      "rules.front: light: it goes with prompts",
		`"rules": {"front": {"prompts": 1, "light": 1}}`:           "light",
		`"rules": {"front": {"methods": ["plain"], "prompts": 1}}`: "rules.front: prompts: the zone accepts no faces",
		fmt.Sprintf(`"rules": {"front": {"budget": %d}}`, -1):      "budget",
	} {
		if err := edit(rules); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", rules, err)
		}
	}
}

// TestLongName: every name that a site can have can be told to a door.
func TestLongName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	c := Config{Name: strings.Repeat("园", MaxName), Zones: []string{"front"}, Timezone: "Asia/Shanghai", Policy: DefaultPolicy()}
	if _, err := Create(dir, c, noon); err != nil {
		t.Fatal(err)
	}
	if b := verified(t, dir, mustPublish(t, dir, noon)); b.Name != strings.Repeat("园", bundle.MaxTitle/3) {
		t.Errorf("%q", b.Name)
	}
}

// TestDemoForGood: the mark of a demonstration can neither be taken out nor put
// in.
func TestDemoForGood(t *testing.T) {
	for _, demo := range []bool{true, false} {
		dir := t.TempDir() + "/site"
		c := Config{Name: "Try it", Zones: []string{"front"}, Timezone: "UTC", Policy: DefaultPolicy(), Demo: demo}
		if _, err := Create(dir, c, noon); err != nil {
			t.Fatal(err)
		}
		if b := verified(t, dir, mustPublish(t, dir, noon)); b.Demo != demo {
			t.Errorf("demo %t became %t", demo, b.Demo)
		}
		o, err := OpenOffice(dir, clock)
		if err != nil {
			t.Fatal(err)
		}
		changed := o.Config
		changed.Demo = !demo
		data, err := Encode(changed)
		if err != nil {
			t.Fatal(err)
		}
		// In the database itself.
		err = o.store.Change(t.Context(), func(tx *store.Tx) error { return tx.ChangeSite(1, data) })
		if err := errors.Join(err, o.store.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenOffice(dir, clock); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "demo") {
			t.Errorf("demo %t: %v", demo, err)
		}
		if _, _, err := publish(dir, noon); !errors.Is(err, ErrConfig) {
			t.Errorf("demo %t: a bundle was made: %v", demo, err)
		}
	}
}
