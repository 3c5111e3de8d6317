package api

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// SiteInput is what the operator decides about a site.
type SiteInput struct {
	Name      string               `json:"name" min:"1" max:"80" doc:"What people call it"`
	Zones     []string             `json:"zones" min:"1" max:"64" each:"^[a-z0-9-]{1,24}$" doc:"Sets of doors"`
	Timezone  string               `json:"timezone" min:"1" max:"64" doc:"An IANA name such as Asia/Shanghai"`
	Policy    Policy               `json:"policy"`
	Rules     map[string]ZoneRules `json:"rules,omitempty" doc:"By zone: where it differs from what all zones have"`
	Offline   *Offline             `json:"offline,omitempty" doc:"For how long doors decide without the controller"`
	Desk      *DeskRules           `json:"desk,omitempty" doc:"About checks at desks"`
	Guests    Guests               `json:"guests"`
	KeepYears int                  `json:"keep_years" min:"3" max:"10" doc:"For how many years the pseudonymous record of a consent is kept after its end"`
}

// Policy is what passes may be.
type Policy struct {
	PlainDays   int    `json:"plain_days" min:"1" max:"731" doc:"The longest life of a plain pass; not below that of face passes"`
	FaceDays    int    `json:"face_days" min:"0" max:"731" doc:"The longest life of a face pass; 0 at a site without"`
	RequireLive bool   `json:"require_live" doc:"Refuse a face that looks like a picture of one"`
	Threshold   string `json:"threshold" min:"1" max:"32" doc:"The false match rate from which on two faces count as one person's, such as fmr-1e-4"`
}

// ZoneRules is what the doors of one zone do differently.
type ZoneRules struct {
	Title   map[string]string `json:"title,omitempty" doc:"What stands on the screen, by language tag"`
	Methods []string          `json:"methods,omitempty" max:"4" each:"^(plain|face|pin|phone)$" doc:"The ways in, never face alone"`
	Hours   string            `json:"hours,omitempty" max:"400" doc:"When the doors open, the same for every way in"`
	Budget  int               `json:"budget,omitempty" min:"0" max:"1000" doc:"How many failed showings of a face a door bears in ten minutes"`
	Prompts int               `json:"prompts,omitempty" min:"0" max:"3" doc:"How many movements its doors ask of whoever shows a face pass; each takes up to four seconds more, and what people read says so"`
	Light   bool              `json:"light,omitempty" doc:"Whether the screen changes its colour meanwhile; with prompts only"`
}

// Offline is for how long a door decides by itself, in hours.
type Offline struct {
	FaceHours  int `json:"face_hours" min:"1" max:"744"`
	PlainHours int `json:"plain_hours" min:"1" max:"744"`
}

// DeskRules is what is decided about checks at desks.
type DeskRules struct {
	TwoPeople bool     `json:"two_people" doc:"Where staff look, a second member of staff has to agree"`
	Claims    []string `json:"claims,omitempty" max:"9" doc:"What a result may say of a person; everything that there is if it is left away"`
}

// Guests are the limits of passes that holders make for guests.
type Guests struct {
	Most      int `json:"most" min:"0" max:"1000" doc:"How many one holder can have at once; 0 is none at all"`
	Hours     int `json:"hours" min:"1" max:"744" doc:"The longest life of one"`
	AheadDays int `json:"ahead_days" min:"0" max:"90" doc:"How many days ahead one may begin"`
}

// Site is the configuration of a site.
type Site struct {
	ID      string `json:"id"`
	Demo    bool   `json:"demo" doc:"A site for trying out, which can never become a real one"`
	Version int64  `json:"version" doc:"Counts changes; the ETag is made of it"`
	SiteInput
}

func (s Site) version() int64 { return s.Version }

func siteOf(c acts.SiteConfig) Site {
	p := c.Site.Policy
	made := Site{ID: c.Site.ID.String(), Demo: c.Site.Demo, Version: c.Version, SiteInput: SiteInput{
		Name: c.Site.Name, Zones: c.Site.Zones, Timezone: c.Site.Timezone, KeepYears: c.KeepYears,
		Policy: Policy{p.PlainDays, p.FaceDays, p.RequireLive, p.Threshold}, Guests: Guests(c.Guests),
	}}
	if len(c.Site.Rules) > 0 {
		made.Rules = make(map[string]ZoneRules)
		for zone, r := range c.Site.Rules {
			made.Rules[zone] = ZoneRules(r)
		}
	}
	if c.Site.Offline != nil {
		offline := Offline(*c.Site.Offline)
		made.Offline = &offline
	}
	if c.Site.Desk != nil {
		desk := DeskRules(*c.Site.Desk)
		made.Desk = &desk
	}
	return made
}

// over puts what was sent in the place of what there is.
func (in SiteInput) over(c acts.SiteConfig) acts.SiteConfig {
	c.Site.Name, c.Site.Zones, c.Site.Timezone = in.Name, in.Zones, in.Timezone
	c.Site.Policy = site.Policy{
		PlainDays: in.Policy.PlainDays, FaceDays: in.Policy.FaceDays, RequireLive: in.Policy.RequireLive, Threshold: in.Policy.Threshold,
	}
	c.Site.Rules, c.Site.Offline, c.Site.Desk = nil, nil, nil
	for zone, r := range in.Rules {
		if c.Site.Rules == nil {
			c.Site.Rules = make(map[string]site.Rules)
		}
		c.Site.Rules[zone] = site.Rules(r)
	}
	if in.Offline != nil {
		offline := site.Offline(*in.Offline)
		c.Site.Offline = &offline
	}
	if in.Desk != nil {
		desk := site.Desk(*in.Desk)
		c.Site.Desk = &desk
	}
	c.Guests, c.KeepYears = acts.GuestLimits(in.Guests), in.KeepYears
	return c
}

func getSite(c call, _ request[nothing]) (Site, error) {
	s, err := c.api.with.Acts.SiteConfig(c.ctx)
	return siteOf(s), err
}

func changeSite(c call, in request[SiteInput]) (Site, error) {
	now, err := c.api.with.Acts.SiteConfig(c.ctx)
	if err != nil {
		return Site{}, err
	}
	made, err := c.api.with.Acts.ChangeSite(c.ctx, c.actor, in.version, in.body.over(now))
	if errors.Is(err, bundle.ErrOnlyWay) {
		err = invalid(Fault{"rules", "would make a face the only way in"})
	}
	return siteOf(made), changed(err)
}

// DoorList are the doors, stations and desks of a site.
type DoorList struct {
	Doors []Door `json:"doors"`
}

// Door is a door, a station or a desk.
type Door struct {
	ID          string    `json:"id" pattern:"^[0-9a-f]{16}$"`
	Kind        string    `json:"kind" enum:"door,station,desk"`
	Name        string    `json:"name"`
	Zone        string    `json:"zone,omitempty"`
	Origin      string    `json:"origin,omitempty" doc:"Where browsers find a desk"`
	State       string    `json:"state" enum:"joined,approved,removing"`
	Fingerprint string    `json:"fingerprint" doc:"What a person compares with the one on its screen"`
	Joined      time.Time `json:"joined"`
}

func listDoors(c call, _ request[nothing]) (DoorList, error) {
	found, err := c.api.with.Acts.Doors(c.ctx, c.actor)
	list := DoorList{Doors: []Door{}}
	for _, d := range found {
		list.Doors = append(list.Doors, Door{d.ID.String(), string(d.Kind), d.Name, d.Zone, d.Origin, string(d.State), d.Fingerprint, d.Joined})
	}
	return list, err
}

// JoinInput is whom a code is to let in.
type JoinInput struct {
	Kind   string `json:"kind" enum:"door,station,desk"`
	Name   string `json:"name" min:"1" max:"80"`
	Zone   string `json:"zone,omitempty" pattern:"^[a-z0-9-]{1,24}$" doc:"Of a door"`
	Origin string `json:"origin,omitempty" max:"300" doc:"Of a desk: where browsers find it, such as https://desk.example:8443, and nothing after it"`
}

// JoinCode lets one door, station or desk in, once.
type JoinCode struct {
	Code    string    `json:"code" doc:"What is given to facelatch edge join, station join or desk join. It is told here and never again"`
	Expires time.Time `json:"expires"`
}

func makeJoinCode(c call, in request[JoinInput]) (JoinCode, error) {
	code, err := c.joinCode(in.body)
	if err != nil {
		return JoinCode{}, err
	}
	text, err := c.api.with.JoinText(code)
	return JoinCode{text, code.Expires}, err
}

// joinCode makes a code for whoever is to join.
func (c call) joinCode(in JoinInput) (acts.JoinCode, error) {
	desk := in.Kind == string(site.KindDesk)
	switch {
	case desk && in.Zone != "":
		return acts.JoinCode{}, invalid(Fault{"zone", "is a door's"})
	case desk:
		return c.api.with.Acts.MakeDeskCode(c.ctx, c.actor, in.Name, in.Origin)
	case in.Origin != "":
		return acts.JoinCode{}, invalid(Fault{"origin", "is a desk's"})
	}
	return c.api.with.Acts.MakeJoinCode(c.ctx, c.actor, site.Kind(in.Kind), in.Name, in.Zone)
}

func removeDoor(c call, in request[nothing]) (nothing, error) {
	id, err := pass.ParseDoorID(in.values["door"])
	if err != nil {
		return nothing{}, acts.ErrNotFound
	}
	return nothing{}, c.api.with.Acts.RemoveDoor(c.ctx, c.actor, id, in.values["stolen"] == "true")
}

// Ledger is how the ledger stands.
type Ledger struct {
	Checkpoint string `json:"checkpoint,omitempty" doc:"The newest that was published (C2SP tlog-checkpoint); missing if there is none"`
	SiteActs   int    `json:"site_acts" doc:"How many acts about the site there were this month"`
	Queue      int    `json:"queue" doc:"How many entries wait to be recorded"`
}

func getLedger(c call, _ request[nothing]) (Ledger, error) {
	s, err := c.api.with.Acts.LedgerStatus(c.ctx)
	return Ledger{string(s.Checkpoint), s.SiteActs, s.Queue}, err
}
