package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/store"
	"github.com/facelatch/facelatch/pass"
)

// Desk is what the operator decides about checks at desks. There is nothing in it
// that could make a face the only way.
type Desk struct {
	// TwoPeople says that, where staff look, a second member of staff has to agree.
	TwoPeople bool `json:"two_people,omitempty"`
	// Claims are those that a result may have, of party.Claims; none is all.
	Claims []string `json:"claims,omitempty"`
}

// validDesk names what cannot be in the part about desks.
func (c Config) validDesk() error {
	if c.Desk == nil {
		return nil
	}
	for i, claim := range c.Desk.Claims {
		if !slices.Contains(party.Claims(), claim) || slices.Contains(c.Desk.Claims[:i], claim) {
			return fmt.Errorf("%w: desk.claims[%d]: none of %s, or twice", ErrConfig, i, strings.Join(party.Claims(), ", "))
		}
	}
	return nil
}

// desk is what desks are told of the policy.
func (c Config) desk() doorapi.DeskPolicy {
	p := doorapi.DeskPolicy{RequireLive: c.Policy.RequireLive, Claims: party.Claims()}
	if c.Desk != nil {
		p.TwoPeople = c.Desk.TwoPeople
		if len(c.Desk.Claims) > 0 {
			p.Claims = c.Desk.Claims
		}
	}
	return p
}

// checkDesk fails with [ErrMember] for a desk without an address, or with names in
// its certificate beside that of its address, and for anything else that has one.
func (m Member) checkDesk() error {
	if m.Kind != KindDesk {
		if m.Origin != "" {
			return fmt.Errorf("%w: only a desk has an address for browsers", ErrMember)
		}
		return nil
	}
	own, err := doorapi.OriginHost(m.Origin)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMember, err)
	}
	for _, host := range m.Hosts {
		if !strings.EqualFold(host, own) && !loopback(host) {
			return fmt.Errorf("%w: a desk's certificate is for the host of its address, %s, not for %s", ErrMember, own, host)
		}
	}
	return nil
}

// MakeDeskCode makes a code with which one desk can join, and returns its secret, of
// which only a hash is kept. origin is where browsers find the desk: see
// [doorapi.OriginHost]. It fails with [ErrMember].
func (o *Office) MakeDeskCode(ctx context.Context, by, name, origin string) (secret [16]byte, err error) {
	return o.makeCode(ctx, by, Member{Kind: KindDesk, Name: name, Origin: origin})
}

// AddDeskReport adds what a desk counted on a day to what all desks did. Which of
// them counted what is not kept. A day is taken once from each desk, and only after
// the one before. It fails with [ErrCounts].
func (o *Office) AddDeskReport(ctx context.Context, id pass.DoorID, report doorapi.DeskReport) error {
	ranges, err := readCounts(report.Counts)
	if err != nil {
		return err
	}
	for outcome := range ranges {
		if !slices.Contains(idcheck.Outcomes(), idcheck.Outcome(outcome)) {
			return fmt.Errorf("%w: no check ends so", ErrCounts)
		}
	}
	return o.store.Change(ctx, func(tx *store.Tx) error {
		fresh, err := o.freshDay(tx, id, report.Day)
		if err != nil || !fresh {
			return err
		}
		for outcome, c := range ranges {
			row := store.DeskCountRow{Day: report.Day, Outcome: outcome, Least: int64(c.From), Most: int64(c.To)}
			if err := tx.AddDeskCount(row); err != nil {
				return err
			}
		}
		return tx.SetCounted(id, report.Day)
	})
}

// freshDay says whether a day is over that a desk has not counted yet. It fails with
// [ErrCounts].
func (o *Office) freshDay(tx *store.Tx, id pass.DoorID, day string) (bool, error) {
	config, _, err := configOf(tx)
	if err != nil {
		return false, err
	}
	m, err := ready(tx, id)
	if err != nil {
		return false, err
	}
	date, err := time.ParseInLocation(time.DateOnly, day, config.Location())
	now := o.now()
	over := err == nil && !now.Before(date.AddDate(0, 0, 1))
	if m.Kind != KindDesk || !over || now.Sub(date) > countDays*24*time.Hour {
		return false, fmt.Errorf("%w: not a day that is over", ErrCounts)
	}
	last, err := tx.Counted(id)
	return day > last, err // else it was sent before: the answer got lost
}

// DeskCounts returns how checks at desks ended on some days, both included.
func (o *Office) DeskCounts(ctx context.Context, first, last string) (rows []store.DeskCountRow, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DeskCounts(first, last)
		return err
	})
	return rows, err
}
