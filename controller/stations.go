package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// site tells a station what it needs to know.
func (s *Controller) site(c call) error {
	config, _, err := s.office.Configuration(c.r.Context())
	if err != nil {
		return err
	}
	refused, err := s.office.Refused(c.r.Context())
	if err != nil {
		return err
	}
	titles, prompts := make(map[string]map[string]string), make(map[string]int)
	for zone, rules := range config.Rules {
		titles[zone] = rules.Title
		if rules.Prompts > 0 {
			prompts[zone] = rules.Prompts
		}
	}
	notices, err := s.notices(c.r.Context())
	if err != nil {
		return err
	}
	return c.write(doorapi.Site{
		Titles: titles, Prompts: prompts, Notices: notices, Time: s.now(),
		ID: config.ID, Name: config.Name, Demo: config.Demo, Timezone: config.Timezone, Zones: config.Zones,
		PlainDays: config.Policy.PlainDays, FaceDays: config.Policy.FaceDays, RequireLive: config.Policy.RequireLive, Threshold: config.Policy.Threshold,
		Refused: refused.Epochs, Peppers: refused.Peppers,
	})
}

// notices are what people agree to here, by rule set.
func (s *Controller) notices(ctx context.Context) (map[string]json.RawMessage, error) {
	all := make(map[string]json.RawMessage)
	for _, rules := range []consent.Rules{consent.Everybody, consent.Children} {
		n, err := s.office.CurrentNotice(ctx, rules)
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
	data, err := s.office.Receipt(c.r.Context(), id)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", doorapi.TypeReceipt)
	_, _ = c.w.Write(data) // whoever asked may be gone
	return nil
}

// doors lists them for a station, which computes fingerprints itself.
func (s *Controller) doors(c call) error {
	all, err := s.office.Members(c.r.Context())
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
	err = s.office.Approve(c.r.Context(), by(c), id, body.Fingerprint, body.Secrets, epochs)
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
	err = s.office.Tell(c.r.Context(), by(c), body.Act, details)
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
	err = s.office.AddPIN(c.r.Context(), p)
	if err != nil {
		return err
	}
	return c.done()
}

func (s *Controller) revokePIN(c call) error {
	if _, err := s.office.RevokePIN(c.r.Context(), c.r.PathValue("number")); err != nil {
		return err
	}
	return c.done()
}

// by is how the ledger names a station.
func by(c call) string { return site.ByStation(c.from.ID) }
