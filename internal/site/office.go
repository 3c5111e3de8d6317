package site

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/internal/durable"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
)

// Office is the controller's half of a site: its database, and its folder with the
// keys. It is safe for concurrent use, and any number of them may be open, in any
// number of processes.
type Office struct {
	// Config is what the configuration was when the office was opened; see
	// [Office.Configuration].
	Config Config

	f          folder
	disk       Disk
	store      *store.Store
	now        func() time.Time
	rand       io.Reader
	changed    chan struct{}
	ledgerTime time.Duration

	mu      sync.Mutex // guards what follows
	key     *ecdsa.PrivateKey
	keeping *keeping
	owed    []store.QueueID // what was queued and not waited for
	shown   shown
}

// OpenOffice opens the controller's half of the site in a folder. What a program
// that is gone has left is brought to an end, as far as that can be now. It fails
// with [ErrNotASite], [ErrConfig], and what [store.Open] says.
func OpenOffice(dir string, now func() time.Time) (*Office, error) {
	return openOffice(dir, durable.Disk{}, now)
}

func openOffice(dir string, disk Disk, now func() time.Time) (*Office, error) {
	if _, err := os.Stat(folder(dir).config()); isNew(err) {
		return nil, fmt.Errorf("%s is %w", dir, ErrNotASite)
	}
	if err := whole(dir); err != nil {
		return nil, err
	}
	o, err := openStore(context.Background(), folder(dir), disk, now)
	if err != nil {
		return nil, err
	}
	if o.Config, _, err = o.Configuration(context.Background()); err != nil {
		return nil, errors.Join(err, o.store.Close())
	}
	_ = o.Sweep(context.Background()) // what cannot be done now is later, and nothing waits for it
	_ = o.ShowAll(context.Background())
	return o, nil
}

// whole fails with [ErrNotWhole] for a site whose database was a file in its folder
// that is there no longer, and in whose place none is to be made.
func whole(dir string) error {
	url, err := Database(dir)
	if err != nil || url != folder(dir).database() {
		return err
	}
	if _, err := os.Stat(url); isNew(err) {
		if _, err := os.Stat(folder(dir).path("record.jsonl")); err == nil {
			return fmt.Errorf("%w: %s was made by a version that kept it in files: make a new one", ErrNotWhole, dir)
		}
		return fmt.Errorf("%s is %w: %s is missing, put back what was removed", dir, ErrNotWhole, url)
	}
	return nil
}

// openStore opens the database of a folder.
func openStore(ctx context.Context, f folder, disk Disk, now func() time.Time) (*Office, error) {
	if err := f.laterFolders(); err != nil {
		return nil, err
	}
	url, err := Database(string(f))
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("the database of the site: %w", err)
	}
	return &Office{
		f: f, disk: disk, store: s, now: now, rand: rand.Reader, changed: make(chan struct{}, 1), ledgerTime: ledgerTime,
	}, nil
}

// Close gives the ledger a moment for what was queued for it and not waited for,
// and shows what has changed. Nobody may be at work.
func (o *Office) Close() error {
	o.settle()
	o.publishDue()
	o.stopKeeping()
	shown := o.Show(context.Background())
	return errors.Join(shown, o.store.Close())
}

// Store is the database, for whoever has more to keep in it.
func (o *Office) Store() *store.Store { return o.store }

// Ledger is the folder of the ledger; see package keeper.
func (o *Office) Ledger() string { return o.f.ledger() }

// Database returns the address of the database of a site: what was set, or a file
// in its folder.
func Database(dir string) (string, error) {
	data, err := read(folder(dir).databaseFile(), 4096)
	if isNew(err) {
		return folder(dir).database(), nil
	}
	return strings.TrimSpace(string(data)), err
}

// SetDatabase notes the address of the database of a site, as [store.Open] takes
// it, in a file for its owner only. An empty one is a file in the folder.
func SetDatabase(dir, url string) error {
	if url == "" {
		return durable.Disk{}.Remove(folder(dir).databaseFile())
	}
	return durable.Disk{}.Write(folder(dir).databaseFile(), []byte(url+"\n"), secret)
}

// Controller returns what decides about passes, by the configuration as it is now.
func (o *Office) Controller(ctx context.Context) (*issue.Controller, error) {
	var config Config
	var keys keyState
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		if config, _, err = configOf(tx); err == nil {
			keys, err = keyStateOf(tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	key, err := o.issuing(keys)
	if err != nil {
		return nil, err
	}
	return issue.New(issue.Parts{Policy: config.Issuing(), Key: key, Rand: o.rand, Now: o.now, Books: books{o}})
}

// IssuingKey returns the key that passes and status lists are signed with. It fails
// with [ErrNoKey], [ErrExposed] and [ErrDamaged].
func (o *Office) IssuingKey() (*ecdsa.PrivateKey, error) {
	s, err := o.keyStateNow(context.Background())
	if err != nil {
		return nil, err
	}
	return o.issuing(s)
}

// Configuration returns the configuration as it is now, and its version.
func (o *Office) Configuration(ctx context.Context) (c Config, version int64, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		c, version, err = configOf(tx)
		return err
	})
	return c, version, err
}

// configOf fails with [ErrConfig] for a configuration that is another site's, or
// makes a real site of a demonstration.
func configOf(tx *store.Tx) (Config, int64, error) {
	row, err := tx.Site()
	if errors.Is(err, store.ErrNotFound) {
		return Config{}, 0, fmt.Errorf("%w: there is none in its database", ErrNotASite)
	}
	if err != nil {
		return Config{}, 0, err
	}
	c, err := decodeConfig(row.Config)
	if err == nil && (c.ID != row.ID || c.Demo != row.Demo) {
		err = fmt.Errorf("%w: a demonstration site stays one, and a real one never becomes one", ErrConfig)
	}
	return c, row.Version, err
}

// SetConfig changes the configuration of which a version was read. That is
// recorded first. It fails with [ErrConfig] and [store.ErrConflict].
func (o *Office) SetConfig(ctx context.Context, by string, version int64, c Config) error {
	c.Format, c.ID, c.Demo = Format, o.Config.ID, o.Config.Demo
	data, err := Encode(c)
	if err != nil {
		return err
	}
	return o.give(ctx, act{
		by: by, name: "site.change",
		check: func(tx *store.Tx) (map[string]string, error) {
			_, has, err := configOf(tx)
			if err == nil && has != version {
				err = store.ErrConflict
			}
			return map[string]string{"version": fmt.Sprint(version + 1)}, err
		},
		effect: func(tx *store.Tx) error { return tx.ChangeSite(version, data) },
	})
}
