package pages

import (
	"context"
	"io"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Acts is what the pages do: [acts.Acts], of which each method says there what it
// is and which errors it returns.
type Acts interface {
	People
	Place
	Staff
}

// People is what is done about holders and their passes.
type People interface {
	HolderBook
	HolderFiles
	Passes
	// WithdrawConsent is a method of [acts.Acts].
	WithdrawConsent(ctx context.Context, actor acts.Actor, hash pass.Hash16) (acts.Withdrawal, error)
}

// HolderBook is the book of holders.
type HolderBook interface {
	AddHolder(ctx context.Context, actor acts.Actor, in acts.HolderInput) (acts.Holder, error)
	EditHolder(ctx context.Context, actor acts.Actor, id string, version int64, in acts.HolderInput) (acts.Holder, error)
	Holders(ctx context.Context, actor acts.Actor, q acts.Query) (page []acts.Holder, next string, err error)
	Holder(ctx context.Context, actor acts.Actor, id string) (acts.HolderView, error)
}

// HolderFiles is what is taken out of the book and put into it.
type HolderFiles interface {
	DeleteHolder(ctx context.Context, actor acts.Actor, id string) error
	ImportHolders(ctx context.Context, actor acts.Actor, r io.Reader, progress func(done, total int)) (acts.ImportReport, error)
	ExportHolders(ctx context.Context, actor acts.Actor, w io.Writer) error
	MakeLink(ctx context.Context, actor acts.Actor, id string) (acts.Link, error)
}

// Passes is what is done with passes.
type Passes interface {
	IssuePlain(ctx context.Context, actor acts.Actor, holder string, in acts.PassInput) (acts.Issued, error)
	IssueBulk(ctx context.Context, actor acts.Actor, in []acts.BulkInput, progress func(done, total int)) ([]acts.BulkLine, error)
	ReplacePass(ctx context.Context, actor acts.Actor, id pass.ID) (acts.Issued, error)
	RevokePass(ctx context.Context, actor acts.Actor, id pass.ID) error
}

// Place is what is done about the site.
type Place interface {
	Site
	Doors
	Notices
}

// Site is the configuration.
type Site interface {
	SiteConfig(ctx context.Context) (acts.SiteConfig, error)
	ChangeSite(ctx context.Context, actor acts.Actor, version int64, c acts.SiteConfig) (acts.SiteConfig, error)
}

// Doors are doors and stations.
type Doors interface {
	Doors(ctx context.Context, actor acts.Actor) ([]acts.Door, error)
	MakeJoinCode(ctx context.Context, actor acts.Actor, kind site.Kind, name, zone string) (acts.JoinCode, error)
	RemoveDoor(ctx context.Context, actor acts.Actor, id pass.DoorID, stolen bool) error
}

// Notices are the texts that people agree to.
type Notices interface {
	PublishNotice(ctx context.Context, actor acts.Actor, n consent.Notice) (acts.NoticeVersion, error)
	Notices(ctx context.Context) ([]acts.NoticeVersion, error)
	CurrentNotice(ctx context.Context, rules consent.Rules) (acts.NoticeVersion, error)
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

// Ledger is the record.
type Ledger interface {
	LedgerStatus(ctx context.Context) (acts.LedgerStatus, error)
	Open(ctx context.Context, actor acts.Actor, entry ledger.Commitment) (ledger.Opening, error)
}
