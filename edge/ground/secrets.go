package ground

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
)

// loadSecrets opens what is on the disk. What cannot be opened is fetched again.
func (g *Ground) loadSecrets() {
	texts, err := g.folder.Secrets()
	if err == nil {
		g.secrets, err = g.openSecrets(texts)
	}
	if err != nil && !errors.Is(err, state.ErrMissing) {
		g.log.Error("the secrets on the disk cannot be used; they are fetched again", "error", err)
	}
}

// openSecrets opens what stations sealed, and makes one of it. Of two that tell
// the end of one key, the later one counts, and so does the later pepper. What
// does not open does not keep the rest from it.
func (g *Ground) openSecrets(texts [][]byte) (all bundle.Secrets, err error) {
	for _, text := range texts {
		s, bad := g.identity.Relay.OpenSecrets(text, g.identity.Site, g.identity.Door)
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		for _, e := range s.Sealing {
			all.Sealing = append(slices.DeleteFunc(all.Sealing, func(old bundle.EpochKey) bool {
				same := old.Key.ID() == e.Key.ID()
				if same {
					old.Key.Wipe()
				}
				return same
			}), e)
		}
		if s.Pepper.OK() {
			all.Pepper.Wipe()
			all.Pepper = s.Pepper
		}
	}
	if len(all.Sealing) > 0 || all.Pepper.OK() {
		err = nil
	}
	return all, err
}

// takeSecrets takes what the controller relays, if it is not what came last. A
// door that was removed while they were on their way takes none.
func (g *Ground) takeSecrets(texts [][]byte) error {
	g.writing.Lock()
	defer g.writing.Unlock()
	if g.Snapshot().Contact.Removed {
		return link.ErrRemoved
	}
	hash := sha256.Sum256(bytes.Join(texts, []byte{0}))
	if hash == g.fetched {
		return nil
	}
	s, err := g.openSecrets(texts)
	if err != nil {
		return err
	}
	if err := g.keepSecrets(s); err != nil {
		return err
	}
	g.fetched = hash
	g.log.Info("took the secrets of this door", "sealing keys", len(s.Sealing))
	return nil
}

// keepSecrets makes secrets count, without keys that are over or refused, and
// keeps them on the disk as one text, sealed by the door to itself, so that a
// key that is over is on the disk no longer. The caller holds writing.
func (g *Ground) keepSecrets(s bundle.Secrets) error {
	g.mu.Lock()
	var kept []bundle.EpochKey
	for _, e := range s.Sealing {
		if g.over(e) {
			e.Key.Wipe()
		} else {
			kept = append(kept, e)
		}
	}
	s.Sealing = kept
	g.wipeBut(s)
	g.secrets = s
	g.tell()
	g.mu.Unlock()
	return g.saveSecrets()
}

// saveSecrets keeps the secrets that count on the disk. If it fails, dropOver
// tries again. The caller holds writing.
func (g *Ground) saveSecrets() error {
	g.unsaved = true
	var texts [][]byte
	if s := g.secrets; len(s.Sealing) > 0 || s.Pepper.OK() {
		text, err := bundle.SealSecrets(g.identity.Relay.Public(), g.identity.Site, g.identity.Door, s)
		if err != nil {
			return err
		}
		texts = [][]byte{text}
	}
	if err := g.folder.SaveSecrets(texts); err != nil {
		return err
	}
	g.unsaved = false
	return nil
}

// wipeBut wipes the secrets that are held, if they are not among s. The caller
// holds mu.
func (g *Ground) wipeBut(s bundle.Secrets) {
	for _, old := range g.secrets.Sealing {
		if !slices.ContainsFunc(s.Sealing, func(e bundle.EpochKey) bool { return e.Key == old.Key }) {
			old.Key.Wipe()
		}
	}
	if g.secrets.Pepper != s.Pepper {
		g.secrets.Pepper.Wipe()
	}
}

// over says whether a sealing key must not be here any more: every pass that
// was made with it has expired, or the bundle refuses it. The caller holds
// writing.
func (g *Ground) over(e bundle.EpochKey) bool {
	return !g.keeper.Now().Before(e.Until) ||
		g.contents != nil && slices.Contains(g.contents.Bundle.Refused, e.Key.ID())
}

// dropOver deletes keys that are over, and those that the disk did not let go
// of the last time. The caller holds writing.
func (g *Ground) dropOver() {
	if !g.unsaved && !slices.ContainsFunc(g.secrets.Sealing, g.over) {
		return
	}
	if err := g.keepSecrets(g.secrets); err != nil {
		g.log.Error("sealing keys that are over could not be deleted", "error", err)
	}
}
