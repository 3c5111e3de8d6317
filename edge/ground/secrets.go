package ground

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/facelatch/facelatch/bundle"
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
			all.Sealing = slices.DeleteFunc(all.Sealing, func(old bundle.EpochKey) bool { return old.Key.ID() == e.Key.ID() })
			all.Sealing = append(all.Sealing, e)
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

// takeSecrets takes what the controller relays, if it is not what came last.
func (g *Ground) takeSecrets(texts [][]byte) error {
	g.writing.Lock()
	defer g.writing.Unlock()
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
	if len(s.Sealing) == 0 && !s.Pepper.OK() {
		return g.folder.SaveSecrets(nil)
	}
	text, err := bundle.SealSecrets(g.identity.Relay.Public(), g.identity.Site, g.identity.Door, s)
	if err != nil {
		return err
	}
	return g.folder.SaveSecrets([][]byte{text})
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

// dropOver deletes keys that are over. The caller holds writing.
func (g *Ground) dropOver() {
	if !slices.ContainsFunc(g.secrets.Sealing, g.over) {
		return
	}
	if err := g.keepSecrets(g.secrets); err != nil {
		g.log.Error("sealing keys that are over could not be deleted", "error", err)
	}
}
