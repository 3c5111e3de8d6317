package backup

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/ledger"
)

// Reconciling is what a restored site is brought up to.
type Reconciling struct {
	Place Place
	// Ledger is the published ledger, or a copy of it.
	Ledger ledger.Source
	// Doors are copies of doors' folders.
	Doors []string
	// Bundle is the highest bundle number that any door shows; 0 if nobody looked.
	Bundle uint64
	// Database is where the site is to have its database, as [store.Open] takes it;
	// "" is the file in its folder.
	Database string
	Now      func() time.Time
}

// Report is what reconciling came to.
type Report struct {
	// Made is when the backup was made.
	Made time.Time
	// Before and Ledger are how many entries the ledger had in the backup, and has
	// now; Hidden how many of those since were no acts in clear.
	Before, Ledger, Hidden uint64
	// Since are the acts in clear since the backup.
	Since []ledger.ActAt
	// Why says on what grounds passes stayed or were revoked.
	Why Grounds
	// Kept and Revoked count passes, PINs those that were revoked.
	Kept, Revoked, PINs int
	// Removed are doors, stations, desks, operators and relying parties that were
	// removed again.
	Removed []string
	// Bundle is the number of the newest bundle: the next is above it.
	Bundle uint64
}

// Grounds are why passes stayed or were revoked.
type Grounds string

const (
	// NothingNewer: no door has a bundle that is newer than the backup's.
	NothingNewer Grounds = "no door has a newer bundle than the backup"
	// AsDoorsHave: the newest bundle of any door was given.
	AsDoorsHave Grounds = "the newest bundle of a door says which"
	// Unknown: nobody knows what was revoked since, so that everything is.
	Unknown Grounds = "nobody knows what was revoked since the backup"
)

var (
	// ErrNotRestored is returned where no restored site waits.
	ErrNotRestored = errors.New("no restored site waits here")
	// ErrLedger is returned for a ledger that cannot be this site's.
	ErrLedger = errors.New("this is not the published ledger of this site")
)

// Reconcile brings a restored site up to what others have seen since the backup,
// and then puts it in its place. What it does is safe to be repeated: until it has
// ended well, nothing is in the place. It fails with [ErrNotRestored],
// [ErrLedger], [ErrOlder], [ErrHeld], [store.ErrNotEmpty] and what reading says.
func Reconcile(ctx context.Context, with Reconciling) (Report, error) {
	m, err := ReadManifest(with.Place.Staged())
	if err != nil {
		return Report{}, err
	}
	r := &reconciler{with: with, folder: with.Place.Staged(), manifest: m}
	r.report.Made = m.Made
	for _, step := range []func(context.Context) error{r.ledger, r.held, r.rights, r.settle, r.place} {
		if err := step(ctx); err != nil {
			return Report{}, err
		}
	}
	return r.report, nil
}

// reconciler is one that is at work.
type reconciler struct {
	with     Reconciling
	folder   string
	manifest Manifest
	report   Report

	to     ledger.Signed // the newest checkpoint
	doors  *Held
	office *site.Office // open during rights and settle
}

func (r *reconciler) path(below string) string {
	return filepath.Join(r.folder, filepath.FromSlash(below))
}

// ledger has the restored ledger go on where the published one ends.
func (r *reconciler) ledger(ctx context.Context) error {
	key, err := r.ledgerKey()
	if err != nil {
		return err
	}
	signed, err := r.with.Ledger.Read(ctx, ledger.CheckpointFile, ledger.MaxCheckpoint)
	if err != nil {
		return fmt.Errorf("read the checkpoint of the ledger: %w", err)
	}
	if r.to, err = ledger.ParseCheckpoint(signed, key); err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	folder := r.path(r.with.Place.Ledger)
	if _, _, err := keeper.State(ctx, folder); errors.Is(err, keeper.ErrMissing) {
		err = keeper.Create(ctx, folder) // it had no entries
		if err != nil {
			return err
		}
	}
	if _, err := keeper.CatchUp(ctx, folder, r.with.Ledger, r.to.Checkpoint); err != nil {
		if errors.Is(err, keeper.ErrForked) {
			err = fmt.Errorf("%w: %w", ErrLedger, err)
		}
		return err
	}
	r.report.Before, r.report.Ledger = r.manifest.Ledger.Size, max(r.manifest.Ledger.Size, r.to.Size)
	return r.since(ctx)
}

// since reads the acts since the backup.
func (r *reconciler) since(ctx context.Context) error {
	return ledger.Entries(ctx, r.with.Ledger, r.to.Checkpoint, r.manifest.Ledger.Size, func(index uint64, entry []byte) error {
		e, err := ledger.Decode(entry)
		if err != nil {
			return err
		}
		if e.Act == nil {
			r.report.Hidden++
			return nil
		}
		r.report.Since = append(r.report.Since, ledger.ActAt{Index: index, Act: *e.Act})
		return nil
	})
}

// ledgerKey reads the public part of the key that signs checkpoints.
func (r *reconciler) ledgerKey() (ledger.Key, error) {
	path := r.path("controller/ledger-key.pem")
	data, err := os.ReadFile(path)
	if err != nil {
		return ledger.Key{}, err
	}
	defer clear(data)
	block, _ := pem.Decode(data)
	if block == nil {
		return ledger.Key{}, fmt.Errorf("%w: %s", ErrDamaged, path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return ledger.Key{}, fmt.Errorf("%w: %s", ErrDamaged, path)
	}
	defer clear(private)
	config, err := site.Read(r.folder)
	if err != nil {
		return ledger.Key{}, err
	}
	return ledger.KeyOf(ledger.Origin(config.ID), private.Public())
}

// held reads what doors hold, and decides on which grounds passes stay.
func (r *reconciler) held(ctx context.Context) error {
	config, err := site.Read(r.folder)
	if err != nil {
		return err
	}
	if len(r.with.Doors) > 0 {
		key, err := site.ReadKey(r.path("controller/bundle/signing-key.pem"))
		if err != nil {
			return err
		}
		if r.doors, err = Hold(r.with.Doors, config.ID, publicOf(key)); err != nil {
			return err
		}
		if err := r.doors.follows(ctx, r.with.Ledger, r.to.Checkpoint); err != nil {
			return err
		}
	}
	r.report.Why = r.grounds()
	return nil
}

// grounds compares the bundle of the backup, the newest that was given, and the
// highest number that anybody has seen.
func (r *reconciler) grounds() Grounds {
	var given uint64
	if r.doors != nil {
		given = r.doors.Bundle.Number
	}
	highest := max(r.with.Bundle, given)
	switch {
	case highest == 0:
		return Unknown
	case highest <= r.manifest.Bundle:
		return NothingNewer
	case given == highest:
		return AsDoorsHave
	}
	return Unknown
}

// settle records that the site was restored, shows its public files, and ends what
// works on it.
func (r *reconciler) settle(ctx context.Context) error {
	err := r.office.Tell(ctx, site.Operator, "site-restored", map[string]string{
		"backup-of": r.manifest.Made.Format(time.DateOnly), "entries": fmt.Sprint(r.report.Before), "published": fmt.Sprint(r.report.Ledger),
		"revoked": fmt.Sprint(r.report.Revoked), "because": string(r.report.Why),
	})
	if err == nil {
		err = r.office.ShowAll(ctx)
	}
	err = errors.Join(err, r.office.Close())
	r.office = nil
	return err
}

// place gives the site its database and its name.
func (r *reconciler) place(ctx context.Context) error {
	if r.with.Database != "" {
		file := r.path(r.with.Place.Database)
		if err := Move(ctx, file, r.with.Database); err != nil {
			return err
		}
		if err := site.SetDatabase(r.folder, r.with.Database); err != nil {
			return err
		}
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(file + end); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	if err := os.Remove(r.path(stateName)); err != nil {
		return err
	}
	if err := syncFolders(r.folder); err != nil {
		return err
	}
	if err := os.Rename(r.folder, filepath.Clean(r.with.Place.Folder)); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(r.folder))
}
