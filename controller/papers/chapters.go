package papers

import (
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
)

// chapter is a part of the assessment.
type chapter struct {
	Key, Heading string
	// Laws are who asks for it.
	Laws  []law
	Items []item
}

func (c chapter) open() (n int) {
	for _, i := range c.Items {
		if i.Open != "" {
			n++
		}
	}
	return n
}

// law is a duty that a chapter answers. Counsel says that our source for its words
// was not the official text.
type law struct {
	Text    string
	Counsel bool
}

// item is one statement, with what proves it, or an empty field, or both.
type item struct {
	// Title is a heading or the name of a fact, or "".
	Title string
	Said  words.Said
	// Tests are those that fail when the statement is not so.
	Tests []string
	// Open is the question that the operator has to answer, or "".
	Open string
	// Counsel asks for a lawyer.
	Counsel bool
	// Key names the field.
	Key string
}

// assessor collects what is said. The first thing that went wrong is kept.
type assessor struct {
	f    public.Facts
	tag  words.Tag
	book words.Book
	err  error
}

func (a *assessor) say(key string, gaps ...any) string {
	text, err := a.book.Say(a.tag, "a."+key, gaps...)
	if err != nil && a.err == nil {
		a.err = err
	}
	return text
}

// fact is a statement that follows from the configuration.
func (a *assessor) fact(key string, gaps ...any) item {
	return item{Said: words.Said{Tag: a.tag, Text: a.say(key, gaps...)}}
}

// claim is a statement that tests prove.
func (a *assessor) claim(tests []string, key string, gaps ...any) item {
	i := a.fact(key, gaps...)
	i.Tests = tests
	return i
}

// named is something of the operator's with its name.
func (a *assessor) named(key string, said words.Said) item {
	return item{Title: a.say(key), Said: said}
}

// open is an empty field.
func (a *assessor) open(key string) item { return item{Open: a.say(key), Key: key} }

// risk is a statement with the field for the operator's judgement.
func (a *assessor) risk(key, text string) item {
	return item{Title: a.say("risk." + key), Said: words.Said{Tag: a.tag, Text: text}, Open: a.say("risk.open"), Key: "risk." + key}
}

// laws are duties by their keys. Only the text of PIPL was read in full.
func (a *assessor) laws(keys ...string) (all []law) {
	for _, key := range keys {
		all = append(all, law{a.say("law." + key), key[0] != 'p'})
	}
	return all
}

func (a *assessor) parts() []chapter {
	return []chapter{
		{Key: "who", Heading: a.say("who"), Items: a.who()},
		{Key: "what", Heading: a.say("what"), Laws: a.laws("gdpr.a"), Items: a.what()},
		{Key: "need", Heading: a.say("need"), Laws: a.laws("pipl56.1", "m9.1", "gdpr.b"), Items: a.need()},
		{Key: "risk", Heading: a.say("risk"), Laws: a.laws("pipl56.2", "m9.2", "m9.3", "gdpr.c"), Items: a.risks()},
		{Key: "measures", Heading: a.say("measures"), Laws: a.laws("pipl56.3", "m9.4", "gdpr.d"), Items: a.measures()},
		{Key: "end", Heading: a.say("end"), Items: a.end()},
	}
}

func (a *assessor) who() []item {
	plain := func(text string) words.Said { return words.Said{Tag: a.tag, Text: text} }
	notice := plain(a.say("who.notice.none"))
	if a.f.Notice.There() {
		notice = plain(a.f.Notice.Version + ", SHA-256 " + a.f.Notice.Name())
	}
	return []item{
		a.named("who.operator", a.f.Operator.Name.In(a.tag)),
		a.named("who.address", a.f.Operator.Address.In(a.tag)),
		a.named("who.contact", a.f.Operator.Contact.In(a.tag)),
		a.named("who.site", plain(a.f.Name+", "+a.f.ID.String())),
		a.named("who.notice", notice),
		a.named("who.software", plain("Facelatch "+a.f.Software.Version)),
		a.open("who.open.person"), a.open("who.open.heard"), a.open("who.open.before"),
	}
}

func (a *assessor) need() []item {
	told := func(t words.Text) words.Said {
		if said := t.In(a.tag); said.Text != "" {
			return said
		}
		return words.Said{Tag: a.tag, Text: a.say("need.missing")}
	}
	return []item{
		a.named("need.purpose", told(a.f.Why)),
		a.named("need.necessity", told(a.f.Need)),
		a.claim([]string{"bundle.TestPromise4OnlyWay", "internal/site.TestPromise4NoPolicyWithoutPlainPasses"}, "need.choice"),
		a.claim([]string{"issue.TestPromise4AFaceIsNeverTheOnlyOrTheBetterWay"}, "need.lives", "face", a.f.Keep.FaceDays, "plain", a.f.Keep.PlainDays),
		a.claim([]string{"face.TestPromise2NoGrantNoFace", "station.TestPromise2NoLookWithoutConsent"}, "need.consent"),
		a.open("need.open.less"), a.open("need.open.basis"),
	}
}

func (a *assessor) measures() []item {
	return []item{
		a.claim([]string{"issue.TestPromise1OnlyTheHashCrosses", "internal/site.TestPromise1NothingOfAFaceOnDisk"}, "measure.sealed"),
		a.claim([]string{"face.TestPromise1OneProbeOneReference"}, "measure.one"),
		a.claim([]string{"face.TestPromise2EveryPictureComesWithAGrant"}, "measure.grant"),
		a.claim([]string{"edge/session.TestPromise3NobodyIsMeasuredBeforeAPass"}, "measure.before"),
		a.claim([]string{"edge/config.TestPromise4ADoorOfFacesOnlyIsRefused"}, "measure.other"),
		a.claim([]string{"edge/ground.TestPromise5CountingWritesNothing"}, "measure.presence"),
		a.claim([]string{"e2e.TestPromise2WithdrawalReachesTheDoor", "edge/ground.TestLife"}, "measure.withdraw", "face", a.f.Keep.OfflineHours),
		a.claim([]string{"picture.TestNothingIsLeft", "door.TestPromise1EverythingIsForgotten"}, "measure.wiped"),
		a.claim([]string{"issue.TestPromise6NoRecordNoPass"}, "measure.record"),
		a.claim([]string{"internal/site.TestWrongFingerprint", "internal/site.TestStolenDoor"}, "measure.door"),
		a.open("measure.open.machines"), a.open("measure.open.people"), a.open("measure.open.incident"), a.open("measure.open.audit"),
	}
}

func (a *assessor) end() []item {
	filing, gdpr := a.fact("end.filing"), a.fact("end.gdpr")
	filing.Counsel, gdpr.Counsel = true, true
	return []item{filing, gdpr, a.open("end.open.judgement"), a.open("end.open.changes"), a.open("end.open.signed")}
}
