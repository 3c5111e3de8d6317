package acts

import (
	"context"
	"io"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// What follows is [Acts] in parts, each of which pages and programs both have done.
// They stand here so that they are written once; whoever needs less says so itself.
type (
	// HolderBook is the book of holders.
	HolderBook interface {
		AddHolder(ctx context.Context, actor Actor, in HolderInput) (Holder, error)
		EditHolder(ctx context.Context, actor Actor, id string, version int64, in HolderInput) (Holder, error)
		Holders(ctx context.Context, actor Actor, q Query) (page []Holder, next string, err error)
		Holder(ctx context.Context, actor Actor, id string) (HolderView, error)
	}

	// HolderFiles is what is put into the book and taken out of it.
	HolderFiles interface {
		DeleteHolder(ctx context.Context, actor Actor, id string) error
		ImportHolders(ctx context.Context, actor Actor, r io.Reader, progress func(done, total int)) (ImportReport, error)
		ExportHolders(ctx context.Context, actor Actor, w io.Writer) error
	}

	// Corrections is what holders say is wrong.
	Corrections interface {
		AnswerCorrection(ctx context.Context, actor Actor, holder string, version int64, answer string) (Correction, error)
		Waiting(ctx context.Context, actor Actor) (Waiting, error)
	}

	// PassBook is what is done with passes.
	PassBook interface {
		IssuePlain(ctx context.Context, actor Actor, holder string, in PassInput) (Issued, error)
		IssueBulk(ctx context.Context, actor Actor, in []BulkInput, progress func(done, total int)) ([]BulkLine, error)
		ReplacePass(ctx context.Context, actor Actor, id pass.ID) (Issued, error)
		RevokePass(ctx context.Context, actor Actor, id pass.ID) error
	}

	// Withdrawing takes consents back.
	Withdrawing interface {
		WithdrawConsent(ctx context.Context, actor Actor, hash pass.Hash16) (Withdrawal, error)
	}

	// SiteBook is the configuration, and how the ledger stands.
	SiteBook interface {
		SiteConfig(ctx context.Context) (SiteConfig, error)
		ChangeSite(ctx context.Context, actor Actor, version int64, c SiteConfig) (SiteConfig, error)
		LedgerStatus(ctx context.Context) (LedgerStatus, error)
	}

	// KeyBook are the keys that the site signs with.
	KeyBook interface {
		SiteKeys(ctx context.Context, actor Actor) (site.Keys, error)
		RotateKey(ctx context.Context, actor Actor, kind KeyKind) (site.Keys, error)
	}

	// DeskBook are desks; [DoorBook] takes them away.
	DeskBook interface {
		DeskList(ctx context.Context, actor Actor) ([]Door, error)
		MakeDeskCode(ctx context.Context, actor Actor, name, origin string) (JoinCode, error)
		OpenCounter(ctx context.Context, actor Actor, id pass.DoorID) (Counter, error)
	}

	// DeskWords are what people are told at desks, and how checks ended there.
	DeskWords interface {
		DeskCounts(ctx context.Context, actor Actor, first, last time.Time) ([]OutcomeCount, error)
		DeskNotice(ctx context.Context, actor Actor) (site.PublishedNotice, error)
		PublishDeskNotice(ctx context.Context, actor Actor, number int64, text map[string]string) (site.PublishedNotice, error)
	}

	// PartyReader says who may ask for results at desks.
	PartyReader interface {
		Parties(ctx context.Context, actor Actor) ([]site.Relying, error)
		Party(ctx context.Context, actor Actor, id string) (site.Relying, error)
	}

	// PartyBook are those who may ask for results at desks.
	PartyBook interface {
		PartyReader
		AddParty(ctx context.Context, actor Actor, p party.Party, s site.Secret) (site.Relying, string, error)
		ChangeParty(ctx context.Context, actor Actor, version int64, p party.Party, s site.Secret) (site.Relying, string, error)
		RemoveParty(ctx context.Context, actor Actor, id string) error
	}

	// DoorBook are doors and stations.
	DoorBook interface {
		Doors(ctx context.Context, actor Actor) ([]Door, error)
		MakeJoinCode(ctx context.Context, actor Actor, kind site.Kind, name, zone string) (JoinCode, error)
		RemoveDoor(ctx context.Context, actor Actor, id pass.DoorID, stolen bool) error
	}

	// NoticeBook are the texts that people agree to.
	NoticeBook interface {
		PublishNotice(ctx context.Context, actor Actor, n consent.Notice) (NoticeVersion, error)
		Notices(ctx context.Context) ([]NoticeVersion, error)
		CurrentNotice(ctx context.Context, rules consent.Rules) (NoticeVersion, error)
	}

	// Claims sees to it that a request is done once.
	Claims interface {
		Claim(ctx context.Context, c Claim) error
		Unclaim(ctx context.Context, c Claim) error
	}
)
