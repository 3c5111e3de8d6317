package acts

import (
	"context"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// DefaultGuests are the limits of a site whose operator has set none: no guests.
func DefaultGuests() GuestLimits { return GuestLimits{Most: 0, Hours: 24, AheadDays: 7} }

// check names the limit that cannot be.
func (l GuestLimits) check() error {
	switch {
	case l.Most < 0 || l.Most > 100:
		return invalid("guests.most", "is 0 to 100")
	case l.Hours < 1 || l.Hours > 744:
		return invalid("guests.hours", "is 1 to 744")
	case l.AheadDays < 0 || l.AheadDays > 90:
		return invalid("guests.ahead_days", "is 0 to 90")
	}
	return nil
}

// Guest makes a plain pass for a guest of the holder who acts, within the limits
// that the operator has set, and within one pass of the holder's own: its zones,
// its hours and its time. It fails with [ErrForbidden], [ErrInvalid],
// [ErrConflict] where the holder has as many guests already as there may be, and
// [ErrLedger].
func (a *Acts) Guest(ctx context.Context, actor Actor, in GuestInput) (Issued, error) {
	if err := actor.may(ActPassGuest); err != nil {
		return Issued{}, err
	}
	label, err := checkWords("label", in.Label, 1, MaxLabel)
	if err != nil {
		return Issued{}, err
	}
	if in.Expires.IsZero() {
		return Issued{}, invalid("expires", "is missing")
	}
	r, err := a.request(ctx, PassInput{Zones: in.Zones, NotBefore: in.NotBefore, Expires: in.Expires})
	if err != nil {
		return Issued{}, err
	}
	o := order{holder: actor.Holder, guest: label, request: r}
	err = a.with.Store.Read(ctx, func(tx *store.Tx) (err error) {
		o.request.Schedule, err = a.mayInvite(tx, o)
		return err
	})
	if err != nil {
		return Issued{}, told(err)
	}
	// Asked again where it counts.
	o.may = func(tx *store.Tx) error { _, err := a.mayInvite(tx, o); return err }
	made, err := a.issue(ctx, o)
	if err != nil {
		return Issued{}, err
	}
	return made[0], nil
}

// mayInvite returns the hours for a guest, or why there is no pass for one.
func (a *Acts) mayInvite(tx *store.Tx, o order) (pass.Schedule, error) {
	s, _, err := settingsOf(tx)
	if err != nil {
		return nil, err
	}
	limits, now, r := s.Guests, a.now(), o.request
	switch {
	case limits.Most == 0:
		return nil, ErrForbidden
	case r.Expires.Sub(r.NotBefore) > time.Duration(limits.Hours)*time.Hour:
		return nil, invalid("expires", "is more than %d hours after the beginning", limits.Hours)
	case r.NotBefore.Sub(now) > time.Duration(limits.AheadDays)*day:
		return nil, invalid("not_before", "is more than %d days ahead", limits.AheadDays)
	case r.NotBefore.Before(now.Add(-time.Minute)):
		return nil, invalid("not_before", "is past")
	}
	own, guests, err := a.passesNow(tx, o.holder)
	if err != nil {
		return nil, err
	}
	if guests >= limits.Most {
		return nil, store.ErrConflict
	}
	for _, p := range own {
		if !p.Expires.Before(r.Expires) && covers(p.Zones, r.Zones) {
			return pass.ParseSchedule(p.Hours)
		}
	}
	return nil, invalid("zones", "go beyond what any one good pass of the holder's own has at that time")
}

func covers(has, wants []string) bool {
	return !slices.ContainsFunc(wants, func(zone string) bool { return !slices.Contains(has, zone) })
}

// passesNow returns the good passes of a holder's own, those that have no hours
// first, and how many of their guests are good or will be.
func (a *Acts) passesNow(tx *store.Tx, holder string) (own []PassView, guests int, err error) {
	all, err := a.passesOf(tx, holder)
	for _, p := range all {
		making := p.State == issue.Intended || p.State == issue.Signed
		switch {
		case !a.now().Before(p.Expires):
		case p.Guest != "" && (p.State == issue.Issued || making):
			guests++
		case p.Guest == "" && p.State == issue.Issued && !a.now().Before(p.NotBefore):
			own = append(own, p)
		}
	}
	slices.SortStableFunc(own, func(a, b PassView) int { return min(len(a.Hours), 1) - min(len(b.Hours), 1) })
	return own, guests, err
}
