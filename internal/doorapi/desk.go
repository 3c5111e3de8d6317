package doorapi

import (
	"encoding/json"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/pass"
)

// KindDesk is a counter at which staff check that somebody is the holder of a
// document. It gets its configuration and nothing else: no bundle, no secret and
// no part in issuing.
const KindDesk = "desk"

const (
	// PathDeskConfig answers a desk's GET with [DeskConfig], with an ETag. With
	// If-None-Match and the query parameter wait=1 it answers once that has
	// changed, and 304 if it has not within [PollTime].
	PathDeskConfig = "/v1/desk/config"
	// PathDeskReport takes a desk's [DeskReport] by POST.
	PathDeskReport = "/v1/desk/report"
	// PathCounter is where a desk, at its own address, takes the form with which
	// an operator's browser brings a ticket: a POST with the one field
	// [FieldTicket].
	PathCounter = "/counter/open"
	// FieldTicket is the field of that form; see [VerifyTicket].
	FieldTicket = "ticket"
)

// DeskConfig is all that a desk needs to know of its site. It works with what it
// had last while the controller is away.
type DeskConfig struct {
	// Site is the id of the site, Demo says that it is a demonstration, and
	// Timezone is where its days begin (IANA).
	Site     pass.SiteID `json:"site"`
	SiteName string      `json:"site_name"`
	Demo     bool        `json:"demo,omitempty"`
	Timezone string      `json:"timezone"`
	// ID, Name and Origin are the desk's own. Origin is where browsers find it,
	// such as https://desk.example: no path, and no slash at the end.
	ID     pass.DoorID `json:"id"`
	Name   string      `json:"name"`
	Origin string      `json:"origin"`
	// Parties are those who may ask for results here, by id: each as party.Decode
	// reads it.
	Parties []json.RawMessage `json:"parties"`
	Policy  DeskPolicy        `json:"policy"`
	// Notice is what people are told here; nil is the program's own, [OwnNotice].
	Notice *DeskNotice `json:"notice,omitempty"`
	// TicketKeys are the public keys of the controllers' tickets.
	TicketKeys jose.JSONWebKeySet `json:"ticket_keys"`
}

// DeskPolicy is what the operator decides about checks.
type DeskPolicy struct {
	// RequireLive refuses a face that looks like a picture of one.
	RequireLive bool `json:"require_live"`
	// TwoPeople says that, where staff look, a second member of staff has to
	// agree.
	TwoPeople bool `json:"two_people"`
	// Claims are those that a result may have at this site, of party.Claims.
	Claims []string `json:"claims"`
}

// DeskReport is what a desk counted on a day that is over: how checks ended, and
// nothing about whose they were. It is rounded as [Counts] is, and sent once.
type DeskReport struct {
	// Day is a date at the site, such as 2026-11-22.
	Day string `json:"day"`
	// Counts are decimal numbers by outcome, and "<5" for 1 to 4.
	Counts map[string]string `json:"counts"`
}
