package controllertest

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/doctor"
	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Judgement is what was found at a site.
type Judgement struct {
	// Faults are sentences: what was acknowledged and is not so, what the ledger
	// does not say, what an auditor or the doctor finds. None where all is well.
	Faults []string
	// Entries is how many the published ledger has, Claims how many openings were
	// found in it, and Checked how many acknowledgements were looked for.
	Entries uint64
	Claims  int
	Checked int
}

// Judge brings what was interrupted at the site to its end, as a controller does
// that starts again some minutes later, has the ledger published, and compares all
// of it with what the journal heard. Nobody else may be at work at the site. It
// fails if nothing can be said.
func (s *Site) Judge(ctx context.Context, j *Journal) (Judgement, error) {
	if err := s.age(); err != nil {
		return Judgement{}, err
	}
	later := clockOf(issue.OpenTime + 2*time.Minute)
	ju := &judge{ctx: ctx, journal: j, acts: make(map[string]bool)}
	err := s.With(ctx, later, func(o *Open) error {
		ju.Open = o
		if err := ju.settle(); err != nil {
			return err
		}
		return errors.Join(ju.holders(), ju.consents(), ju.passes(), ju.audit())
	})
	if err != nil {
		return Judgement{}, err
	}
	ju.doctor()
	return ju.found, nil
}

// age makes files old that were left half written: a controller that starts removes
// them only once nobody can be writing them any more.
func (s *Site) age() error {
	return filepath.WalkDir(s.Dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), durable.Temporary) {
			old := time.Now().Add(-time.Hour)
			err = os.Chtimes(path, old, old)
		}
		return err
	})
}

// clockOf is a clock that is ahead.
func clockOf(ahead time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(ahead) }
}

// judge is one judgement on its way.
type judge struct {
	*Open
	ctx     context.Context
	journal *Journal
	claims  []ledger.Claim
	acts    map[string]bool // the words of acts in clear
	found   Judgement
}

func (j *judge) fault(format string, args ...any) {
	j.found.Faults = append(j.found.Faults, fmt.Sprintf(format, args...))
}

func (j *judge) read(f func(*store.Tx) error) error { return j.Office.Store().Read(j.ctx, f) }

// patience is how long the ledger may take for what is left.
const patience = time.Minute

// settle ends what was interrupted, and waits until the ledger has all of it and
// shows it.
func (j *judge) settle() error {
	for range 3 { // what is ended may leave something to be told
		if err := errors.Join(j.Office.Sweep(j.ctx), j.Acts.Sweep(j.ctx)); err != nil {
			return err
		}
	}
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(20 * time.Millisecond) {
		var waiting int64
		var reached uint64
		err := j.read(func(tx *store.Tx) (err error) {
			if waiting, err = tx.QueueLength(); err == nil {
				reached, err = tx.Reached()
			}
			return err
		})
		if err != nil {
			return err
		}
		if status, _ := j.Office.LedgerStatus(); waiting == 0 && status.Published >= reached {
			return j.Office.ShowAll(j.ctx)
		}
	}
	status, _ := j.Office.LedgerStatus()
	return fmt.Errorf("the ledger does not come to its end: %w", status.Err)
}

// holders are there, unless they were deleted, and open what the ledger says of
// them.
func (j *judge) holders() error {
	for id := range j.journal.names("staying") {
		j.found.Checked++
		if _, err := j.Acts.Holder(j.ctx, owner(), id); err != nil {
			j.fault("holder %s was added: %v", id, err)
			continue
		}
		openings, err := j.Acts.Openings(j.ctx, holder(id), id)
		if err != nil {
			return err
		}
		for _, o := range openings {
			if o.Says().Pass == "" { // those of passes are asked for as such
				j.claim("holder "+id, o)
			}
		}
	}
	for id := range j.journal.names("deleted") {
		j.found.Checked++
		if _, err := j.Acts.Holder(j.ctx, owner(), id); !errors.Is(err, acts.ErrNotFound) {
			j.fault("holder %s was deleted: %v", id, err)
		}
	}
	return nil
}

func (j *judge) claim(from string, o ledger.Opening) {
	j.claims = append(j.claims, ledger.Claim{From: from, Opening: o})
}

// consents are there, and those that were withdrawn stay so.
func (j *judge) consents() error {
	given := make(map[string]bool) // by the openings
	for _, c := range j.claims {
		var said struct {
			Act     string
			Details struct{ Consent string }
		}
		if json.Unmarshal(c.Opening.Body, &said) == nil && said.Act == string(acts.ActConsentGive) {
			given[said.Details.Consent] = true
		}
	}
	staying, withdrawn := j.journal.names("staying"), j.journal.names("withdrawn")
	return j.read(func(tx *store.Tx) error {
		for _, about := range j.journal.Said("consent") {
			j.found.Checked++
			hash, err := hex.DecodeString(about[0])
			if err != nil {
				return err
			}
			row, err := tx.Consent(hash)
			switch {
			case err != nil:
				j.fault("consent %s was given: %v", about[0], err)
			case withdrawn[about[0]] && row.Withdrawn == 0:
				j.fault("consent %s was withdrawn, and holds", about[0])
			case staying[about[1]] && !given[about[0]]:
				j.fault("consent %s was given, and nothing opens what the ledger says of it", about[0])
			}
		}
		return nil
	})
}

// passes are there and good, unless they were taken away.
func (j *judge) passes() error {
	ending, revoked := j.journal.names("ending"), j.journal.names("revoked")
	for _, about := range j.journal.Said("deleted") {
		for _, id := range about[1:] {
			revoked[id] = true
		}
	}
	made := j.journal.names("pass")
	return j.read(func(tx *store.Tx) error {
		for name := range made {
			j.found.Checked++
			if err := j.pass(tx, name, ending[name], revoked[name]); err != nil {
				return err
			}
		}
		return j.everyPass(tx)
	})
}

func (j *judge) pass(tx *store.Tx, name string, ending, revoked bool) error {
	id, err := pass.ParseID(name)
	if err != nil {
		return err
	}
	d, err := j.Office.Page(tx).Get(id)
	if err != nil {
		j.fault("pass %s was made: %v", name, err)
		return nil
	}
	place, err := tx.Place(d.Status.List, d.Status.Index)
	good := err == nil && place == 0
	switch {
	case revoked && (d.State != issue.Revoked || good):
		j.fault("pass %s was revoked, is %s, and good: %t", name, d.State, good)
	case !ending && (d.State != issue.Issued || !good):
		j.fault("pass %s was issued, is %s, and good: %t (%v)", name, d.State, good, err)
	}
	return nil
}

// everyPass looks at all that there are, whoever heard of them: each has come to
// its end, and the ledger says how.
func (j *judge) everyPass(tx *store.Tx) error {
	ids, err := tx.DocketIDs([16]byte{}, [16]byte(slices.Repeat([]byte{0xff}, 16)), 1<<20)
	if err != nil {
		return err
	}
	page := j.Office.Page(tx)
	for _, id := range ids {
		d, err := page.Get(id)
		if err != nil {
			return err
		}
		steps := []issue.State{issue.Intended}
		if d.Signed != [32]byte{} {
			steps = append(steps, issue.Signed)
		}
		switch {
		case d.State == issue.Revoked || d.State == issue.Abandoned:
			steps = append(steps, d.State)
		case d.State != issue.Issued:
			j.fault("pass %s is %s for ever", d.ID, d.State)
		}
		if d.Salt == [32]byte{} {
			continue // its holder was deleted
		}
		for _, step := range steps {
			j.claim("pass "+d.ID.String(), ledger.Opening{Salt: d.Salt, Body: d.Body(step)})
		}
	}
	return nil
}

// audit does what an auditor does, with everything that opens an entry, and looks
// for the acts in clear.
func (j *judge) audit() error {
	from := keeper.OpenPublic(j.Office.Ledger())
	data, err := from.Statement()
	if err != nil {
		return err
	}
	statement, err := ledger.ParseStatement(data)
	if err != nil {
		return err
	}
	var valid int64
	if err := j.read(func(tx *store.Tx) (err error) {
		valid, err = tx.CountPlaces(0)
		return err
	}); err != nil {
		return err
	}
	n := int(valid)
	report, _, err := ledger.Audit{Key: statement.Key, Claims: j.claims, Valid: &n}.Run(j.ctx, published{from})
	if err != nil {
		return err
	}
	if !report.Consistent {
		j.fault("the ledger: %s", report.Plain())
	}
	j.found.Entries, j.found.Claims = report.Size, len(report.Claims)
	err = ledger.Newest(j.ctx, published{from}, statement.Checkpoint.Checkpoint, func(a ledger.ActAt) bool {
		j.acts[a.Details["word"]] = true
		return true
	})
	for word := range j.journal.names("told") {
		if j.found.Checked++; !j.acts[word] {
			j.fault("an act with the word %s was recorded, and the ledger does not have it", word)
		}
	}
	return err
}

// doctor has the site looked over, by whom it must be found well.
func (j *judge) doctor() {
	all, err := doctor.Patient{Dir: j.Dir, Now: time.Now()}.Examine(j.ctx)
	if err != nil {
		j.fault("the doctor: %v", err)
	}
	// What is the machine's, and not the site's, may be as it is.
	machine := []string{"clock", "disk", "models", "backup"}
	for _, f := range all {
		if f.State != doctor.Good && !slices.Contains(machine, f.What) {
			j.fault("the doctor says of %s: %s", f.What, f.Says)
		}
	}
}
