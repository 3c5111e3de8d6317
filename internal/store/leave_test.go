package store

import "maps"

// leave is why each column is there. Who adds a column adds it here.
func leave() map[string]allowed {
	all := make(map[string]allowed)
	for _, part := range []map[string]allowed{leaveSite(), leavePasses(), leaveDoors(), leavePeople(), leaveOperators(), leaveDesks()} {
		maps.Copy(all, part)
	}
	return all
}

// placesWithTimes is why a table may have a place and a time.
func placesWithTimes() map[string]string {
	return map[string]string{
		"members":         "when a door joined, and got its keys: administrative acts, in the ledger in clear",
		"join_codes":      "when a code was made for a door",
		"dockets":         "the zones that a pass is for, and when it was made or revoked: nothing about where it was shown",
		"pins":            "as dockets",
		"counts":          "a day, not a moment: rounded counts of a whole zone",
		"counted":         "the day up to which a door has sent counts, which is every day",
		"reports":         "the day on which a door's machine last said that it restarted, or that its camera failed",
		"refused_peppers": "when a door was stolen",
	}
}

func leaveSite() map[string]allowed {
	return map[string]allowed{
		"leases.name":  text(64, "what only one process may do"),
		"leases.owner": text(64, "a random name of a process, or a hash that names a machine and a folder on it"),
		"leases.until": moment("when it runs out"),

		"site.one":     num("one row"),
		"site.id":      text(8, "the site's id"),
		"site.demo":    num("whether it is a demonstration"),
		"site.version": num("for editing"),
		"site.config":  text(65536, "what the operator decides, as internal/site writes it: read strictly, and public"),

		"ledger_queue.id":    num("the order"),
		"ledger_queue.entry": text(4096, "what goes into the public ledger: acts about the site, and commitments"),
		"ledger_queue.idx":   num("where it stands in the ledger"),

		"ledger_checkpoint.one":    num("one row"),
		"ledger_checkpoint.signed": text(16384, "a signed checkpoint of the ledger, public"),

		"status_lists.list":    num("its number"),
		"status_lists.version": num("counts changes"),
		"status_lists.issued":  moment("the date in the signed list, which is public"),
		"status_lists.signed":  text(262144, "a signed status list: one bit for each place, public"),
		"status_places.list":   num("the list"),
		"status_places.place":  num("the index in it, random"),
		"status_places.status": num("valid or not"),
		"status_changes.id":    num("so that rows differ"),
		"status_changes.list":  num("the list to be signed"),

		"refused_keys.id":        num("the order"),
		"refused_keys.epoch":     text(4, "the id of a sealing key"),
		"refused_peppers.zone":   text(24, "a zone"),
		"refused_peppers.before": moment("peppers made before are refused"),

		"pin_changes.id":   num("so that rows differ"),
		"pin_changes.zone": text(24, "a zone to be signed"),
		"bundles.number":   num("its number"),
		"bundles.body":     text(1048576, "a signed bundle, read by every door"),
		"pin_objects.zone": text(24, "a zone"),
		"pin_objects.body": text(4194304, "signed PINs, worth nothing without the pepper"),
	}
}

func leavePasses() map[string]allowed {
	return map[string]allowed{
		"dockets.id":         text(16, "the pass's id"),
		"dockets.state":      text(0, "one of five words"),
		"dockets.not_before": moment("when it begins to be good"),
		"dockets.expires":    moment("when it ends"),
		"dockets.zones":      text(256, "up to 8 names of zones"),
		"dockets.hours":      text(512, "its weekly hours"),
		"dockets.list":       num("its status list"),
		"dockets.place":      num("its place there"),
		"dockets.consent":    text(16, "a hash of the consent"),
		"dockets.record":     text(384, "the consent, without a name: canonical, checked when it is read"),
		"dockets.models":     text(64, "the ids of up to 8 models"),
		"dockets.phone":      text(64, "the public key of a telephone"),
		"dockets.signed":     text(32, "a hash of what was signed"),
		"dockets.salt":       text(32, "opens what the ledger says of it; erased with its holder"),
		"dockets.since":      moment("when it was made or revoked"),
		"dockets.until":      moment("when an issuing is given up that is under way"),
		"dockets.opener":     text(64, "the station that is making it"),

		"pins.number":      text(8, "8 digits, not the code"),
		"pins.state":       text(0, "one of four words"),
		"pins.not_before":  moment("when it begins to be good"),
		"pins.expires":     moment("when it ends"),
		"pins.hours":       text(512, "its weekly hours"),
		"pins.salt":        text(32, "opens what the ledger says of it"),
		"pins.until":       moment("when making it is given up"),
		"pin_zones.zone":   text(24, "a zone"),
		"pin_zones.number": text(0, "its PIN"),
		"pin_zones.salt":   text(16, "a salt"),
		"pin_zones.tag":    text(32, "a hash under the pepper of the zone"),
	}
}

func leaveDoors() map[string]allowed {
	return map[string]allowed{
		"members.id":        text(8, "its id"),
		"members.kind":      text(0, "door, station or desk"),
		"members.name":      text(320, "what the operator calls the door"),
		"members.zone":      text(24, "its zone"),
		"members.tls_key":   text(1024, "its public key"),
		"members.relay_key": text(2048, "its public key for what is sealed to it"),
		"members.hosts":     text(8192, "the names in its certificate"),
		"members.state":     text(0, "one of three words"),
		"members.joined":    moment("when it joined"),
		"members.epochs":    text(4096, "the ids of sealing keys that it has"),
		"members.given":     moment("when it got a secret first"),
		"members.stolen":    num("whether it was stolen"),
		"members.version":   num("counts changes"),

		"member_secrets.member": text(0, "the door"),
		"member_secrets.number": num("the order"),
		"member_secrets.secret": text(65536, "keys and a pepper, sealed to the door's own key by a station"),

		"join_codes.name":   text(4, "the beginning of the code"),
		"join_codes.kind":   text(0, "door, station or desk"),
		"join_codes.called": text(320, "what the operator is going to call it"),
		"join_codes.zone":   text(24, "its zone"),
		"join_codes.hash":   text(32, "a hash of the code"),
		"join_codes.made":   moment("when it was made"),
		"join_codes.wrong":  num("wrong tries"),
		"join_codes.member": text(8, "who used it"),
		"join_codes.keys":   text(32, "a hash of its keys"),

		"counts.day":     text(10, "a day"),
		"counts.zone":    text(24, "a zone"),
		"counts.reason":  text(32, "what was decided, as a word"),
		"counts.least":   num("at least so often"),
		"counts.most":    num("at most so often"),
		"counted.member": text(0, "the door"),
		"counted.day":    text(10, "a day"),
		"reports.member": text(0, "the door"),
		"reports.kind":   text(32, "restart, camera, latch and the like"),
		"reports.times":  num("how often, in all"),
		"reports.last":   text(10, "a day"),
	}
}

func leaveDesks() map[string]allowed {
	return map[string]allowed{
		"members.origin":    text(300, "where browsers find a desk: a name and a port"),
		"join_codes.origin": text(300, "as that of the desk to come"),

		"relying_parties.id":       text(64, "what an organisation is called by programs"),
		"relying_parties.version":  num("counts changes"),
		"relying_parties.document": text(32768, "an organisation's name, addresses and public key, as JSON that is read strictly: nothing about a person"),

		"desk_counts.day":     text(10, "a day"),
		"desk_counts.outcome": text(32, "how a check ended, as a word"),
		"desk_counts.least":   num("at least so often"),
		"desk_counts.most":    num("at most so often"),
	}
}
