package acts

import (
	"context"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/ledger"
	"github.com/facelatch/facelatch/pass"
)

// Each of the following says what it does, and is not written yet.

// Holder returns everything that is held about one.
func (a *Acts) Holder(ctx context.Context, actor Actor, id string) (HolderView, error) {
	return HolderView{}, errNotYet
}

// HolderExport returns everything that is held about a holder, as JSON.
func (a *Acts) HolderExport(ctx context.Context, actor Actor, id string) ([]byte, error) {
	return nil, errNotYet
}

// PublishNotice publishes a version of a notice, which has to pass its lint.
func (a *Acts) PublishNotice(ctx context.Context, actor Actor, n consent.Notice) (NoticeVersion, error) {
	return NoticeVersion{}, errNotYet
}

// Notices returns all versions, the newest first.
func (a *Acts) Notices(ctx context.Context) ([]NoticeVersion, error) { return nil, errNotYet }

// CurrentNotice returns the newest for some rules.
func (a *Acts) CurrentNotice(ctx context.Context, rules consent.Rules) (NoticeVersion, error) {
	return NoticeVersion{}, errNotYet
}

// GiveConsent records a consent. holder may be "" for a station.
func (a *Acts) GiveConsent(ctx context.Context, actor Actor, holder string, in ConsentInput) (ConsentView, error) {
	return ConsentView{}, errNotYet
}

// DraftConsent makes a record for the holder's own key, given as
// issue.EncodeHolder writes it, to sign.
func (a *Acts) DraftConsent(ctx context.Context, actor Actor, holder string, in ConsentInput, key []byte) (Draft, error) {
	return Draft{}, errNotYet
}

// WithdrawConsent revokes the face passes of a consent and ends it.
func (a *Acts) WithdrawConsent(ctx context.Context, actor Actor, hash pass.Hash16) (Withdrawal, error) {
	return Withdrawal{}, errNotYet
}

// IssuePlain makes a plain pass for a holder.
func (a *Acts) IssuePlain(ctx context.Context, actor Actor, holder string, in PassInput) (Issued, error) {
	return Issued{}, errNotYet
}

// IssueBulk makes many plain passes.
func (a *Acts) IssueBulk(ctx context.Context, actor Actor, in []BulkInput, progress func(done, total int)) ([]BulkLine, error) {
	return nil, errNotYet
}

// ReplacePass revokes a lost pass and makes a plain one in its place.
func (a *Acts) ReplacePass(ctx context.Context, actor Actor, id pass.ID) (Issued, error) {
	return Issued{}, errNotYet
}

// RevokePass revokes a pass.
func (a *Acts) RevokePass(ctx context.Context, actor Actor, id pass.ID) error { return errNotYet }

// Guest makes a pass for a guest of the holder who acts.
func (a *Acts) Guest(ctx context.Context, actor Actor, in GuestInput) (Issued, error) {
	return Issued{}, errNotYet
}

// SiteConfig returns the configuration.
func (a *Acts) SiteConfig(ctx context.Context) (SiteConfig, error) { return SiteConfig{}, errNotYet }

// ChangeSite changes the configuration, if nobody has since version.
func (a *Acts) ChangeSite(ctx context.Context, actor Actor, version int64, c SiteConfig) (SiteConfig, error) {
	return SiteConfig{}, errNotYet
}

// Doors returns doors and stations.
func (a *Acts) Doors(ctx context.Context, actor Actor) ([]Door, error) { return nil, errNotYet }

// MakeJoinCode makes a code with which one door or station joins.
func (a *Acts) MakeJoinCode(ctx context.Context, actor Actor, kind site.Kind, name, zone string) (JoinCode, error) {
	return JoinCode{}, errNotYet
}

// RemoveDoor takes a door or station away.
func (a *Acts) RemoveDoor(ctx context.Context, actor Actor, id pass.DoorID, stolen bool) error {
	return errNotYet
}

// Operators returns all that were not removed.
func (a *Acts) Operators(ctx context.Context, actor Actor) ([]Operator, error) {
	return nil, errNotYet
}

// FirstOwner makes the owner of a site that has no operator yet, or returns the one
// that it made for somebody who then got no way to sign in. At any other site it
// fails with [ErrForbidden].
func (a *Acts) FirstOwner(ctx context.Context, name string) (Operator, error) {
	return Operator{}, errNotYet
}

// InviteOperator adds an operator, with a link that lets them in once.
func (a *Acts) InviteOperator(ctx context.Context, actor Actor, in OperatorInput) (Operator, Link, error) {
	return Operator{}, Link{}, errNotYet
}

// AcceptInvitation makes an operator of whoever has the token of a link, once. It
// fails with [ErrSignedOut].
func (a *Acts) AcceptInvitation(ctx context.Context, token string) (Operator, error) {
	return Operator{}, errNotYet
}

// KnownLogin returns the operator of an account at the OpenID issuer that the
// configuration gives a role, and makes one where there is none.
func (a *Acts) KnownLogin(ctx context.Context, l Login, name string, role Role) (Operator, error) {
	return Operator{}, errNotYet
}

// OperatorActor returns who an operator who is signed in acts as. It fails with
// [ErrNotFound] for one who was removed.
func (a *Acts) OperatorActor(ctx context.Context, id string) (Actor, Operator, error) {
	return Actor{}, Operator{}, errNotYet
}

// ChangeRole gives an operator another role, if nobody has since version.
func (a *Acts) ChangeRole(ctx context.Context, actor Actor, id string, version int64, r Role) (Operator, error) {
	return Operator{}, errNotYet
}

// RemoveOperator ends an operator's sessions and tokens at once. The last owner
// stays: [ErrLastOwner].
func (a *Acts) RemoveOperator(ctx context.Context, actor Actor, id string) error { return errNotYet }

// MakeToken makes an API token of the operator who acts.
func (a *Acts) MakeToken(ctx context.Context, actor Actor, in TokenInput) (Token, error) {
	return Token{}, errNotYet
}

// Tokens returns all that are good, without their secrets.
func (a *Acts) Tokens(ctx context.Context, actor Actor) ([]Token, error) { return nil, errNotYet }

// RevokeToken ends a token.
func (a *Acts) RevokeToken(ctx context.Context, actor Actor, id string) error { return errNotYet }

// TokenActor returns who an API token lets act. It fails with [ErrSignedOut].
func (a *Acts) TokenActor(ctx context.Context, secret string) (Actor, error) {
	return Actor{}, errNotYet
}

// LedgerStatus says how the ledger stands; everybody may know.
func (a *Acts) LedgerStatus(ctx context.Context) (LedgerStatus, error) {
	return LedgerStatus{}, errNotYet
}

// Openings opens the commitments about a holder, to that holder, or to the auditor
// by a commitment's hash.
func (a *Acts) Openings(ctx context.Context, actor Actor, holder string) ([]ledger.Opening, error) {
	return nil, errNotYet
}

// Open opens one commitment, to the auditor.
func (a *Acts) Open(ctx context.Context, actor Actor, entry ledger.Commitment) (ledger.Opening, error) {
	return ledger.Opening{}, errNotYet
}
