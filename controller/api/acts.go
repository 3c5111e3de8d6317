package api

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// Acts is what the API does: [acts.Acts], of which each method says there what it
// is and which errors it returns.
type Acts interface {
	people
	sites
	acts.Claims
	// TokenActor is a method of [acts.Acts].
	TokenActor(ctx context.Context, secret string) (acts.Actor, error)
}

// people is what is done about holders and their passes.
type people interface {
	holders
	acts.PassBook
	acts.Withdrawing
}

// holders is what is done about holders.
type holders interface {
	acts.HolderBook
	acts.HolderFiles
	acts.Corrections
	// HolderExport is a method of [acts.Acts].
	HolderExport(ctx context.Context, actor acts.Actor, id string) ([]byte, error)
}

// sites is what is done about the site and its desks.
type sites interface {
	place
	counters
}

// place is what is done about the site.
type place interface {
	acts.SiteBook
	acts.KeyBook
	acts.DoorBook
	acts.NoticeBook
}

// counters is what is done about desks, and who may ask there; no program opens one.
type counters interface {
	MakeDeskCode(ctx context.Context, actor acts.Actor, name, origin string) (acts.JoinCode, error)
	DeskCounts(ctx context.Context, actor acts.Actor, first, last time.Time) ([]acts.OutcomeCount, error)
	acts.PartyBook
}
