package pages

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// recordSize is how many entries a page lists.
const recordSize = 50

// recordView is the record as a page shows it.
type recordView struct {
	Status     acts.LedgerStatus
	Checkpoint checkpoint
	Acts       []actView
	Known      bool // whether entries can be read here
	Next       string
	Form       *form
	Opened     *openedView
}

// checkpoint is the newest that was published.
type checkpoint struct{ Origin, Size, Root string }

type actView struct {
	Index        uint64
	Day, By, Act string
	Named        bool // whether there are words for the act
	Details      [][2]string
}

// openedView is what entries say: one, or all about a pass.
type openedView struct {
	Entry  string
	Bodies []string
}

// readCheckpoint reads the three lines of a checkpoint (C2SP tlog-checkpoint).
// That it is genuine is for whoever has the ledger's key to say.
func readCheckpoint(text []byte) checkpoint {
	lines := strings.SplitN(string(text), "\n", 4)
	if len(lines) < 3 {
		return checkpoint{}
	}
	return checkpoint{lines[0], lines[1], lines[2]}
}

func (v *visit) recordPage() error { return v.showRecord(0, filled(), nil) }

func (v *visit) showRecord(status int, f *form, opened *openedView) error {
	now, err := v.c.Acts.LedgerStatus(v.r.Context())
	if err != nil {
		return err
	}
	p := recordView{Status: now, Checkpoint: readCheckpoint(now.Checkpoint), Known: v.c.Record != nil, Form: f, Opened: opened}
	if v.c.Record != nil {
		before, _ := strconv.ParseUint(v.r.URL.Query().Get("before"), 10, 64)
		all, err := v.c.Record.SiteActs(v.r.Context(), before, recordSize)
		if err != nil {
			return err
		}
		for _, a := range all {
			p.Acts = append(p.Acts, actView{a.Index, v.dayIn(a.Day, time.UTC), a.By, a.Act, v.has("act." + a.Act), a.Details})
		}
		if len(all) == recordSize && all[len(all)-1].Index > 0 {
			p.Next = Path + "record?before=" + strconv.FormatUint(all[len(all)-1].Index, 10)
		}
	}
	return v.show(page{name: "record", title: "record.title", status: status, data: p})
}

// openEntry shows an auditor what a commitment about a person says, or all about a
// pass of which they were given the id.
func (v *visit) openEntry() error {
	f := v.entered()
	var entry ledger.Commitment
	var found []ledger.Opening
	data, err := hex.DecodeString(strings.TrimSpace(f.Get("entry")))
	switch {
	case err == nil && len(data) == len(entry):
		copy(entry[:], data)
		found = make([]ledger.Opening, 1)
		found[0], err = v.c.Acts.Open(v.r.Context(), v.actor, entry)
	case err == nil && len(data) == len(pass.ID{}):
		found, err = v.c.Acts.OpenPass(v.r.Context(), v.actor, pass.ID(data))
	default:
		f.wrong["entry"] = v.say("wrong.hash")
		return v.showRecord(http.StatusUnprocessableEntity, f, nil)
	}
	if err != nil {
		return err
	}
	opened := &openedView{Entry: hexText(data)}
	for _, o := range found {
		opened.Bodies = append(opened.Bodies, sayOpening(o))
	}
	return v.showRecord(0, f, opened)
}

// passOpenings hands an auditor what opens all entries about passes.
func (v *visit) passOpenings() error {
	v.w.Header().Set("Content-Type", "application/jsonl; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="passes-`+v.now().In(v.location()).Format(time.DateOnly)+`.jsonl"`)
	return v.c.Acts.PassOpenings(v.r.Context(), v.actor, v.w)
}

// sayOpening lays out what a commitment says.
func sayOpening(o ledger.Opening) string {
	var b bytes.Buffer
	if json.Indent(&b, o.Body, "", "  ") != nil {
		return string(o.Body)
	}
	return b.String()
}
