// Package holdertest has a house in memory for tests of the holder's page: one
// holder with passes and consents, who can do everything there is. It records
// nothing and signs nothing; what acts mean is package acts's to test.
package holdertest

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/publictest"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/spec/vectors"
)

// ID is the holder's.
const ID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"

// At is when the tests take place.
func At() time.Time { return publictest.At() }

// House is a site with one holder.
type House struct {
	mu       sync.Mutex // guards what follows
	view     acts.HolderView
	notices  []acts.NoticeVersion
	links    map[string]bool // good ones
	sessions map[string]bool
	count    byte
	text     string
	gone     bool
	fail     error
	done     []string
}

// New returns a house whose holder has a face pass, a plain pass, one that was
// stopped, a guest, and two consents.
func New() *House {
	h := &House{links: make(map[string]bool), sessions: make(map[string]bool), text: passText()}
	notice := publictest.Notice()
	document, err := notice.Encode()
	if err != nil {
		panic(err)
	}
	hash := sha256.Sum256(document)
	h.notices = []acts.NoticeVersion{{Hash: hash, Rules: consent.Everybody, Number: 1, Published: At().AddDate(0, -1, 0), Document: document}}
	given := acts.ConsentView{
		Hash: pass.Hash16{0xc0, 1}, Holder: ID, Purpose: pass.PurposeAccess, Notice: hash,
		Given: At().AddDate(0, 0, -20), Until: At().AddDate(1, 0, -20), Signed: true, Receipt: []byte(`{"@context":"https://w3id.org/dpv"}`),
	}
	old := given
	old.Hash, old.Given, old.Withdrawn, old.Signed = pass.Hash16{0xc0, 2}, At().AddDate(-1, 0, 0), At().AddDate(0, -6, 0), false
	h.view = acts.HolderView{
		Holder: acts.Holder{
			HolderInput: acts.HolderInput{Label: "3 号楼 1201 室", Contact: "holder@garden-court.example"},
			ID:          ID, Version: 1, Created: At().AddDate(-1, 0, 0).Truncate(24 * time.Hour),
		},
		Consents: []acts.ConsentView{given, old},
		Links:    []acts.LinkView{{Made: At(), Expires: At().AddDate(0, 0, 7)}},
	}
	h.add(acts.PassView{Kind: pass.Face, Zones: []string{"front"}, Consent: given.Hash, Expires: At().AddDate(1, 0, -20)})
	h.add(acts.PassView{Kind: pass.Plain, Zones: []string{"front", "garage"}, Hours: "Mon-Fri 07:00-19:00", Expires: At().AddDate(1, 0, 0), Phone: true})
	h.add(acts.PassView{Kind: pass.Plain, Zones: []string{"front"}, Guest: "Aunt 阿姨", NotBefore: At().AddDate(0, 0, 1), Expires: At().AddDate(0, 0, 3)})
	stopped := h.add(acts.PassView{Kind: pass.Plain, Zones: []string{"front"}, Expires: At().AddDate(0, 1, 0)})
	stopped.State = issue.Revoked
	return h
}

// passText is the text of a pass that can be drawn.
func passText() string {
	all, err := vectors.Accepts()
	if err != nil {
		panic(err)
	}
	return all[slices.IndexFunc(all, func(v vectors.Accept) bool { return v.Name == "plain" })].Text
}

// add keeps a pass of the holder.
func (h *House) add(p acts.PassView) *acts.PassView {
	h.count++
	p.ID, p.Holder, p.State, p.Since = pass.ID{0xab, h.count}, ID, issue.Issued, At().AddDate(0, 0, -20).Add(time.Duration(h.count)*time.Minute)
	if p.NotBefore.IsZero() {
		p.NotBefore = At().AddDate(0, 0, -20)
	}
	h.view.Passes = append(h.view.Passes, p)
	return &h.view.Passes[len(h.view.Passes)-1]
}

// Link makes a link, and returns its token.
func (h *House) Link() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	token := strings.Repeat("A", 24) + "B" + string('A'+rune(h.count%26))
	h.links[token] = true
	return token
}

// Fail makes every act fail with an error, until it is nil.
func (h *House) Fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fail = err
}

// Done returns the acts that were done since the last call.
func (h *House) Done() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	done := h.done
	h.done = nil
	return done
}

// Config is what a handler is made from.
func (h *House) Config() acts.SiteConfig {
	return acts.SiteConfig{
		Version: 1, KeepYears: 3, Guests: acts.GuestLimits{Most: 3, Hours: 72, AheadDays: 14},
		Site: site.Config{
			Format: site.Format, ID: pass.SiteID{1}, Name: "花园小区 Garden Court", Zones: []string{"front", "garage"}, Timezone: "Asia/Shanghai", Policy: site.DefaultPolicy(),
			Rules: map[string]site.Rules{"front": {Title: map[string]string{"zh": "前门", "en": "Front door"}}, "garage": {Title: map[string]string{"zh": "车库", "en": "Garage"}}},
		},
	}
}

// SiteConfig is a method of holder.Site.
func (h *House) SiteConfig(context.Context) (acts.SiteConfig, error) { return h.Config(), nil }

// Notices is a method of holder.Site.
func (h *House) Notices(context.Context) ([]acts.NoticeVersion, error) { return h.notices, nil }

// errActor is returned where the page acts as somebody else than the holder.
var errActor = errors.New("another actor than the holder")

// act does something in the holder's name.
func (h *House) act(actor acts.Actor, holder, what string, do func() error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if actor.Role != acts.HolderRole || actor.Holder != ID || holder != ID || actor.Operator != "" || actor.Scopes != nil {
		return errActor
	}
	if h.fail != nil {
		return h.fail
	}
	if err := do(); err != nil {
		return err
	}
	h.done = append(h.done, what)
	return nil
}
