package api

import (
	"context"
	"io"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// Acts is what the API does: [acts.Acts], of which each method says there what it
// is and which errors it returns.
type Acts interface {
	people
	place
	// TokenActor is a method of [acts.Acts].
	TokenActor(ctx context.Context, secret string) (acts.Actor, error)
}

// people is what is done about holders and their passes.
type people interface {
	holderBook
	holderFiles
	passes
	// WithdrawConsent is a method of [acts.Acts].
	WithdrawConsent(ctx context.Context, actor acts.Actor, hash pass.Hash16) (acts.Withdrawal, error)
}

// holderBook is the book of holders.
type holderBook interface {
	AddHolder(ctx context.Context, actor acts.Actor, in acts.HolderInput) (acts.Holder, error)
	EditHolder(ctx context.Context, actor acts.Actor, id string, version int64, in acts.HolderInput) (acts.Holder, error)
	Holders(ctx context.Context, actor acts.Actor, q acts.Query) (page []acts.Holder, next string, err error)
	Holder(ctx context.Context, actor acts.Actor, id string) (acts.HolderView, error)
}

// holderFiles is what is taken out of the book and put into it.
type holderFiles interface {
	DeleteHolder(ctx context.Context, actor acts.Actor, id string) error
	ImportHolders(ctx context.Context, actor acts.Actor, r io.Reader, progress func(done, total int)) (acts.ImportReport, error)
	ExportHolders(ctx context.Context, actor acts.Actor, w io.Writer) error
	HolderExport(ctx context.Context, actor acts.Actor, id string) ([]byte, error)
}

// passes is what is done with passes.
type passes interface {
	IssuePlain(ctx context.Context, actor acts.Actor, holder string, in acts.PassInput) (acts.Issued, error)
	IssueBulk(ctx context.Context, actor acts.Actor, in []acts.BulkInput, progress func(done, total int)) ([]acts.BulkLine, error)
	ReplacePass(ctx context.Context, actor acts.Actor, id pass.ID) (acts.Issued, error)
	RevokePass(ctx context.Context, actor acts.Actor, id pass.ID) error
}

// place is what is done about the site.
type place interface {
	siteBook
	doorBook
	noticeBook
}

// siteBook is the configuration, and how the ledger stands.
type siteBook interface {
	SiteConfig(ctx context.Context) (acts.SiteConfig, error)
	ChangeSite(ctx context.Context, actor acts.Actor, version int64, c acts.SiteConfig) (acts.SiteConfig, error)
	LedgerStatus(ctx context.Context) (acts.LedgerStatus, error)
}

// doorBook are doors and stations.
type doorBook interface {
	Doors(ctx context.Context, actor acts.Actor) ([]acts.Door, error)
	MakeJoinCode(ctx context.Context, actor acts.Actor, kind site.Kind, name, zone string) (acts.JoinCode, error)
	RemoveDoor(ctx context.Context, actor acts.Actor, id pass.DoorID, stolen bool) error
}

// noticeBook are the texts that people agree to.
type noticeBook interface {
	PublishNotice(ctx context.Context, actor acts.Actor, n consent.Notice) (acts.NoticeVersion, error)
	Notices(ctx context.Context) ([]acts.NoticeVersion, error)
	CurrentNotice(ctx context.Context, rules consent.Rules) (acts.NoticeVersion, error)
}
