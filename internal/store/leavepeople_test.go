package store

func leavePeople() map[string]allowed {
	return map[string]allowed{
		"holders.id":       text(26, "a random id"),
		"holders.label":    text(320, "what the operator calls the holder: a flat, a number"),
		"holders.contact":  text(480, "what the holder gave to be reached by"),
		"holders.under14":  num("whether a guardian consents"),
		"holders.guardian": text(320, "what the guardian is called"),
		"holders.sort":     text(640, "made from the label"),
		"holders.find":     text(1600, "made from the same words, for searching"),
		"holders.version":  num("for editing"),
		"holders.created":  moment("the day on which the holder was added"),

		"notices.hash":      text(32, "a hash of the notice"),
		"notices.rules":     text(0, "one of two words"),
		"notices.number":    num("its version"),
		"notices.published": moment("when it was published"),
		"notices.document":  text(65536, "a public text"),

		"desk_notices.number":    num("its version"),
		"desk_notices.hash":      text(32, "a hash of it"),
		"desk_notices.published": moment("when it was published"),
		"desk_notices.document":  text(32768, "a text that everybody at a desk is shown"),

		"consents.hash":      text(16, "a hash of the consent"),
		"consents.holder":    text(0, "whose it is, until that is erased"),
		"consents.notice":    text(0, "the notice"),
		"consents.record":    text(384, "the consent, without a name: canonical, checked when it is read"),
		"consents.receipt":   text(262144, "what the holder gets: the notice, and what was agreed to"),
		"consents.purpose":   num("what for"),
		"consents.signed":    num("whether the holder signed it"),
		"consents.guardian":  num("whether a guardian gave it"),
		"consents.given":     moment("when it was given"),
		"consents.until":     moment("when it ends"),
		"consents.withdrawn": moment("when it was withdrawn"),
		"consents.keep":      moment("until when the law has it kept"),

		"holder_passes.pass":     text(16, "the id of a pass"),
		"holder_passes.holder":   text(0, "whose it is"),
		"holder_passes.guest":    text(320, "what the holder calls a guest"),
		"holder_passes.expires":  moment("when the pass ends"),
		"holder_passes.replaces": text(16, "the id of the pass that was lost"),

		"openings.entry":  text(32, "a commitment in the ledger"),
		"openings.holder": text(0, "whom it is about"),
		"openings.salt":   text(32, "opens it; erased with the holder"),
		"openings.queue":  num("its place in ledger_queue"),
		"openings.body":   text(4096, "what was done: JSON with known members"),
		"openings.keep":   moment("until when the law has it kept"),

		"corrections.holder":   text(0, "who asks"),
		"corrections.version":  num("for answering"),
		"corrections.wish":     text(1200, "what the holder says is wrong"),
		"corrections.asked":    moment("the day on which they asked"),
		"corrections.answer":   text(1200, "what the operator answered"),
		"corrections.answered": moment("the day on which they answered"),

		"intents.entry":   num("its place in ledger_queue"),
		"intents.expires": moment("when it is given up"),
		"intents.undo":    text(512, "how"),
	}
}

func leaveOperators() map[string]allowed {
	return map[string]allowed{
		"operators.id":        text(26, "a random id"),
		"operators.pseudonym": text(7, "what the ledger calls them"),
		"operators.name":      text(320, "what the site calls them"),
		"operators.role":      text(0, "one of five words"),
		"operators.version":   num("for editing"),
		"operators.state":     text(0, "one of three words"),

		"links.hash":     text(32, "a hash of a link"),
		"links.operator": text(0, "whose page it opens"),
		"links.holder":   text(0, "whose page it opens"),
		"links.made":     moment("the day on which it was made"),
		"links.expires":  moment("when it ends"),

		"holder_sessions.hash":    text(32, "a hash of what a browser has"),
		"holder_sessions.holder":  text(0, "whose page is open"),
		"holder_sessions.expires": moment("when it ends"),
		"holder_sessions.idle":    moment("when it ends unless it is used: about a page, never about a door"),

		"holder_passkeys.id":         text(1023, "the id of a passkey"),
		"holder_passkeys.holder":     text(0, "whose it is"),
		"holder_passkeys.label":      text(320, "what they call it"),
		"holder_passkeys.made":       moment("the day on which it was made"),
		"holder_passkeys.credential": text(4096, "a public key, a counter and flags: JSON with known members"),

		"logins.hash":     text(32, "a hash of who somebody is elsewhere"),
		"logins.operator": text(0, "whose it is"),

		"tokens.hash":     text(32, "a hash of a token"),
		"tokens.id":       text(26, "a random id"),
		"tokens.operator": text(0, "whose it is"),
		"tokens.name":     text(320, "what it is for"),
		"tokens.scopes":   text(512, "what it may do"),
		"tokens.expires":  moment("when it ends"),

		"claims.hash":    text(32, "a hash of a request's name, under a secret of who asks"),
		"claims.request": text(32, "a hash of what was asked, under the same"),
		"claims.expires": moment("when it is forgotten"),

		"settings.name":    text(40, "what is set"),
		"settings.version": num("for editing"),
		"settings.value":   text(4096, "JSON with known members"),

		"operator_sessions.hash":     text(32, "a hash of what a browser has"),
		"operator_sessions.operator": text(64, "who is signed in"),
		"operator_sessions.way":      text(0, "one of five words"),
		"operator_sessions.browser":  text(40, "which browser, in words"),
		"operator_sessions.started":  moment("when it began"),
		"operator_sessions.seen":     {moment: true, why: "named so: when the page was used last, by an operator and not at a door"},
		"operator_sessions.fresh":    moment("when they last showed that it is them"),

		"operator_passkeys.id":         text(1023, "the id of a passkey"),
		"operator_passkeys.operator":   text(64, "whose it is"),
		"operator_passkeys.handle":     text(32, "what authenticators know them by"),
		"operator_passkeys.name":       text(320, "what they call it"),
		"operator_passkeys.credential": text(4096, "a public key, a counter and flags"),
		"operator_passkeys.added":      moment("when it was added"),
		"operator_passkeys.used":       moment("when they last signed in with it"),
		"operator_codes.hash":          text(32, "a hash of a recovery code"),
		"operator_codes.operator":      text(64, "whose it is"),
	}
}
