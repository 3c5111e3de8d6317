// Package link is how a desk is connected to its controller: it joins, fetches its
// configuration and keeps it for when the controller is away, renews its
// certificate, and reports how checks ended, in rounded counts.
//
// It never asks about a person and never says anything of one: there is no request
// in which that would fit.
package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
)

// ErrAnswer is returned for an answer of the controller that cannot be used.
var ErrAnswer = errors.New("the controller's answer cannot be used")

// Link is the connection of one desk. Its methods may be called at once.
type Link struct {
	folder *state.Folder
	client *member.Client
	now    func() time.Time

	mu     sync.Mutex
	id     *state.Identity     // guarded by mu, as are those below
	config *doorapi.DeskConfig // nil before the first
	tag    string              // that of config, "" for one from the folder
	data   []byte              // config as it came
	heard  time.Time           // when the controller last said that config holds
	saved  time.Time           // when data was saved
	change chan struct{}       // closed when config changes
}

// Open reads who the desk is, and the configuration that it had last. It does not
// connect yet. It fails with [state.ErrNotJoined] and [state.ErrDamaged].
func Open(folder *state.Folder, now func() time.Time) (*Link, error) {
	id, err := folder.Identity()
	if err != nil {
		return nil, err
	}
	l := &Link{folder: folder, now: now, id: id, change: make(chan struct{})}
	l.client = member.NewClient("https://"+id.Controller, l.tls(id))
	data, err := folder.Configuration()
	switch {
	case errors.Is(err, state.ErrMissing):
		return l, nil
	case err != nil:
		return nil, err
	}
	// One that an older version wrote may say less; the next one replaces it.
	l.config, _ = l.read(data)
	l.data = data
	if l.saved, err = folder.ConfigurationSaved(); err != nil {
		return nil, err
	}
	l.heard = l.saved
	return l, nil
}

// tls returns what the desk shows to its controller, and believes.
func (l *Link) tls(id *state.Identity) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(id.Authority)
	return &tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: roots, ServerName: doorapi.ServerName, Time: l.now, Certificates: []tls.Certificate{id.TLS()},
	}
}

// Close ends what waits at the controller.
func (l *Link) Close() { l.client.Close() }

// Identity returns who the desk is.
func (l *Link) Identity() *state.Identity {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id
}

// Config returns what the controller said last, and a channel that is closed when it
// says something else. It is nil before the controller was ever heard; nobody may
// change it.
func (l *Link) Config() (*doorapi.DeskConfig, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.config, l.change
}

// Heard returns when the controller last said what holds, to a day where that was
// before the start; the zero time for never.
func (l *Link) Heard() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard
}

// saveEach is how often a configuration that stays the same is saved anew, so that its
// file says on which day the controller was heard.
const saveEach = 24 * time.Hour

// hold notes that the controller said that what there is holds.
func (l *Link) hold() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = l.now()
	if l.data == nil || l.heard.Sub(l.saved) < saveEach {
		return nil
	}
	l.saved = l.heard
	return l.folder.SaveConfiguration(l.data)
}

// Fetch asks for the configuration once, and waits for a newer one than the last if
// wait is set, as long as a controller lets it. It fails with [member.ErrAway],
// [ErrAnswer], what the folder says and a [*doorapi.Problem].
func (l *Link) Fetch(ctx context.Context, wait bool) error {
	l.mu.Lock()
	last := l.tag
	l.mu.Unlock()
	path := doorapi.PathDeskConfig
	if wait && last != "" {
		path += "?wait=1"
	}
	data, tag, err := l.client.Changed(ctx, path, last)
	if err != nil {
		return err
	}
	if data == nil {
		return l.hold()
	}
	config, err := l.read(data)
	if err != nil {
		return err
	}
	// What it takes away counts at once, whatever the disk says. Saved under the lock,
	// the file is never older than what is in memory.
	l.mu.Lock()
	defer l.mu.Unlock()
	l.config, l.tag, l.data, l.heard, l.saved = config, tag, data, l.now(), l.now()
	close(l.change)
	l.change = make(chan struct{})
	return l.folder.SaveConfiguration(data)
}

// read is what a configuration says, if it is this desk's.
func (l *Link) read(data []byte) (*doorapi.DeskConfig, error) {
	var c doorapi.DeskConfig
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if own := l.Identity(); c.ID != own.Desk || c.Site != own.Site {
		return nil, fmt.Errorf("%w: it is for another desk", ErrAnswer)
	}
	return &c, nil
}
