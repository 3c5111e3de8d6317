package controller

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// site tells a station what it needs to know.
func (s *Controller) site(c call) error {
	config, err := site.Read(s.dir)
	if err != nil {
		return err
	}
	refused, err := site.ReadRefused(s.dir)
	if err != nil {
		return err
	}
	titles := make(map[string]map[string]string)
	for zone, rules := range config.Rules {
		titles[zone] = rules.Title
	}
	notices, err := s.notices()
	if err != nil {
		return err
	}
	return c.write(doorapi.Site{
		Titles: titles, Notices: notices, Time: s.now(),
		ID: config.ID, Name: config.Name, Demo: config.Demo, Timezone: config.Timezone, Zones: config.Zones,
		PlainDays: config.Policy.PlainDays, FaceDays: config.Policy.FaceDays, RequireLive: config.Policy.RequireLive, Threshold: config.Policy.Threshold,
		Refused: refused.Epochs, Peppers: refused.Peppers,
	})
}

// notices are what people agree to here, by rule set.
func (s *Controller) notices() (map[string]json.RawMessage, error) {
	all := make(map[string]json.RawMessage)
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		n, err := site.CurrentNotice(s.dir, rules)
		if errors.Is(err, consent.ErrDraft) {
			continue // nobody can agree to it
		}
		if err != nil {
			return nil, err
		}
		if all[string(rules)], err = n.Encode(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// receipt hands a station the receipt of a consent, for whoever gave it there.
func (s *Controller) receipt(c call) error {
	id, err := pass.ParseID(c.r.PathValue("id"))
	if err != nil {
		return issue.ErrUnknown
	}
	data, err := site.Receipt(s.dir, id, s.now())
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", doorapi.TypeReceipt)
	_, _ = c.w.Write(data) // whoever asked may be gone
	return nil
}

// doors lists them for a station, which computes fingerprints itself.
func (s *Controller) doors(c call) error {
	all, err := site.ReadMembers(s.dir)
	if err != nil {
		return err
	}
	answer := doorapi.DoorsResponse{Doors: []doorapi.Door{}}
	for _, m := range all {
		if m.Kind == site.KindDoor {
			answer.Doors = append(answer.Doors, doorapi.Door{
				ID: m.ID, Name: m.Name, Zone: m.Zone, TLSKey: m.TLSKey, RelayKey: m.RelayKey,
				Fingerprint: m.Fingerprint(), Approved: m.State == site.Approved, Epochs: m.Epochs,
			})
		}
	}
	return c.write(answer)
}

// putSecrets keeps what a station sealed to a door.
func (s *Controller) putSecrets(c call) error {
	id, err := pass.ParseDoorID(c.r.PathValue("id"))
	if err != nil {
		return site.ErrNoMember
	}
	var body doorapi.SecretsRequest
	if err := c.read(&body); err != nil {
		return err
	}
	epochs := make([]pass.KeyID, len(body.Epochs))
	for i, text := range body.Epochs {
		if err := epochs[i].UnmarshalText([]byte(text)); err != nil {
			return badRequest(err.Error())
		}
	}
	err = s.office.do(c.r.Context(), func(o *site.Office) error { return o.Approve(id, body.Fingerprint, body.Secrets, epochs) })
	if err != nil {
		return err
	}
	return c.done()
}

// act records what a station is about to do, or did.
func (s *Controller) act(c call) error {
	var body doorapi.Act
	if err := c.read(&body); err != nil {
		return err
	}
	if !slices.Contains(doorapi.StationActs(), body.Act) {
		return badRequest(fmt.Sprintf("%q is no act of a station", body.Act))
	}
	details, err := actDetails(body.Details)
	if err != nil {
		return err
	}
	details["station"] = c.from.ID.String()
	err = s.office.do(c.r.Context(), func(o *site.Office) error { return o.Tell(body.Act, details) })
	if err != nil {
		return err
	}
	return c.done()
}

// actDetails lets through what an act of a station may say, and nothing that
// could be about a person: the record keeps it for good.
func actDetails(said map[string]string) (map[string]string, error) {
	details := make(map[string]string)
	for name, value := range said {
		var key pass.KeyID
		switch {
		case name == "sealing-key" && key.UnmarshalText([]byte(value)) == nil:
		case name == "zone" && pass.CheckZone(value) == nil:
		default:
			return nil, badRequest(fmt.Sprintf("an act does not say %q: %q", name, value))
		}
		details[name] = value
	}
	return details, nil
}

func (s *Controller) addPIN(c call) error {
	var body doorapi.PIN
	if err := c.read(&body); err != nil {
		return err
	}
	p := site.PIN{Number: body.Number, NotBefore: body.NotBefore, Expires: body.Expires}
	var err error
	if p.Schedule, err = pass.ParseSchedule(body.Hours); err != nil {
		return badRequest(err.Error())
	}
	for _, z := range body.Zones {
		if len(z.Salt) != 16 || len(z.Tag) != 32 {
			return badRequest("a salt has 16 bytes, and a tag 32")
		}
		p.Zones = append(p.Zones, site.PINZone{Zone: z.Zone, Salt: [16]byte(z.Salt), Tag: [32]byte(z.Tag)})
	}
	err = s.office.do(c.r.Context(), func(o *site.Office) error { return o.AddPIN(p) })
	if err != nil {
		return err
	}
	return c.done()
}

func (s *Controller) revokePIN(c call) error {
	err := s.office.do(c.r.Context(), func(o *site.Office) error {
		_, err := o.RevokePIN(c.r.PathValue("number"))
		return err
	})
	if err != nil {
		return err
	}
	return c.done()
}

// prepare is a step of [issue.Office], as are those that follow.
func (s *Controller) prepare(c call) error {
	var body doorapi.PrepareRequest
	if err := c.read(&body); err != nil {
		return err
	}
	r := issue.Request{Zones: body.Zones, NotBefore: body.NotBefore, Expires: body.Expires, Models: body.Models}
	var err error
	if r.Schedule, err = pass.ParseSchedule(body.Hours); err != nil {
		return badRequest(err.Error())
	}
	if r.Holder, err = issue.ParseHolder(body.Holder); err != nil {
		return badRequest(err.Error())
	}
	if body.Consent != nil {
		if r.Consent, err = consent.Decode(body.Consent); err != nil {
			return badRequest(err.Error())
		}
	}
	b, err := s.office.prepare(c.r.Context(), c.from.ID, r)
	if err != nil {
		return err
	}
	return c.write(doorapi.Binding{Site: b.Site, ID: b.ID, Expires: b.Expires, Consent: b.Consent})
}

func (s *Controller) sign(c call) error {
	var body doorapi.SignRequest
	if err := c.read(&body); err != nil {
		return err
	}
	var sealed [32]byte
	if body.Sealed != nil {
		if len(body.Sealed) != len(sealed) {
			return badRequest("a SHA-256 has 32 bytes")
		}
		sealed = [32]byte(body.Sealed)
	}
	var signed []byte
	err := s.office.step(c.from.ID, body.ID, false, func(o *issue.Controller) (err error) {
		signed, err = o.Sign(body.ID, sealed)
		return err
	})
	if err != nil {
		return err
	}
	return c.write(doorapi.SignResponse{Signed: signed})
}

func (s *Controller) complete(c call) error {
	return s.last(c, func(o *issue.Controller, id pass.ID) error { return o.Complete(id) })
}

func (s *Controller) abandon(c call) error {
	return s.last(c, func(o *issue.Controller, id pass.ID) error { return o.Abandon(id) })
}

// last is a step that ends a session.
func (s *Controller) last(c call, step func(*issue.Controller, pass.ID) error) error {
	var body doorapi.PassRequest
	if err := c.read(&body); err != nil {
		return err
	}
	err := s.office.step(c.from.ID, body.ID, true, func(o *issue.Controller) error { return step(o, body.ID) })
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
