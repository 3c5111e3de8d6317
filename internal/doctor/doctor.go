// Package doctor looks a site's controller over: its keys and who can read them,
// its certificates, clock, disk, database, ledger, doors, models and backups. It
// says of each thing how it is and what to do.
//
// It changes nothing at the site, and nothing that it says is about a person.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/backup"
	"github.com/facelatch/facelatch/internal/home"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/store"
)

// State is how a thing is.
type State string

const (
	// Good is as it has to be.
	Good State = "good"
	// Look is something to be looked at soon; nothing fails by it today.
	Look State = "look"
	// Wrong has to be put right.
	Wrong State = "wrong"
)

// Finding is one thing that was looked at.
type Finding struct {
	// What is one word for it.
	What  string `json:"what"`
	State State  `json:"state"`
	// Says is how it is, in a sentence without its full stop.
	Says string `json:"says"`
	// Do is what to do; "" if it is good.
	Do string `json:"do,omitempty"`
}

func good(what, says string, args ...any) Finding {
	return Finding{What: what, State: Good, Says: fmt.Sprintf(says, args...)}
}

func look(what, do, says string, args ...any) Finding {
	return Finding{what, Look, fmt.Sprintf(says, args...), do}
}

func wrong(what, do, says string, args ...any) Finding {
	return Finding{what, Wrong, fmt.Sprintf(says, args...), do}
}

// Patient is a site that is looked over.
type Patient struct {
	// Dir is the site's folder.
	Dir string
	// Home is where models and runtime are.
	Home home.Dir
	Now  time.Time
}

// Examine looks at everything, and returns what it found in an order in which one
// reads it. It fails only if ctx ends.
func (p Patient) Examine(ctx context.Context) ([]Finding, error) {
	config, err := site.Read(p.Dir)
	if err != nil {
		if backup.Waits(p.Dir) {
			return []Finding{wrong("site", "facelatch restore --reconcile --site "+p.Dir+" --ledger ...", "it was restored from a backup and serves nothing yet")}, nil
		}
		return []Finding{wrong("site", "name the folder of a controller's site", "%v", err)}, nil
	}
	all := []Finding{good("site", "%q, %s", config.Name, config.ID)}
	all = append(all, p.keys()...)
	all = append(all, p.certificates())
	all = append(all, p.clock()...)
	all = append(all, p.disk()...)
	all = append(all, p.models())
	all = append(all, p.stored(ctx, config)...)
	all = append(all, p.backups())
	return all, ctx.Err()
}

// stored looks at what is in the database, and at the ledger, which it refers to.
func (p Patient) stored(ctx context.Context, config site.Config) []Finding {
	const start = "see that it runs and that this user may use it; controller/database says where it is"
	url, err := site.Database(p.Dir)
	if err != nil {
		return []Finding{wrong("database", start, "%v", err)}
	}
	db, err := store.OpenAsIs(ctx, url)
	switch {
	case errors.Is(err, store.ErrDamaged):
		return []Finding{wrong("database", "restore the last backup: facelatch restore", "%v", err)}
	case err != nil:
		return []Finding{wrong("database", start, "%v", err)}
	}
	defer db.Close()
	if schema, err := db.Schema(ctx); err == nil && schema < store.Newest() {
		return []Finding{look("database", "make a backup and start the controller, which brings it up to date", "it has the form of an older version, %d", schema)}
	}
	all := []Finding{p.database(ctx, db)}
	all = append(all, p.ledger(ctx, db, config)...)
	return append(all, p.doors(ctx, db)...)
}

func (p Patient) database(ctx context.Context, db *store.Store) Finding {
	var faults []string
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		faults, err = tx.Faults()
		return err
	})
	switch {
	case err != nil:
		return wrong("database", "restore the last backup: facelatch restore", "it cannot be read: %v", err)
	case len(faults) > 0:
		return wrong("database", "restore the last backup, and report this: it should not be able to happen", "%s", faults[0])
	}
	return good("database", "%s, whole, and its tables agree", db.Kind())
}

// oldBackup is when a backup is old.
const oldBackup = 8 * 24 * time.Hour

func (p Patient) backups() Finding {
	const do = "facelatch backup, and have it done every day"
	n, made, err := backup.Last(p.Dir)
	switch {
	case err != nil:
		return look("backup", do, "when the last was made cannot be read: %v", err)
	case !made:
		return look("backup", do, "none was ever made")
	case p.Now.Sub(n.Made) > oldBackup:
		return look("backup", do, "the last was made %d days ago", int(p.Now.Sub(n.Made)/(24*time.Hour)))
	}
	return good("backup", "the last was made %s", n.Made.Format(time.RFC3339))
}
