package api

import (
	"net/http"

	"github.com/facelatch/facelatch/controller/acts"
)

// routes is the table of everything that can be asked for.
func routes() []route {
	var all []route
	for _, some := range [][]route{holderRoutes(), passRoutes(), noticeRoutes(), placeRoutes(), partyRoutes()} {
		all = append(all, some...)
	}
	return all
}

// Forms of ids.
const (
	holderForm = `^[a-z0-9]{26}$`
	hex32Form  = `^[0-9a-f]{32}$`
	doorForm   = `^[0-9a-f]{16}$`
	zoneForm   = `^[a-z0-9-]{1,24}$`
	partyForm  = `^[a-z0-9][a-z0-9._-]{0,63}$`
)

func inPath(name, form, doc string) param {
	return param{name: name, doc: doc, path: true, of: schema{Type: "string", Pattern: form}}
}

func size(n int) *int { return &n }

func holderRoutes() []route {
	holder := inPath("holder", holderForm, "The holder's id")
	return []route{
		does(route{
			method: "GET", path: "/holders", name: "listHolders", act: acts.ActHolderList, status: http.StatusOK,
			summary: "List holders by label, a page at a time",
			params: []param{
				{name: "text", doc: "What is found anywhere in label, contact or guardian", of: schema{Type: "string", MaxLength: size(acts.MaxLabel)}},
				{name: "after", doc: "The member next of the page before", of: schema{Type: "string", MaxLength: size(2048)}},
				{name: "limit", doc: "How many there are on a page; 50 if it is left away", of: schema{Type: "integer", Minimum: size(1), Maximum: size(acts.MaxPage)}},
			},
		}, listHolders),
		does(route{
			method: "POST", path: "/holders", name: "addHolder", act: acts.ActHolderAdd, status: http.StatusCreated, once: true, etag: true,
			summary: "Add a holder",
		}, addHolder),
		does(route{
			method: "GET", path: "/holders/{holder}", name: "getHolder", act: acts.ActHolderView, status: http.StatusOK, etag: true,
			summary: "Read a holder with consents, passes, links and passkeys", params: []param{holder},
		}, getHolder),
		does(route{
			method: "PUT", path: "/holders/{holder}", name: "editHolder", act: acts.ActHolderEdit, status: http.StatusOK, match: true, etag: true,
			summary: "Change what is held about a holder", params: []param{holder},
		}, editHolder),
		does(route{
			method: "POST", path: "/holders/{holder}/correction", name: "answerCorrection", act: acts.ActHolderAnswer, status: http.StatusOK, once: true,
			summary: "Answer what a holder says is wrong", params: []param{holder},
		}, answerCorrection),
		does(route{
			method: "GET", path: "/waiting", name: "listWaiting", act: acts.ActHolderList, status: http.StatusOK,
			summary: "List who asks for a correction, and whose guardian's year ends",
		}, listWaiting),
		does(route{
			method: "DELETE", path: "/holders/{holder}", name: "deleteHolder", act: acts.ActHolderDelete, status: http.StatusNoContent,
			summary: "Revoke and withdraw everything of a holder, and erase them", params: []param{holder},
		}, deleteHolder),
		replies(route{
			method: "GET", path: "/holders/{holder}/export", name: "exportHolder", act: acts.ActHolderView, status: http.StatusOK, media: typeJSON,
			summary: "Read everything that is held about a holder, as the holder gets it", params: []param{holder},
		}, exportHolder),
		replies(route{
			method: "GET", path: "/holders.csv", name: "exportHolders", act: acts.ActHolderExport, status: http.StatusOK, media: typeCSV,
			summary: "Read all holders as CSV",
		}, exportHolders),
		does(route{
			method: "POST", path: "/holders.csv", name: "importHolders", act: acts.ActHolderImport, status: http.StatusOK, once: true, csv: true, limit: 4 << 20,
			summary: "Add holders from CSV with the columns label, contact, under14 (yes or no) and guardian",
		}, importHolders),
	}
}

func passRoutes() []route {
	one := inPath("pass", hex32Form, "The pass's id")
	return []route{
		does(route{
			method: "POST", path: "/holders/{holder}/passes", name: "issuePass", act: acts.ActPassIssue, status: http.StatusCreated, once: true,
			summary: "Make a plain pass for a holder. Its text is told once and kept nowhere", params: []param{inPath("holder", holderForm, "The holder's id")},
		}, issuePass),
		does(route{
			method: "POST", path: "/passes", name: "issuePasses", act: acts.ActPassIssue, status: http.StatusOK, once: true, limit: 4 << 20,
			summary: "Make many plain passes. A line that cannot be says why, and stops no other",
		}, issuePasses),
		does(route{
			method: "POST", path: "/passes/{pass}/replace", name: "replacePass", act: acts.ActPassReplace, status: http.StatusCreated, once: true,
			summary: "Revoke a pass that was lost, and make a plain one in its place", params: []param{one},
		}, replacePass),
		does(route{
			method: "POST", path: "/passes/{pass}/revoke", name: "revokePass", act: acts.ActPassRevoke, status: http.StatusNoContent,
			summary: "Revoke a pass at once", params: []param{one},
		}, revokePass),
		does(route{
			method: "POST", path: "/consents/{consent}/withdraw", name: "withdrawConsent", act: acts.ActConsentWithdraw, status: http.StatusOK,
			summary: "End a consent and revoke its face passes at once", params: []param{inPath("consent", hex32Form, "The consent's hash")},
		}, withdrawConsent),
	}
}

func noticeRoutes() []route {
	return []route{
		does(route{
			method: "GET", path: "/notices", name: "listNotices", act: acts.ActSiteView, status: http.StatusOK,
			summary: "List all notices, the newest first",
		}, listNotices),
		does(route{
			method: "GET", path: "/notices/current", name: "currentNotice", act: acts.ActSiteView, status: http.StatusOK,
			summary: "Read the newest notice",
			params:  []param{{name: "rules", doc: "For whom it is; everybody if it is left away", of: schema{Type: "string", Enum: []string{"everybody", "children"}}}},
		}, currentNotice),
		does(route{
			method: "POST", path: "/notices", name: "publishNotice", act: acts.ActNoticePublish, status: http.StatusCreated, once: true, limit: 256 << 10,
			summary: "Publish a notice, from then on the current one",
		}, publishNotice),
	}
}

func placeRoutes() []route {
	return []route{
		does(route{
			method: "GET", path: "/site", name: "getSite", act: acts.ActSiteView, status: http.StatusOK, etag: true, summary: "Read the configuration",
		}, getSite),
		does(route{
			method: "PUT", path: "/site", name: "changeSite", act: acts.ActSiteChange, status: http.StatusOK, match: true, etag: true,
			summary: "Change the configuration", limit: 256 << 10,
		}, changeSite),
		does(route{
			method: "GET", path: "/keys", name: "getKeys", act: acts.ActSiteView, status: http.StatusOK,
			summary: "Read which keys the site signs with",
		}, getKeys),
		does(route{
			method: "POST", path: "/keys/{kind}/rotate", name: "rotateKey", act: acts.ActKeyRotate, status: http.StatusOK, once: true,
			summary: "Replace a key, while doors go on. The next key for bundles takes over after 90 days",
			params:  []param{inPath("kind", `^(issuing|bundle)$`, "Which: issuing or bundle")},
		}, rotateKey),
		does(route{
			method: "GET", path: "/doors", name: "listDoors", act: acts.ActDoorView, status: http.StatusOK, summary: "List doors, stations and desks",
		}, listDoors),
		does(route{
			method: "POST", path: "/join-codes", name: "makeJoinCode", act: acts.ActDoorAdd, status: http.StatusCreated, once: true,
			summary: "Make a code with which one door, station or desk joins. It is told once",
		}, makeJoinCode),
		does(route{
			method: "DELETE", path: "/doors/{door}", name: "removeDoor", act: acts.ActDoorRemove, status: http.StatusNoContent,
			summary: "Take a door, a station or a desk away at once",
			params: []param{
				inPath("door", doorForm, "The door's id"),
				{name: "stolen", doc: "Whether it was stolen: whatever it knew is refused as well", of: schema{Type: "boolean"}},
			},
		}, removeDoor),
		does(route{
			method: "GET", path: "/ledger", name: "getLedger", act: acts.ActLedgerView, status: http.StatusOK, summary: "Read how the ledger stands",
		}, getLedger),
	}
}

func partyRoutes() []route {
	one := inPath("party", partyForm, "The id of the relying party")
	day := schema{Type: "string", Format: "date"}
	return []route{
		does(route{
			method: "GET", path: "/desks/counts", name: "getDeskCounts", act: acts.ActSiteView, status: http.StatusOK,
			summary: "Read how checks at all desks ended, by day and outcome, rounded. Whose they were is known nowhere",
			params: []param{
				{name: "first", doc: "The first day, such as 2026-11-01; thirteen days before the last if it is left away", of: day},
				{name: "last", doc: "The last day, at most 91 days later; yesterday at the site if it is left away", of: day},
			},
		}, getDeskCounts),
		does(route{
			method: "GET", path: "/relying-parties", name: "listParties", act: acts.ActPartyView, status: http.StatusOK,
			summary: "List who may ask for results at desks",
		}, listParties),
		does(route{
			method: "POST", path: "/relying-parties", name: "addParty", act: acts.ActPartyAdd, status: http.StatusCreated, once: true, etag: true,
			summary: "Register who may ask for results at desks. Its secret is told once",
		}, addParty),
		does(route{
			method: "GET", path: "/relying-parties/{party}", name: "getParty", act: acts.ActPartyView, status: http.StatusOK, etag: true,
			summary: "Read a relying party, without its secret", params: []param{one},
		}, getParty),
		does(route{
			method: "PUT", path: "/relying-parties/{party}", name: "changeParty", act: acts.ActPartyChange, status: http.StatusOK, match: true, etag: true,
			summary: "Change a relying party. A new secret is told once", params: []param{one},
		}, changeParty),
		does(route{
			method: "DELETE", path: "/relying-parties/{party}", name: "removeParty", act: acts.ActPartyRemove, status: http.StatusNoContent,
			summary: "Take a relying party away at once", params: []param{one},
		}, removeParty),
	}
}
