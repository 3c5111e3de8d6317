package site

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Ledger is where a station has its acts recorded: by the controller, in the same
// process or over the network.
type Ledger interface {
	// Tell records an act about the site. It returns nil only once that is
	// durable; what was to be recorded must otherwise not be done.
	Tell(at time.Time, act string, details map[string]string) error
	// Since returns the date of the first entry after a time from which on none
	// went back before it, and the zero time if there is none or that is not
	// known.
	Since(t time.Time) (time.Time, error)
}

// vaultFolder is the path of a station's half.
type vaultFolder string

func (f folder) vault() vaultFolder { return vaultFolder(f.station()) }

func (f vaultFolder) sealing() string { return filepath.Join(string(f), "sealing") }
func (f vaultFolder) peppers() string { return filepath.Join(string(f), "peppers") }
func (f vaultFolder) doors() string   { return filepath.Join(string(f), "doors") }
func (f vaultFolder) lock() string    { return filepath.Join(string(f), "lock") }

// Vault is a station's half of a site: the keys that references are sealed with,
// the peppers of PINs, and which doors somebody has found to be real. It is held
// by one process at a time and is not safe for concurrent use.
type Vault struct {
	// Refused is what the controller says is refused since a theft. None of it
	// is used, and where needed something new is made instead.
	Refused Refused

	f      vaultFolder
	site   pass.SiteID
	disk   Disk
	ledger Ledger
	lock   *os.File
	now    func() time.Time
}

// OpenVault waits for its turn and takes hold of a station's folder until Close.
// It makes the folder where there is none.
func OpenVault(dir string, site pass.SiteID, ledger Ledger, now func() time.Time) (*Vault, error) {
	return openVault(dir, site, durable.Disk{}, ledger, now)
}

func openVault(dir string, site pass.SiteID, disk Disk, ledger Ledger, now func() time.Time) (*Vault, error) {
	v := &Vault{f: vaultFolder(dir), site: site, disk: disk, ledger: ledger, now: now}
	if err := ensure(dir, v.f.sealing(), v.f.peppers(), v.f.doors()); err != nil {
		return nil, err
	}
	var err error
	if v.lock, err = acquire(v.f.lock()); err != nil {
		return nil, err
	}
	for _, dir := range []string{v.f.sealing(), v.f.peppers(), v.f.doors()} {
		if err := durable.Sweep(dir); err != nil {
			return nil, errors.Join(err, v.Close())
		}
	}
	return v, nil
}

// Close lets others have their turn.
func (v *Vault) Close() error { return v.lock.Close() }

// ErrNoStation is returned for a folder without the half of a station.
var ErrNoStation = errors.New("the station's half is not in this folder: do it at a station")

// Vault takes hold of the station's half in the folder of the same site. It
// fails with [ErrNoStation].
func (o *Office) Vault() (*Vault, error) {
	if _, err := os.Stat(o.f.station()); isNew(err) {
		return nil, ErrNoStation
	}
	v, err := openVault(o.f.station(), o.Config.ID, o.disk, officeLedger{o}, o.now)
	if err != nil {
		return nil, err
	}
	if v.Refused, err = o.Refused(context.Background()); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

// SealingKey returns the key of the epoch, making it where there is none, and
// removes those of which the last pass has expired. The caller wipes it.
func (v *Vault) SealingKey() (pass.SealingKey, error) {
	epochs, err := v.epochs()
	if err != nil {
		return pass.SealingKey{}, err
	}
	now := v.now()
	var best epoch
	for _, e := range epochs {
		if !now.Before(e.begins) && now.Before(e.ends) && e.begins.After(best.begins) {
			best, e = e, best
		}
		e.key.Wipe()
	}
	if best.begins.IsZero() {
		tell := func(id pass.KeyID) error {
			return v.ledger.Tell(now, "sealing-key-made", map[string]string{"sealing-key": id.String()})
		}
		if best, err = v.f.makeSealing(v.disk, rand.Reader, now, tell); err != nil {
			return pass.SealingKey{}, err
		}
	}
	return best.key, nil
}

// epochs returns all that may be used, after removing those of which the last
// pass has expired. The caller wipes them.
func (v *Vault) epochs() (all []epoch, err error) {
	ids, err := keyIDs(v.f.sealing())
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			wipe(all)
			all = nil
		}
	}()
	over := v.f.readOver()
	noted := maps.Clone(over)
	for _, id := range ids {
		if slices.Contains(v.Refused.Epochs, id) {
			continue
		}
		e, err := v.f.readSealing(id)
		if err != nil {
			return all, err
		}
		all = append(all, e)
		if over.see(id, e.last(), v.now()) {
			if err := v.retire(id, e.last()); err != nil {
				return all, err
			}
		}
	}
	return all, v.keepOver(noted, over, ids)
}

func wipe(epochs []epoch) {
	for _, e := range epochs {
		e.key.Wipe()
	}
}

// grace is for how long the record has to say that the last pass of a sealing
// key has expired before the key is removed.
const grace = 30 * 24 * time.Hour

// retire removes a sealing key whose last pass expired at a time. The clock here
// is not believed alone: since that time, by the dates in the record as well, a
// month must have passed in which no entry went back before it.
func (v *Vault) retire(id pass.KeyID, last time.Time) error {
	since, err := v.ledger.Since(last)
	if err != nil || since.IsZero() || v.now().Sub(since) < grace {
		return err
	}
	// What takes away takes effect first.
	if err := v.disk.Remove(v.f.sealingPath(id)); err != nil {
		return err
	}
	return v.ledger.Tell(v.now(), "sealing-key-removed", map[string]string{"sealing-key": id.String()})
}

// officeLedger is the ledger of the office in the same process.
type officeLedger struct{ o *Office }

// Tell is a method of [Ledger].
func (l officeLedger) Tell(_ time.Time, name string, details map[string]string) error {
	return l.o.Tell(context.Background(), Operator, name, details)
}

// Since is a method of [Ledger], by the days of the acts that are published.
func (l officeLedger) Since(t time.Time) (since time.Time, err error) {
	key, err := l.o.f.readLedgerKey()
	if err != nil {
		return time.Time{}, err
	}
	known, err := ledger.KeyOf(ledger.Origin(l.o.Config.ID), key.Public())
	if err != nil {
		return time.Time{}, err
	}
	from := published{keeper.OpenPublic(l.o.f.ledger())}
	signed, err := from.Read(context.Background(), ledger.CheckpointFile, ledger.MaxCheckpoint)
	if errors.Is(err, ledger.ErrMissing) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	c, err := ledger.ParseCheckpoint(signed, known)
	if err != nil {
		return time.Time{}, err
	}
	err = ledger.Newest(context.Background(), from, c.Checkpoint, func(a ledger.ActAt) bool {
		if after := a.Day.After(t); after {
			since = a.Day
			return true
		}
		return false
	})
	return since, err
}

// published is a [ledger.Source].
type published struct{ public *keeper.Public }

// Read is a method of [ledger.Source].
func (p published) Read(_ context.Context, path string, _ int) ([]byte, error) {
	data, _, err := p.public.Read(path)
	return data, err
}

// isNew says that a file is not there.
func isNew(err error) bool { return errors.Is(err, fs.ErrNotExist) }
