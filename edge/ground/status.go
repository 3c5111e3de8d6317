package ground

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/edge/config"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/edge/link"
	"github.com/facelatch/facelatch/edge/state"
	"github.com/facelatch/facelatch/edge/timekeeper"
)

// Status is what an operator can see of a door from its folder, whether it runs
// or not. Nothing in it is about a passage.
type Status struct {
	Door        string    `json:"id"`
	Name        string    `json:"name"`
	Zone        string    `json:"zone"`
	Site        string    `json:"site"`
	Demo        bool      `json:"demo,omitempty"`
	Controller  string    `json:"controller"`
	Fingerprint string    `json:"fingerprint"`
	Certificate time.Time `json:"certificate_until"`
	// Authority is the SHA-256 fingerprint of the certificate that the tablet has
	// to trust, as tablets show it.
	Authority string `json:"authority_fingerprint"`
	// Running is whether a program has the folder.
	Running bool `json:"running"`
	// Approved is whether a station has given the door its secrets.
	Approved bool `json:"approved"`
	// Bundle is the number of the bundle, 0 for none, and Issued when it was
	// signed.
	Bundle uint64     `json:"bundle"`
	Issued *time.Time `json:"bundle_issued,omitempty"`
	// Valid is how many passes the lists that the bundle names hold for valid,
	// whether or not their time is over: what an auditor compares with the ledger.
	Valid *int `json:"valid_passes,omitempty"`
	// Plain and Face are for how many seconds it can still be used offline.
	Plain int64 `json:"plain_left_seconds"`
	Face  int64 `json:"face_left_seconds"`
	// Distrusted is whether the disk was not as it was left.
	Distrusted bool `json:"distrusted,omitempty"`
	// Methods are the ways in that are accepted.
	Methods string `json:"methods,omitempty"`
	// Prompts is how many movements the zone asks of whoever shows a face pass, and
	// Light whether the screen changes its colour meanwhile. Whether the door's models
	// can see them only the running door knows.
	Prompts int  `json:"prompts,omitempty"`
	Light   bool `json:"light,omitempty"`
	// Wrong says why there are none.
	Wrong string `json:"wrong,omitempty"`
}

// Look reads the status of the door of a configuration. It writes nothing. It
// fails with [state.ErrNotJoined], and where files cannot be read.
func Look(c config.Config, clock timekeeper.Clock) (Status, error) {
	f, running := state.Peek(c.State)
	i, err := f.Identity()
	if err != nil {
		return Status{}, err
	}
	defer i.Relay.Wipe()
	s := Status{
		Door: i.Door.String(), Name: i.Name, Zone: i.Zone, Site: i.Site.String(), Demo: i.Demo,
		Controller: i.Controller, Certificate: i.Certificate.NotAfter, Running: running,
		Authority: kiosk.Fingerprint(i.Authority),
	}
	if s.Fingerprint, err = i.Fingerprint(); err != nil {
		return Status{}, err
	}
	if c.Controller != "" {
		s.Controller = c.Controller
	}
	_, err = f.Secrets()
	s.Approved = err == nil
	if err := s.look(f, i, c, clock); err != nil {
		return s, err
	}
	return s, s.over(clock)
}

// over says so where the door was away for longer than its certificate is good:
// then no bundle reaches it any more.
func (s *Status) over(clock timekeeper.Clock) error {
	now, err := clock.Read()
	if err != nil || s.Plain > 0 || now.Wall.Before(s.Certificate) {
		return err
	}
	s.Methods, s.Wrong = "", link.ErrOver.Error()
	return nil
}

// look reads what there is of a bundle.
func (s *Status) look(f *state.Folder, i *state.Identity, c config.Config, clock timekeeper.Clock) error {
	signers, err := bundle.Keys(i.Signers)
	if err != nil {
		return err
	}
	b, err := f.Bundle(signers, i.Site)
	if errors.Is(err, state.ErrMissing) {
		s.Wrong = "there is no bundle yet"
		return nil
	}
	if err != nil {
		return err
	}
	s.Bundle, s.Issued = b.Number, &b.Issued
	if c, err := state.Assemble(b, i.Zone, nil, f.Object); err == nil {
		n := c.Valid()
		s.Valid = &n
	}
	zone, _ := b.Zone(i.Zone)
	s.Prompts, s.Light = zone.Prompts, zone.Light
	if methods, err := c.Accepted(zone.Methods); err != nil {
		s.Wrong = err.Error()
	} else {
		s.Methods = methods.String()
	}
	m, err := f.LoadMark()
	if errors.Is(err, timekeeper.ErrNoMark) {
		return nil // it was never started
	}
	if err != nil {
		return err
	}
	now, err := clock.Read()
	if err != nil {
		return err
	}
	t := timekeeper.Begin(m, now)
	s.Plain, s.Face = int64(t.Left(b.PlainLife)/time.Second), int64(t.Left(b.FaceLife)/time.Second)
	s.Distrusted = m.Distrusted
	return nil
}
