package pages

import (
	"context"
	"io"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Acts is what the pages do: [acts.Acts], of which each method says there what it
// is and which errors it returns.
type Acts interface {
	People
	Sites
	Staff
	acts.Claims
}

// People is what is done about holders and their passes.
type People interface {
	Holders
	acts.PassBook
	acts.Withdrawing
}

// Holders is what is done about holders.
type Holders interface {
	acts.HolderBook
	acts.HolderFiles
	acts.Corrections
	// MakeLink is a method of [acts.Acts].
	MakeLink(ctx context.Context, actor acts.Actor, id string) (acts.Link, error)
}

// Sites is what is done about the site and its desks.
type Sites interface {
	Place
	Counters
}

// Place is what is done about the site.
type Place interface {
	acts.SiteBook
	acts.KeyBook
	acts.DoorBook
	acts.NoticeBook
}

// Counters is what is done about desks, and who may ask there.
type Counters interface {
	acts.DeskBook
	acts.DeskWords
	acts.PartyBook
}

// Staff is what is done about operators, and the record of it.
type Staff interface {
	Operators
	Tokens
	Ledger
	// OperatorActor is a method of [acts.Acts].
	OperatorActor(ctx context.Context, id string) (acts.Actor, acts.Operator, error)
}

// Operators run the site.
type Operators interface {
	Operators(ctx context.Context, actor acts.Actor) ([]acts.Operator, error)
	InviteOperator(ctx context.Context, actor acts.Actor, in acts.OperatorInput) (acts.Operator, acts.Link, error)
	ChangeRole(ctx context.Context, actor acts.Actor, id string, version int64, r acts.Role) (acts.Operator, error)
	RemoveOperator(ctx context.Context, actor acts.Actor, id string) error
}

// Tokens are those of the API.
type Tokens interface {
	MakeToken(ctx context.Context, actor acts.Actor, in acts.TokenInput) (acts.Token, error)
	Tokens(ctx context.Context, actor acts.Actor) ([]acts.Token, error)
	RevokeToken(ctx context.Context, actor acts.Actor, id string) error
}

// Ledger is what the auditor is shown.
type Ledger interface {
	Open(ctx context.Context, actor acts.Actor, entry ledger.Commitment) (ledger.Opening, error)
	OpenPass(ctx context.Context, actor acts.Actor, id pass.ID) ([]ledger.Opening, error)
	PassOpenings(ctx context.Context, actor acts.Actor, w io.Writer) error
}
