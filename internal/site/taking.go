package site

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// Taking a right away goes the other way round from giving one: the effect is
// first, and the record as soon as possible. A mark, written before anything
// else, is what the next start finds if it did not come to that.

// Marks begin with what is being taken away. That of a stolen member says so.
const (
	markMember = "member-"
	markPIN    = "pin-"
	markStolen = "stolen"
)

// Remove takes a door or station away. From then on it is refused, whatever it
// shows. If it was stolen, all the sealing keys that it was given are refused as
// well, and the pepper and all PINs of its zone. It fails with [ErrNoMember],
// and with issue.ErrNotRecorded once it is refused but that is not recorded yet.
func (o *Office) Remove(id pass.DoorID, stolen bool) error {
	m, err := o.f.readMember(id)
	if err != nil {
		return err
	}
	stolen = stolen || o.markedStolen(id)
	if m.State == Removed && (m.Stolen || !stolen) {
		return nil
	}
	m.State, m.Stolen = Removing, m.Stolen || stolen
	var why []byte
	if m.Stolen {
		why = []byte(markStolen)
	}
	queued := o.disk.Write(o.markPath(markMember+id.String()), why, secret)
	if err := o.putMember(m); err != nil {
		return errors.Join(err, queued)
	}
	return o.taken(queued, o.finishMember(m))
}

// RemoveCode takes a join code away that nobody has used; name is that of the
// door to be.
func (o *Office) RemoveCode(name string) error {
	all, err := names(o.f.join())
	if err != nil {
		return err
	}
	for _, file := range all {
		var c code
		path := jsonPath(o.f.join(), file)
		if err := readJSON(path, &c); err != nil {
			return err
		}
		if c.Name == name && c.Member == nil {
			if err := o.disk.Remove(path); err != nil {
				return err
			}
			return o.taken(nil, o.record().Site(o.now(), "join-code-removed", map[string]string{"name": name}))
		}
	}
	return fmt.Errorf("%w: %s", ErrNoMember, name)
}

// finishMember completes the removal of a member.
func (o *Office) finishMember(m Member) error {
	if m.Stolen {
		if err := o.refuse(m); err != nil {
			return err
		}
	}
	details := map[string]string{string(m.Kind): m.ID.String(), "name": m.Name}
	if m.Stolen {
		details["why"] = "stolen"
	}
	if err := o.record().Site(o.now(), string(m.Kind)+"-removed", details); err != nil {
		return err
	}
	m.State, m.Secrets = Removed, nil
	if err := o.putMember(m); err != nil {
		return err
	}
	return o.disk.Remove(o.markPath(markMember + m.ID.String()))
}

// taken says what came of taking something away that is refused by now.
func (o *Office) taken(queued, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %v", issue.ErrNotRecorded, errors.Join(err, queued))
}

func (o *Office) mark(name string) error { return o.disk.Write(o.markPath(name), nil, secret) }

func (o *Office) markPath(name string) string { return filepath.Join(o.f.taking(), name) }

// markedStolen says whether the removal of a stolen member was begun, of which
// perhaps nothing else is on the disk.
func (o *Office) markedStolen(id pass.DoorID) bool {
	why, err := os.ReadFile(o.markPath(markMember + id.String()))
	return err == nil && string(why) == markStolen
}

// finishTaking completes what was being taken away when a program stopped. One
// that fails hides no other.
func (o *Office) finishTaking() (all error) {
	marks, err := os.ReadDir(o.f.taking())
	if err != nil {
		return err
	}
	for _, mark := range marks {
		all = errors.Join(all, o.finishMark(mark.Name()))
	}
	if all != nil {
		all = fmt.Errorf("finish what was interrupted: %w", all)
	}
	return all
}

func (o *Office) finishMark(name string) error {
	if rest, ok := strings.CutPrefix(name, markPIN); ok {
		return o.finishPIN(rest)
	}
	rest, ok := strings.CutPrefix(name, markMember)
	id, err := pass.ParseDoorID(rest)
	if !ok || err != nil {
		return o.strangeMark(name)
	}
	m, err := o.f.readMember(id)
	switch {
	case err != nil:
		return err
	case m.Present() || !m.Stolen && o.markedStolen(id): // the mark was written, and nothing came of it
		return o.Remove(id, false)
	}
	return o.finishMember(m)
}

func (o *Office) strangeMark(name string) error {
	if strings.HasPrefix(name, ".") {
		return o.disk.Remove(filepath.Join(o.f.taking(), name)) // left half written
	}
	return fmt.Errorf("%w: %s has a mark %q", ErrDamaged, o.f.taking(), name)
}

// Refused is what is refused since a theft.
type Refused struct {
	// Epochs are sealing keys. Doors refuse every pass under them.
	Epochs []pass.KeyID `json:"epochs,omitempty"`
	// Peppers are the zones of which the pepper has to be newer than a time.
	Peppers map[string]time.Time `json:"peppers,omitempty"`
}

func (f folder) readRefused() (r Refused, err error) {
	if err := readJSON(f.refused(), &r); err != nil && !isNew(err) {
		return Refused{}, err
	}
	return r, nil
}

// refuse adds what a stolen door knew, and takes the PINs of its zone away: who
// has the pepper can try all codes.
func (o *Office) refuse(m Member) error {
	if m.Given.IsZero() {
		return nil // it knew nothing
	}
	r, err := o.f.readRefused()
	if err != nil {
		return err
	}
	for _, id := range m.Epochs {
		if !slices.Contains(r.Epochs, id) {
			r.Epochs = append(r.Epochs, id)
		}
	}
	if r.Peppers = maps.Clone(r.Peppers); r.Peppers == nil {
		r.Peppers = make(map[string]time.Time)
	}
	r.Peppers[m.Zone] = o.now().UTC()
	if err := writeJSON(o.disk, o.f.refused(), r); err != nil {
		return err
	}
	return o.revokePINs(m.Zone)
}

// ReadRefused returns what is refused at the site in a folder.
func ReadRefused(dir string) (Refused, error) { return folder(dir).readRefused() }
