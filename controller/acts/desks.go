package acts

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// Desks are the desks of a site, and who may ask for results at them. by is who is
// named in the ledger. A [site.Office] is one.
type Desks interface {
	counters
	relying
	deskWords
}

// counters lets desks in, and operators to them.
type counters interface {
	// MakeDeskCode records that a code is made and makes it.
	MakeDeskCode(ctx context.Context, by, name, origin string) (secret [doorapi.CodeSecret]byte, err error)
	// Ticket makes a ticket for a desk, and says to which address a browser takes it.
	Ticket(ctx context.Context, id pass.DoorID, staff, role string) (text, address string, err error)
}

// partyReader says which relying parties there are.
type partyReader interface {
	Parties(ctx context.Context) ([]site.Relying, error)
	Party(ctx context.Context, id string) (site.Relying, error)
}

// relying keeps relying parties, on the record.
type relying interface {
	partyReader
	AddParty(ctx context.Context, by string, p party.Party, s site.Secret) (r site.Relying, secret string, err error)
	ChangeParty(ctx context.Context, by string, version int64, p party.Party, s site.Secret) (r site.Relying, secret string, err error)
	RemoveParty(ctx context.Context, by, id string) error
}

// Counter is how an operator's browser opens the counter of a desk: by posting the
// ticket to the address, in the field [doorapi.FieldTicket], within a minute. It is
// told once, and stands in no address.
type Counter struct {
	Desk    Door
	Ticket  string
	Address string
}

// MakeDeskCode makes a code with which one desk joins within [site.CodeTime]. origin
// is where browsers find it; see [doorapi.OriginHost]. It fails with [ErrForbidden],
// [ErrInvalid] and [ErrLedger].
func (a *Acts) MakeDeskCode(ctx context.Context, actor Actor, name, origin string) (JoinCode, error) {
	if err := actor.may(ActDoorAdd); err != nil {
		return JoinCode{}, err
	}
	if a.with.Desks == nil {
		return JoinCode{}, ErrNotFound
	}
	name, err := checkWords("name", name, 1, site.MaxName)
	if err != nil {
		return JoinCode{}, err
	}
	if _, err := doorapi.OriginHost(origin); err != nil {
		return JoinCode{}, invalid("origin", "is not like https://desk.example:8443, with nothing after it")
	}
	code := JoinCode{Kind: site.KindDesk, Name: name, Origin: origin, Expires: a.now().Add(site.CodeTime).UTC().Truncate(time.Second)}
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	code.Secret, err = a.with.Desks.MakeDeskCode(waiting, actor.by(), name, origin)
	return code, doorError(err)
}

// DeskList returns the desks that were not removed. It fails with [ErrForbidden].
func (a *Acts) DeskList(ctx context.Context, actor Actor) (all []Door, err error) {
	if err := actor.may(ActDeskView); err != nil {
		return nil, err
	}
	members, err := a.with.Doors.Members(ctx)
	for _, m := range members {
		if m.Kind == site.KindDesk {
			all = append(all, doorOf(m))
		}
	}
	return all, told(err)
}

// OpenCounter lets an operator open the counter of a desk, once. Nothing is recorded
// of it: it is no administrative act, and what happens at the counter is nobody
// else's business. It fails with [ErrForbidden], [ErrNotFound] for what is no desk,
// and [ErrLedger] where the first ticket needs a key.
func (a *Acts) OpenCounter(ctx context.Context, actor Actor, id pass.DoorID) (Counter, error) {
	if err := actor.may(ActDeskCheck); err != nil {
		return Counter{}, err
	}
	if a.with.Desks == nil {
		return Counter{}, ErrNotFound
	}
	all, err := a.with.Doors.Members(ctx)
	if err != nil {
		return Counter{}, told(err)
	}
	for _, m := range all {
		if m.ID != id || m.Kind != site.KindDesk {
			continue
		}
		c := Counter{Desk: doorOf(m)}
		c.Ticket, c.Address, err = a.with.Desks.Ticket(ctx, id, actor.Pseudonym, string(actor.Role))
		if errors.Is(err, site.ErrNoMember) {
			err = ErrNotFound
		}
		return c, told(err)
	}
	return Counter{}, ErrNotFound
}
