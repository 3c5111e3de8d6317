package acts

import (
	"context"
	"errors"
	"time"

	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// Doors returns the doors, stations and desks that were not removed. It fails with
// [ErrForbidden].
func (a *Acts) Doors(ctx context.Context, actor Actor) (all []Door, err error) {
	if err := actor.may(ActDoorView); err != nil {
		return nil, err
	}
	members, err := a.with.Doors.Members(ctx)
	for _, m := range members {
		all = append(all, doorOf(m))
	}
	return all, told(err)
}

func doorOf(m site.Member) Door {
	return Door{
		ID: m.ID, Kind: m.Kind, Name: m.Name, Zone: m.Zone, Origin: m.Origin, State: m.State, Fingerprint: m.Fingerprint(), Joined: m.Joined,
	}
}

// MakeJoinCode makes a code with which one door or station joins within
// [site.CodeTime]. It fails with [ErrForbidden], [ErrInvalid] and [ErrLedger].
func (a *Acts) MakeJoinCode(ctx context.Context, actor Actor, kind site.Kind, name, zone string) (JoinCode, error) {
	if err := actor.may(ActDoorAdd); err != nil {
		return JoinCode{}, err
	}
	name, err := checkWords("name", name, 1, site.MaxName)
	if err != nil {
		return JoinCode{}, err
	}
	code := JoinCode{Kind: kind, Name: name, Zone: zone, Expires: a.now().Add(site.CodeTime).UTC().Truncate(time.Second)}
	waiting, stop := context.WithTimeout(ctx, a.with.LedgerTime)
	defer stop()
	code.Secret, err = a.with.Doors.MakeCode(waiting, actor.by(), kind, name, zone)
	return code, doorError(err)
}

// RemoveDoor takes a door, a station or a desk away, at once; whatever a stolen door knew is
// refused as well. It fails with [ErrForbidden], [ErrNotFound] and
// [ErrUnavailable].
func (a *Acts) RemoveDoor(ctx context.Context, actor Actor, id pass.DoorID, stolen bool) error {
	if err := actor.may(ActDoorRemove); err != nil {
		return err
	}
	defer a.with.Kick()
	return doorError(a.with.Doors.Remove(ctx, actor.by(), id, stolen))
}

func doorError(err error) error {
	switch {
	case errors.Is(err, site.ErrNoMember):
		return ErrNotFound
	case errors.Is(err, site.ErrMember):
		return invalid("door", "cannot be: %v", err)
	}
	return told(err)
}
