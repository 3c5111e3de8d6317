package doctor

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/ledger"
)

// longQueue is how many entries may wait.
const longQueue = 10000

// ledger looks at the queue, and verifies what is published, as an auditor does.
func (p Patient) ledger(ctx context.Context, db *store.Store, config site.Config) []Finding {
	var waiting int64
	var reached uint64
	var signed []byte
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		if waiting, err = tx.QueueLength(); err != nil {
			return err
		}
		if reached, err = tx.Reached(); err == nil {
			signed, err = tx.Checkpoint()
		}
		return err
	})
	if err != nil {
		return []Finding{wrong("queue", "", "it cannot be read: %v", err)}
	}
	return []Finding{queue(waiting), p.log(ctx, config, reached, signed)}
}

func queue(waiting int64) Finding {
	const do = "start the controller; if it runs, its log says why the ledger cannot be written"
	switch {
	case waiting > longQueue:
		return wrong("queue", do, "%d entries wait for the ledger", waiting)
	case waiting > 0:
		return look("queue", do, "%d entries wait for the ledger", waiting)
	}
	return good("queue", "everything is recorded")
}

// log verifies the ledger.
func (p Patient) log(ctx context.Context, config site.Config, reached uint64, signed []byte) Finding {
	const do = "stop the controller, keep a copy of ledger/, and restore the last backup"
	folder := p.Dir + "/ledger"
	size, _, err := keeper.State(ctx, folder)
	switch {
	case errors.Is(err, keeper.ErrMissing):
		return wrong("ledger", "see whether its disk is mounted", "%v", err)
	case err != nil:
		return wrong("ledger", do, "%v", err)
	case size < reached:
		return wrong("ledger", "this is an older copy of it: put the newest back, or restore the site", "it has %d entries, and had %d", size, reached)
	}
	if err := keeper.Verify(ctx, folder); err != nil {
		return wrong("ledger", do, "%v", err)
	}
	public := publicSource{keeper.OpenPublic(folder)}
	statement, err := public.Statement()
	if err != nil {
		return wrong("ledger", do, "what is published cannot be read: %v", err)
	}
	if statement == nil {
		return look("ledger", "start the controller", "%d entries, of which nothing is published yet", size)
	}
	s, err := ledger.ParseStatement(statement)
	if err != nil || s.Key.Origin() != ledger.Origin(config.ID) {
		return wrong("ledger", do, "what is published is not of this site: %v", err)
	}
	report, _, err := ledger.Audit{Key: s.Key}.Run(ctx, public)
	switch {
	case err != nil:
		return wrong("ledger", do, "%v", err)
	case !report.Consistent:
		return wrong("ledger", do, "%s", report.Problems[0].Text)
	}
	if err := p.remembers(ctx, s, public, signed); err != nil {
		return wrong("ledger", do, "it does not extend what the database remembers of it: %v", err)
	}
	return good("ledger", "%d entries, %d of them published, proved one by one", size, report.Size)
}

// remembers checks that what is published and what the database remembers extend
// one another.
func (p Patient) remembers(ctx context.Context, s ledger.Statement, public ledger.Source, signed []byte) error {
	if len(signed) == 0 {
		return nil
	}
	last, err := ledger.ParseCheckpoint(signed, s.Key)
	if err != nil || last.Size > s.Checkpoint.Size {
		return err // it is remembered before it is published
	}
	return ledger.Extends(ctx, public, last.Checkpoint, s.Checkpoint.Checkpoint)
}

// publicSource is what is published as a [ledger.Source].
type publicSource struct{ *keeper.Public }

// Read is a method of [ledger.Source].
func (s publicSource) Read(_ context.Context, path string, limit int) ([]byte, error) {
	data, _, err := s.Public.Read(path)
	if err == nil && len(data) > limit {
		return nil, ledger.ErrTooLong
	}
	return data, err
}

const (
	// quietDays is after how many days without counts a door is told.
	quietDays = 3
	// newDoor is how long a door may wait for its approval.
	newDoor = 24 * time.Hour
)

// doors looks for those that are out of date: a door sends its counts of each whole
// day, and gets its bundles, over the same connection.
func (p Patient) doors(ctx context.Context, db *store.Store) (all []Finding) {
	var members []store.MemberRow
	last := make(map[[8]byte]string)
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		if members, err = tx.Members(); err != nil {
			return err
		}
		for _, m := range members {
			day, err := tx.Counted(m.ID)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			last[m.ID] = day
		}
		return nil
	})
	if err != nil {
		return []Finding{wrong("doors", "", "they cannot be read: %v", err)}
	}
	counted := 0
	for _, m := range members {
		if m.Kind != "door" {
			continue
		}
		counted++
		if f := p.door(m, last[m.ID]); f.State != Good {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		all = append(all, good("doors", "%d, none of them silent", counted))
	}
	return all
}

func (p Patient) door(m store.MemberRow, day string) Finding {
	joined := time.Unix(m.Joined, 0)
	if m.State == "joined" && p.Now.Sub(joined) > newDoor {
		return look("doors", "compare its fingerprint and approve it, or remove it", "%s joined on %s, and nobody has approved it", m.Name, joined.UTC().Format(time.DateOnly))
	}
	heard := joined
	if at, err := time.Parse(time.DateOnly, day); err == nil && at.After(heard) {
		heard = at
	}
	if quiet := int(p.Now.Sub(heard) / (24 * time.Hour)); quiet > quietDays {
		return look("doors", "look at its screen, or run facelatch edge status there: it may decide by an old bundle", "%s has sent nothing for %d days", m.Name, quiet)
	}
	return good("doors", "")
}
