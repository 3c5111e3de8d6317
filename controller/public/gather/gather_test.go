package gather

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/testenv"
	"github.com/facelatch/facelatch/pass"
)

// house is a site; it counts how often it was asked.
type house struct {
	t      *testing.T
	asked  int
	notice bool
	fails  string
}

var errAway = errors.New("the store is away")

func (h *house) ask(what string) error {
	h.asked++
	if h.fails == what {
		return errAway
	}
	return nil
}

func (h *house) SiteConfig(context.Context) (acts.SiteConfig, error) {
	return acts.SiteConfig{
		KeepYears: 4, Guests: acts.GuestLimits{Most: 2, Hours: 48},
		Site: site.Config{
			Format: site.Format, ID: pass.SiteID{1}, Name: "Garden Court", Zones: []string{"front", "garage"}, Timezone: "Asia/Shanghai",
			Policy: site.Policy{PlainDays: 700, FaceDays: 300, Threshold: "fmr-1e-4", RequireLive: true},
			Rules:  map[string]site.Rules{"front": {Prompts: 2, Light: true}, "garage": {Title: map[string]string{"en": "Garage"}, Methods: []string{"plain"}, Hours: "Mon-Fri 07:00-19:00"}},
		},
	}, h.ask("site")
}

func (h *house) CurrentNotice(_ context.Context, rules consent.Rules) (acts.NoticeVersion, error) {
	if err := h.ask("notice"); err != nil {
		return acts.NoticeVersion{}, err
	}
	if !h.notice || rules != consent.Everybody {
		return acts.NoticeVersion{}, acts.ErrNotFound
	}
	document, err := publictest.Notice().Encode()
	if err != nil {
		h.t.Fatal(err)
	}
	return acts.NoticeVersion{Document: document, Published: publictest.At()}, nil
}

func (h *house) Doors(_ context.Context, actor acts.Actor) ([]acts.Door, error) {
	if !actor.May(acts.ActDoorView) || actor.May(acts.ActHolderList) || actor.May(acts.ActDoorRemove) {
		h.t.Error("the page reads as somebody who may do more, or less")
	}
	return []acts.Door{
		{Kind: site.KindDoor, Name: "West", Zone: "front", State: site.Approved},
		{Kind: site.KindDoor, Name: "East", Zone: "front", State: site.Joined},
		{Kind: site.KindDoor, Name: "Gone", Zone: "front", State: site.Removed},
		{Kind: site.KindStation, Name: "Desk", State: site.Joined},
	}, h.ask("doors")
}

func (h *house) LedgerStatus(context.Context) (acts.LedgerStatus, error) {
	return acts.LedgerStatus{Checkpoint: []byte("origin\n512\nhash\n\n— origin x\n"), SiteActs: 9}, h.ask("ledger")
}

func given() Given {
	return Given{
		Address: "https://doors.example/", Operator: public.Operator{Name: words.Both("物业", "Services")},
		Engine: public.Engine{Measured: public.Measured()}, Ledger: public.Ledger{URL: "https://doors.example/ledger/", Key: "key"},
		Thief: public.Stolen(), MyPage: true,
	}
}

// TestFacts: what the site is, the page says.
func TestFacts(t *testing.T) {
	h := &house{t: t, notice: true}
	f, err := New(h, given(), publictest.At).Facts()
	if err != nil {
		t.Fatal(err)
	}
	if want := (public.Keep{PlainDays: 700, FaceDays: 300, GuestHours: 48, OwnerDays: 30, RecordYears: 4, OfflineHours: 24, OfflinePlainHours: 168}); f.Keep != want {
		t.Errorf("%+v", f.Keep)
	}
	front, garage := f.Zones[0], f.Zones[1]
	if !reflect.DeepEqual(front.Doors, []string{"East", "West"}) || !front.Reads() || garage.Methods != bundle.Plain || garage.Called(words.English).Text != "Garage" || garage.Hours == nil || front.Prompts != 2 || !front.Light || garage.Look() != 0 {
		t.Errorf("%+v", f.Zones)
	}
	if f.Operator.Name.In(words.English).Text != "Garden Court Property Services" || !f.Notice.There() || f.Why.In(words.Chinese).Text == "" {
		t.Errorf("%+v", f.Operator)
	}
	if f.Ledger.Size != 512 || f.Acts.Count != 9 || f.Engine.Threshold != "fmr-1e-4" || !f.Engine.RequireLive {
		t.Errorf("%+v, %+v", f.Ledger, f.Acts)
	}
	pages, err := public.NewPages()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := pages.Write(&out, f, words.English); err != nil || !strings.Contains(out.String(), "covers 512 entries") {
		t.Errorf("%v", err)
	}
}

// TestNoNotice: without one, the operator is who the configuration says.
func TestNoNotice(t *testing.T) {
	f, err := New(&house{t: t}, given(), publictest.At).Facts()
	if err != nil || f.Notice.There() || f.Operator.Name.In(words.English).Text != "Services" || f.Valid() != nil {
		t.Errorf("%v, %+v", err, f.Operator)
	}
}

// TestAsksSeldom: many readers are one question; a clock that was set back is no
// reason to say old things for long.
func TestAsksSeldom(t *testing.T) {
	h, now := &house{t: t}, publictest.At()
	s := New(h, given(), func() time.Time { return now })
	for range 50 {
		if _, err := s.Facts(); err != nil {
			t.Fatal(err)
		}
	}
	if h.asked != 4 {
		t.Errorf("asked %d times", h.asked)
	}
	for i, step := range []time.Duration{freshTime, -time.Hour} {
		now = now.Add(step)
		if _, err := s.Facts(); err != nil || h.asked != 4*(i+2) {
			t.Errorf("after %s: asked %d times, %v", step, h.asked, err)
		}
	}
}

// TestAway: what cannot be asked is not made up, and is asked again.
func TestAway(t *testing.T) {
	for _, what := range []string{"site", "notice", "doors", "ledger"} {
		h := &house{t: t, fails: what}
		s := New(h, given(), publictest.At)
		if f, err := s.Facts(); !errors.Is(err, errAway) || f.Name != "" {
			t.Errorf("%s: %v", what, err)
		}
		h.fails = ""
		if _, err := s.Facts(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestOwnerDays: the page says what the sweep does.
func TestOwnerDays(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testenv.Root(t), "controller", "acts", "sweep.go"))
	if err != nil || !bytes.Contains(data, fmt.Appendf(nil, "const passTime = %d * day", ownerDays)) {
		t.Errorf("another time in controller/acts, %v", err)
	}
}

func TestSizeOf(t *testing.T) {
	for text, want := range map[string]uint64{"": 0, "a": 0, "a\n7": 0, "a\n7\nb": 7, "a\n-1\nb": 0, "a\nx\nb": 0, "a\n99999999999999999999999\nb": 0} {
		if got := sizeOf([]byte(text)); got != want {
			t.Errorf("%q: %d", text, got)
		}
	}
}
