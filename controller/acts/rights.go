package acts

import "slices"

// Act is something that can be done.
type Act string

// The acts. Those that say "own" in their comment are limited, for a holder, to
// what is that holder's.
const (
	ActHolderAdd    Act = "holder.add" // a station adds whom it makes a pass for
	ActHolderEdit   Act = "holder.edit"
	ActHolderList   Act = "holder.list"
	ActHolderView   Act = "holder.view"   // own: all that is held about one holder
	ActHolderDelete Act = "holder.delete" // own
	ActHolderImport Act = "holder.import"
	ActHolderExport Act = "holder.export"  // all holders, as CSV
	ActHolderLink   Act = "holder.link"    // own: the link to a holder's page
	ActHolderKey    Act = "holder.passkey" // own: add and remove passkeys
	ActHolderMeet   Act = "holder.meet"    // a station learns whose link it is shown, and whether there is a label

	ActHolderContact Act = "holder.contact" // own: how one can be reached
	ActHolderAsk     Act = "holder.ask"     // own: for a correction of the rest
	ActHolderAnswer  Act = "holder.answer"

	ActConsentGive     Act = "consent.give"     // own; a station attests
	ActConsentWithdraw Act = "consent.withdraw" // own

	ActPassView    Act = "pass.view"
	ActPassIssue   Act = "pass.issue"   // plain passes; face passes come from stations
	ActPassFace    Act = "pass.face"    // a station prepares a face pass
	ActPassReplace Act = "pass.replace" // own: lost, or revoked by a withdrawal
	ActPassRevoke  Act = "pass.revoke"  // own
	ActPassGuest   Act = "pass.guest"   // own: a guest's pass, within the limits

	ActNoticePublish Act = "notice.publish"

	ActSiteView   Act = "site.view"
	ActSiteChange Act = "site.change"
	ActKeyRotate  Act = "key.rotate"
	ActDoorView   Act = "door.view"
	ActDoorAdd    Act = "door.add" // join codes of doors, stations and desks
	ActDoorRemove Act = "door.remove"

	ActDeskView    Act = "desk.view"  // which desks there are
	ActDeskCheck   Act = "desk.check" // open the counter of a desk, and check there
	ActPartyView   Act = "party.view"
	ActPartyAdd    Act = "party.add"
	ActPartyChange Act = "party.change"
	ActPartyRemove Act = "party.remove"

	ActOperatorView   Act = "operator.view"
	ActOperatorInvite Act = "operator.invite"
	ActOperatorChange Act = "operator.change"
	ActOperatorRemove Act = "operator.remove"
	ActOperatorOwn    Act = "operator.own" // one's own passkeys, recovery codes, sessions
	ActTokenMake      Act = "token.make"
	ActTokenView      Act = "token.view"
	ActTokenRevoke    Act = "token.revoke"

	ActLedgerView Act = "ledger.view"
	ActLedgerOpen Act = "ledger.open" // own: what a commitment about a person says
)

// Right is a row of the table: who may do an act.
type Right struct {
	Act Act
	// Scope is what an API token needs; "" is for acts that no token can do.
	Scope Scope
	// Roles are who may.
	Roles []Role
	// Takes says that the act takes something away: it never waits for the ledger.
	Takes bool
	// Reads says that the act changes nothing, and is not recorded.
	Reads bool
}

// Rights returns the table of rights: every act once. It is the only place that
// says who may do what.
func Rights() []Right { return append(rights(), deskRights()...) }

// deskRights are the rows about desks. What is checked there is no act of the site,
// and no program does it.
func deskRights() []Right {
	manage := []Role{Owner, Manager}
	return []Right{
		{Act: ActDeskView, Roles: []Role{Owner, Manager, FrontDesk, CounterStaff, Auditor}, Reads: true},
		{Act: ActDeskCheck, Roles: []Role{Owner, Manager, FrontDesk, CounterStaff}, Reads: true},
		{Act: ActPartyView, Scope: ReadParties, Roles: []Role{Owner, Manager, Auditor}, Reads: true},
		{Act: ActPartyAdd, Scope: WriteParties, Roles: manage},
		{Act: ActPartyChange, Scope: WriteParties, Roles: manage},
		{Act: ActPartyRemove, Scope: WriteParties, Roles: manage, Takes: true},
	}
}

// rights are all other rows.
func rights() []Right {
	var (
		owner  = []Role{Owner}
		manage = []Role{Owner, Manager}
		staff  = []Role{Owner, Manager, FrontDesk}
		own    = []Role{HolderRole}
		read   = []Role{Owner, Manager, Auditor}
		all    = []Role{Owner, Manager, FrontDesk, Auditor}
	)
	and := func(roles []Role, more ...Role) []Role { return append(slices.Clone(roles), more...) }
	return []Right{
		{Act: ActHolderAdd, Scope: WriteHolders, Roles: and(staff, StationRole)},
		{Act: ActHolderEdit, Scope: WriteHolders, Roles: staff},
		{Act: ActHolderList, Scope: ReadHolders, Roles: staff, Reads: true},
		{Act: ActHolderView, Scope: ReadHolders, Roles: and(staff, HolderRole), Reads: true},
		{Act: ActHolderDelete, Scope: WriteHolders, Roles: and(manage, HolderRole), Takes: true},
		{Act: ActHolderImport, Scope: WriteHolders, Roles: manage},
		{Act: ActHolderExport, Scope: ReadHolders, Roles: manage, Reads: true},
		{Act: ActHolderLink, Roles: and(staff, HolderRole)},
		{Act: ActHolderMeet, Roles: []Role{StationRole}},
		{Act: ActHolderKey, Roles: own},
		{Act: ActHolderContact, Roles: own},
		{Act: ActHolderAsk, Roles: own},
		{Act: ActHolderAnswer, Scope: WriteHolders, Roles: staff},

		{Act: ActConsentGive, Roles: []Role{HolderRole, StationRole}},
		{Act: ActConsentWithdraw, Scope: WithdrawConsents, Roles: and(staff, HolderRole, StationRole), Takes: true},

		{Act: ActPassView, Scope: ReadPasses, Roles: and(all, HolderRole), Reads: true},
		{Act: ActPassIssue, Scope: IssuePasses, Roles: and(staff, StationRole)},
		{Act: ActPassFace, Roles: []Role{StationRole}},
		{Act: ActPassReplace, Scope: IssuePasses, Roles: and(staff, HolderRole)},
		{Act: ActPassRevoke, Scope: RevokePasses, Roles: and(staff, HolderRole), Takes: true},
		{Act: ActPassGuest, Roles: own},

		{Act: ActNoticePublish, Scope: WriteNotices, Roles: manage},

		{Act: ActSiteView, Scope: ReadSite, Roles: all, Reads: true},
		{Act: ActSiteChange, Scope: WriteSite, Roles: manage},
		{Act: ActKeyRotate, Scope: WriteSite, Roles: owner},
		{Act: ActDoorView, Scope: ReadDoors, Roles: all, Reads: true},
		{Act: ActDoorAdd, Scope: WriteDoors, Roles: manage},
		{Act: ActDoorRemove, Scope: WriteDoors, Roles: manage, Takes: true},

		{Act: ActOperatorView, Roles: read, Reads: true},
		{Act: ActOperatorInvite, Roles: owner},
		{Act: ActOperatorChange, Roles: owner},
		{Act: ActOperatorRemove, Roles: owner, Takes: true},
		{Act: ActOperatorOwn, Roles: and(all, CounterStaff)},
		{Act: ActTokenMake, Roles: manage},
		{Act: ActTokenView, Roles: read, Reads: true},
		{Act: ActTokenRevoke, Roles: manage, Takes: true},

		{Act: ActLedgerView, Scope: ReadLedger, Roles: all, Reads: true},
		{Act: ActLedgerOpen, Roles: []Role{Auditor, HolderRole}, Reads: true},
	}
}

// May says whether an actor may do an act at all, by the table of rights. That a
// holder acts on their own only is checked by each act besides.
func (a Actor) May(act Act) bool {
	rights := Rights()
	i := slices.IndexFunc(rights, func(r Right) bool { return r.Act == act })
	if i < 0 || !slices.Contains(rights[i].Roles, a.Role) || !a.whole() {
		return false
	}
	if a.Scopes == nil {
		return true
	}
	return rights[i].Scope != "" && slices.Contains(a.Scopes, rights[i].Scope)
}

// whole says that an actor has what belongs to its role, and nothing else.
func (a Actor) whole() bool {
	switch a.Role {
	case HolderRole:
		return a.Holder != "" && a.Operator == "" && a.Scopes == nil
	case StationRole:
		return a.Holder == "" && a.Operator == "" && a.Pseudonym != "" && a.Scopes == nil
	}
	return a.Holder == "" && a.Operator != "" && a.Pseudonym != ""
}

// own returns nil if an actor may do an act to a holder: [ErrForbidden] by the
// table, and [ErrNotFound] to a holder for another, so that nobody learns who is
// there.
func (a Actor) own(act Act, holder string) error {
	if !a.May(act) {
		return ErrForbidden
	}
	if a.Role == HolderRole && a.Holder != holder {
		return ErrNotFound
	}
	return nil
}

func (a Actor) may(act Act) error {
	if !a.May(act) {
		return ErrForbidden
	}
	return nil
}
