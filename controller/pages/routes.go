package pages

import "github.com/facelatch/facelatch/controller/acts"

// route is one address, and what it takes to be let in.
type route struct {
	pattern string
	// act is what the operator has to have the right to; open routes ask for
	// nobody.
	act  acts.Act
	open bool
	// newcomer lets in who has no passkey yet.
	newcomer bool
	// json and file say that the body is no plain form.
	json, file bool
	do         func(*visit) error
}

// routes is every address of the pages.
func routes() []route {
	var all []route
	add := func(more ...route) { all = append(all, more...) }
	for _, r := range openRoutes() {
		r.open = true
		add(r)
	}
	add(ownRoutes()...)
	add(siteRoutes()...)
	add(holderRoutes()...)
	add(staffRoutes()...)
	add(deskRoutes()...)
	return all
}

// openRoutes are for who is not signed in.
func openRoutes() []route {
	return []route{
		{pattern: "GET " + Path + "sign-in", do: (*visit).signInPage},
		{pattern: "POST " + Path + "recover", do: (*visit).recover},
		{pattern: "GET " + Path + "set-up", do: (*visit).setUpPage},
		{pattern: "POST " + Path + "set-up", do: (*visit).setUp},
		{pattern: "GET " + Path + "join/{token}", do: (*visit).joinPage},
		{pattern: "POST " + Path + "join/{token}", do: (*visit).join},
		{pattern: "GET " + Path + "openid", do: (*visit).openID},
		{pattern: "GET " + Path + "openid/back", do: (*visit).openIDBack},
		{pattern: "POST " + Path + "passkey/options", json: true, do: (*visit).passkeyOptions},
		{pattern: "POST " + Path + "passkey/answer", json: true, do: (*visit).passkeyAnswer},
		{pattern: "POST " + Path + "sign-out", do: (*visit).signOut},
		{pattern: "POST " + Path + "language", do: (*visit).language},
	}
}

// ownRoutes are about the operator who is signed in.
func ownRoutes() []route {
	own := acts.ActOperatorOwn
	return []route{
		{pattern: "GET " + Path + "{$}", act: own, do: (*visit).firstPage},
		{pattern: "GET " + Path + "welcome", act: own, newcomer: true, do: (*visit).welcomePage},
		{pattern: "GET " + Path + "confirm", act: own, do: (*visit).confirmPage},
		{pattern: "GET " + Path + "account", act: own, do: (*visit).accountPage},
		{pattern: "POST " + Path + "account/end", act: own, do: (*visit).endSession},
		{pattern: "POST " + Path + "account/end-others", act: own, do: (*visit).endOthers},
		{pattern: "POST " + Path + "account/remove-passkey", act: own, do: (*visit).removePasskey},
		{pattern: "GET " + Path + "codes", act: own, do: (*visit).codesPage},
		{pattern: "POST " + Path + "codes", act: own, do: (*visit).makeCodes},
	}
}

// siteRoutes are about the site, its doors and its notices.
func siteRoutes() []route {
	view, change := acts.ActSiteView, acts.ActSiteChange
	return []route{
		{pattern: "GET " + Path + "start", act: change, do: (*visit).startPage},
		{pattern: "GET " + Path + "site", act: view, do: (*visit).sitePage},
		{pattern: "GET " + Path + "site/edit", act: change, do: (*visit).siteForm},
		{pattern: "POST " + Path + "site/edit", act: change, do: (*visit).changeSite},
		{pattern: "GET " + Path + "site/zone", act: change, do: (*visit).zoneForm},
		{pattern: "POST " + Path + "site/zone", act: change, do: (*visit).changeZone},
		{pattern: "GET " + Path + "site/zone/remove", act: change, do: (*visit).removeZonePage},
		{pattern: "POST " + Path + "site/zone/remove", act: change, do: (*visit).removeZone},
		{pattern: "GET " + Path + "keys", act: view, do: (*visit).keysPage},
		{pattern: "GET " + Path + "keys/{kind}/rotate", act: acts.ActKeyRotate, do: (*visit).rotatePage},
		{pattern: "POST " + Path + "keys/{kind}/rotate", act: acts.ActKeyRotate, do: (*visit).rotateKey},
		{pattern: "GET " + Path + "doors", act: acts.ActDoorView, do: (*visit).doorsPage},
		{pattern: "GET " + Path + "doors/new", act: acts.ActDoorAdd, do: (*visit).doorForm},
		{pattern: "POST " + Path + "doors/new", act: acts.ActDoorAdd, do: (*visit).addDoor},
		{pattern: "GET " + Path + "doors/{id}/remove", act: acts.ActDoorRemove, do: (*visit).removeDoorPage},
		{pattern: "POST " + Path + "doors/{id}/remove", act: acts.ActDoorRemove, do: (*visit).removeDoor},
		{pattern: "GET " + Path + "notices", act: view, do: (*visit).noticesPage},
		{pattern: "GET " + Path + "notices/version/{hash}", act: view, do: (*visit).noticePage},
		{pattern: "GET " + Path + "notices/new", act: acts.ActNoticePublish, do: (*visit).noticeForm},
		{pattern: "POST " + Path + "notices/new", act: acts.ActNoticePublish, do: (*visit).noticeBack},
		{pattern: "POST " + Path + "notices/check", act: acts.ActNoticePublish, do: (*visit).checkNotice},
		{pattern: "POST " + Path + "notices/publish", act: acts.ActNoticePublish, do: (*visit).publishNotice},
		{pattern: "GET " + Path + "record", act: acts.ActLedgerView, do: (*visit).recordPage},
		{pattern: "POST " + Path + "record/open", act: acts.ActLedgerOpen, do: (*visit).openEntry},
		{pattern: "GET " + Path + "record/passes", act: acts.ActLedgerOpen, do: (*visit).passOpenings},
	}
}

// holderRoutes are about holders and their passes.
func holderRoutes() []route {
	return []route{
		{pattern: "GET " + Path + "holders", act: acts.ActHolderList, do: (*visit).holdersPage},
		{pattern: "GET " + Path + "holders/new", act: acts.ActHolderAdd, do: (*visit).holderForm},
		{pattern: "POST " + Path + "holders/new", act: acts.ActHolderAdd, do: (*visit).addHolder},
		{pattern: "GET " + Path + "holders/import", act: acts.ActHolderImport, do: (*visit).importPage},
		{pattern: "POST " + Path + "holders/import", act: acts.ActHolderImport, file: true, do: (*visit).importHolders},
		{pattern: "GET " + Path + "holders/export", act: acts.ActHolderExport, do: (*visit).exportHolders},
		{pattern: "GET " + Path + "holders/passes", act: acts.ActPassIssue, do: (*visit).bulkPage},
		{pattern: "POST " + Path + "holders/passes", act: acts.ActPassIssue, do: (*visit).issueBulk},
		{pattern: "GET " + Path + "jobs/{job}", act: acts.ActHolderList, do: (*visit).jobPage},
		{pattern: "GET " + Path + "jobs/{job}/progress", act: acts.ActHolderList, do: (*visit).jobProgress},
		{pattern: "POST " + Path + "jobs/{job}/cards", act: acts.ActPassIssue, do: (*visit).jobCards},
		{pattern: "POST " + Path + "jobs/{job}/forget", act: acts.ActHolderList, do: (*visit).forgetJob},
		{pattern: "GET " + Path + "holders/one/{id}", act: acts.ActHolderView, do: (*visit).holderPage},
		{pattern: "GET " + Path + "holders/one/{id}/edit", act: acts.ActHolderEdit, do: (*visit).editForm},
		{pattern: "POST " + Path + "holders/one/{id}/edit", act: acts.ActHolderEdit, do: (*visit).editHolder},
		{pattern: "POST " + Path + "holders/one/{id}/answer", act: acts.ActHolderAnswer, do: (*visit).answerCorrection},
		{pattern: "POST " + Path + "holders/one/{id}/link", act: acts.ActHolderLink, do: (*visit).makeLink},
		{pattern: "GET " + Path + "holders/one/{id}/delete", act: acts.ActHolderDelete, do: (*visit).deletePage},
		{pattern: "POST " + Path + "holders/one/{id}/delete", act: acts.ActHolderDelete, do: (*visit).deleteHolder},
		{pattern: "GET " + Path + "holders/one/{id}/issue", act: acts.ActPassIssue, do: (*visit).issueForm},
		{pattern: "POST " + Path + "holders/one/{id}/issue", act: acts.ActPassIssue, do: (*visit).issuePass},
		{pattern: "GET " + Path + "holders/one/{id}/passes/{pass}/revoke", act: acts.ActPassRevoke, do: (*visit).revokePage},
		{pattern: "POST " + Path + "holders/one/{id}/passes/{pass}/revoke", act: acts.ActPassRevoke, do: (*visit).revokePass},
		{pattern: "GET " + Path + "holders/one/{id}/passes/{pass}/replace", act: acts.ActPassReplace, do: (*visit).replacePage},
		{pattern: "POST " + Path + "holders/one/{id}/passes/{pass}/replace", act: acts.ActPassReplace, do: (*visit).replacePass},
		{pattern: "GET " + Path + "holders/one/{id}/consents/{hash}/withdraw", act: acts.ActConsentWithdraw, do: (*visit).withdrawPage},
		{pattern: "POST " + Path + "holders/one/{id}/consents/{hash}/withdraw", act: acts.ActConsentWithdraw, do: (*visit).withdraw},
		{pattern: "POST " + Path + "pass/file", act: acts.ActPassIssue, do: (*visit).passFile},
	}
}

// staffRoutes are about operators and their tokens.
func staffRoutes() []route {
	return []route{
		{pattern: "GET " + Path + "operators", act: acts.ActOperatorView, do: (*visit).operatorsPage},
		{pattern: "GET " + Path + "operators/new", act: acts.ActOperatorInvite, do: (*visit).inviteForm},
		{pattern: "POST " + Path + "operators/new", act: acts.ActOperatorInvite, do: (*visit).invite},
		{pattern: "GET " + Path + "operators/{id}/role", act: acts.ActOperatorChange, do: (*visit).roleForm},
		{pattern: "POST " + Path + "operators/{id}/role", act: acts.ActOperatorChange, do: (*visit).changeRole},
		{pattern: "GET " + Path + "operators/{id}/remove", act: acts.ActOperatorRemove, do: (*visit).removeOperatorPage},
		{pattern: "POST " + Path + "operators/{id}/remove", act: acts.ActOperatorRemove, do: (*visit).removeOperator},
		{pattern: "GET " + Path + "tokens", act: acts.ActTokenView, do: (*visit).tokensPage},
		{pattern: "GET " + Path + "tokens/new", act: acts.ActTokenMake, do: (*visit).tokenForm},
		{pattern: "POST " + Path + "tokens/new", act: acts.ActTokenMake, do: (*visit).makeToken},
		{pattern: "GET " + Path + "tokens/{id}/revoke", act: acts.ActTokenRevoke, do: (*visit).revokeTokenPage},
		{pattern: "POST " + Path + "tokens/{id}/revoke", act: acts.ActTokenRevoke, do: (*visit).revokeToken},
	}
}

// deskRoutes are about desks, and who may ask there.
func deskRoutes() []route {
	return []route{
		{pattern: "GET " + Path + "desks", act: acts.ActDeskView, do: (*visit).desksPage},
		{pattern: "GET " + Path + "desks/new", act: acts.ActDoorAdd, do: (*visit).deskForm},
		{pattern: "POST " + Path + "desks/new", act: acts.ActDoorAdd, do: (*visit).addDesk},
		{pattern: "POST " + Path + "desks/{id}/counter", act: acts.ActDeskCheck, do: (*visit).openCounter},
		{pattern: "GET " + Path + "desks/notice", act: acts.ActNoticePublish, do: (*visit).deskNoticeForm},
		{pattern: "POST " + Path + "desks/notice", act: acts.ActNoticePublish, do: (*visit).publishDeskNotice},
		{pattern: "GET " + Path + "desks/rules", act: acts.ActSiteChange, do: (*visit).rulesForm},
		{pattern: "POST " + Path + "desks/rules", act: acts.ActSiteChange, do: (*visit).changeRules},
		{pattern: "GET " + Path + "desks/parties", act: acts.ActPartyView, do: (*visit).partiesPage},
		{pattern: "GET " + Path + "desks/parties/new", act: acts.ActPartyAdd, do: (*visit).partyForm},
		{pattern: "POST " + Path + "desks/parties/new", act: acts.ActPartyAdd, do: (*visit).addParty},
		{pattern: "GET " + Path + "desks/parties/one/{party}/edit", act: acts.ActPartyChange, do: (*visit).editParty},
		{pattern: "POST " + Path + "desks/parties/one/{party}/edit", act: acts.ActPartyChange, do: (*visit).changeParty},
		{pattern: "GET " + Path + "desks/parties/one/{party}/remove", act: acts.ActPartyRemove, do: (*visit).removePartyPage},
		{pattern: "POST " + Path + "desks/parties/one/{party}/remove", act: acts.ActPartyRemove, do: (*visit).removeParty},
	}
}
