package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/member"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// About returns what the controller says of the site.
func (s *Station) About(ctx context.Context) (about doorapi.Site, err error) {
	err = s.client.Ask(ctx, "GET", doorapi.PathSite, nil, &about)
	return about, err
}

// Receipt returns the signed receipt of the consent under which a pass was made.
func (s *Station) Receipt(ctx context.Context, id pass.ID) ([]byte, error) {
	var receipt json.RawMessage
	err := s.client.Ask(ctx, "GET", strings.Replace(doorapi.PathReceipt, "{id}", id.String(), 1), nil, &receipt)
	return receipt, err
}

// Attester is what consents say of where they were given.
func (s *Station) Attester() string { return "station-" + s.ID.String() }

// Config returns what [site.Config] says that a station goes by: id, name, zones,
// time zone, policy, and whether it is a demonstration.
func (s *Station) Config(ctx context.Context) (site.Config, error) {
	about, err := s.About(ctx)
	if err != nil {
		return site.Config{}, err
	}
	if _, err := time.LoadLocation(about.Timezone); err != nil || about.ID != s.Site {
		return site.Config{}, fmt.Errorf("the controller's answer is not about this site, or of a time zone that is unknown here (%q)", about.Timezone)
	}
	return site.Config{
		Format: site.Format, ID: about.ID, Name: about.Name, Zones: about.Zones, Timezone: about.Timezone, Demo: about.Demo,
		Policy: site.Policy{PlainDays: about.PlainDays, FaceDays: about.FaceDays, RequireLive: about.RequireLive, Threshold: about.Threshold},
	}, nil
}

// Vault takes hold of the station's own keys until it is closed, once the
// controller has said which of them are refused since a theft: a key that may
// have been stolen is not used because the network was away.
func (s *Station) Vault(ctx context.Context) (*site.Vault, error) {
	about, err := s.About(ctx)
	if err != nil {
		return nil, err
	}
	if !about.Time.IsZero() {
		if err := s.times().note(about.Time); err != nil {
			return nil, err
		}
	}
	v, err := site.OpenVault(s.dir, s.Site, acts{ctx, s}, s.now)
	if err != nil {
		return nil, err
	}
	v.Refused = site.Refused{Epochs: about.Refused, Peppers: about.Peppers}
	return v, nil
}

// acts is a [site.Ledger]: the controller's record, and its clock.
type acts struct {
	ctx     context.Context
	station *Station
}

// Tell is a method of [site.Ledger].
func (a acts) Tell(_ time.Time, act string, details map[string]string) error {
	return a.station.client.Ask(a.ctx, "POST", doorapi.PathActs, doorapi.Act{Act: act, Details: details}, nil)
}

// Since is a method of [site.Ledger]. The record is not here; what stands in its
// place are the times that the controller told, of which a few are kept.
func (a acts) Since(t time.Time) (time.Time, error) { return a.station.times().since(t) }

// Doors returns the doors of the site, as the controller says. The fingerprint of
// each is computed here.
func (s *Station) Doors(ctx context.Context) ([]doorapi.Door, error) {
	var r doorapi.DoorsResponse
	if err := s.client.Ask(ctx, "GET", doorapi.PathDoors, nil, &r); err != nil {
		return nil, err
	}
	for i, d := range r.Doors {
		r.Doors[i].Fingerprint = bundle.Fingerprint(d.TLSKey, d.RelayKey)
	}
	return r.Doors, nil
}

// Approve gives a door its secrets after a person read its fingerprint on the
// door's own screen. name is its id or name. v is the station's. It fails with
// [site.ErrNoMember] and [site.ErrFingerprint].
func (s *Station) Approve(ctx context.Context, v *site.Vault, name, fingerprint string) (doorapi.Door, error) {
	doors, err := s.Doors(ctx)
	if err != nil {
		return doorapi.Door{}, err
	}
	for _, d := range doors {
		if d.Name != name && d.ID.String() != name {
			continue
		}
		m := site.Member{ID: d.ID, Kind: site.KindDoor, Zone: d.Zone, TLSKey: d.TLSKey, RelayKey: d.RelayKey}
		if err := v.Compare(m, fingerprint); err != nil {
			return d, err
		}
		return d, s.relay(ctx, v, d.ID)
	}
	return doorapi.Door{}, fmt.Errorf("%w: %s", site.ErrNoMember, name)
}

// RelayAll gives every door that was approved here what it needs and does not
// have yet: after a new sealing key was made, or a door was stolen.
func (s *Station) RelayAll(ctx context.Context, v *site.Vault) error {
	doors, err := s.Doors(ctx)
	if err != nil {
		return err
	}
	for _, d := range doors {
		if err := s.relay(ctx, v, d.ID); err != nil && !errors.Is(err, site.ErrNotCompared) {
			return err
		}
	}
	return nil
}

func (s *Station) relay(ctx context.Context, v *site.Vault, id pass.DoorID) error {
	r, err := v.Relay(id)
	if err != nil || r == nil {
		return err
	}
	body := doorapi.SecretsRequest{Secrets: [][]byte{r.Text}, Fingerprint: r.Fingerprint}
	for _, epoch := range r.Epochs {
		body.Epochs = append(body.Epochs, epoch.String())
	}
	if err := s.client.Ask(ctx, "PUT", "/v1/doors/"+id.String()+"/secrets", body, nil); err != nil {
		return err
	}
	return v.Relayed(r)
}

// numberTries is how often a number is drawn that nobody has.
const numberTries = 20

// IssuePIN makes a PIN and returns it with its code, which is kept nowhere. v is
// the station's.
func (s *Station) IssuePIN(ctx context.Context, v *site.Vault, zones []string, notBefore, expires time.Time, hours pass.Schedule) (number, code string, err error) {
	for range numberTries {
		p, code, err := v.MakePIN(zones, notBefore, expires, hours)
		if err != nil {
			return "", "", err
		}
		if err := s.RelayAll(ctx, v); err != nil { // a pepper may be new
			return "", "", err
		}
		body := doorapi.PIN{Number: p.Number, NotBefore: p.NotBefore, Expires: p.Expires, Hours: hours.String()}
		for _, z := range p.Zones {
			body.Zones = append(body.Zones, doorapi.PINEntry{Zone: z.Zone, Salt: z.Salt[:], Tag: z.Tag[:]})
		}
		err = s.client.Ask(ctx, "POST", doorapi.PathPINs, body, nil)
		if !member.IsProblem(err, doorapi.ProblemConflict) {
			return p.Number, code, err
		}
	}
	return "", "", site.ErrNumber
}

// RevokePIN takes a PIN away, by its number.
func (s *Station) RevokePIN(ctx context.Context, number string) error {
	return s.client.Ask(ctx, "DELETE", doorapi.PathPINs+"/"+number, nil, nil)
}

// Close closes connections that nobody uses.
func (s *Station) Close() { s.client.Close() }
