// Package holder is the page of one's own that every holder has: what is kept of
// them, what they agreed to, their passes, and everything they can do about it,
// each in one step: take a consent back, give one anew before it ends, replace a
// lost pass, make a pass for a guest, put right what is wrong, take a copy of
// everything, be deleted.
//
// It is opened by a link that the operator prints or mails, which works once, and
// later by a passkey if the holder likes. It works without JavaScript, passkeys
// excepted. What may be done, and what is recorded of it, is decided in
// controller/acts; here is only what people see of it.
//
// The package never shows anything of one holder to another, never says whether a
// link, a pass or a consent that is not one's own exists, and keeps nothing: a new
// pass is shown in the answer that made it, and nowhere else.
package holder

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/visitors"
	"github.com/facelatch/facelatch/pass"
)

// Doing is all that the page has done: *acts.Acts is one. Errors are those of
// package acts.
type Doing interface {
	Access
	Keys
	Own
	Given
}

// Own is what is kept of a holder, and put right.
type Own interface {
	Person
	Corrections
}

// Given is what a holder gave, and was given.
type Given interface {
	Consents
	Passes
}

// Access lets holders in.
type Access interface {
	// OpenLink opens a link once and begins a session.
	OpenLink(ctx context.Context, token string) (acts.Session, error)
	// SessionOf returns the session of a token, and notes that it is in use.
	SessionOf(ctx context.Context, token string) (acts.Session, error)
	// SignOut ends a session, if there is one.
	SignOut(ctx context.Context, token string) error
	// SignIn begins a session for who has just proved to have a passkey.
	SignIn(ctx context.Context, used acts.Passkey) (acts.Session, error)
}

// Keys keeps holders' passkeys.
type Keys interface {
	// PasskeyOwner returns whose a credential is.
	PasskeyOwner(ctx context.Context, id []byte) (holder string, p acts.Passkey, err error)
	// AddPasskey keeps a passkey of the holder who acts.
	AddPasskey(ctx context.Context, actor acts.Actor, p acts.Passkey) error
	// RemovePasskey forgets one.
	RemovePasskey(ctx context.Context, actor acts.Actor, id []byte) error
}

// Person is what is kept of a holder.
type Person interface {
	// Holder returns everything that is held about one.
	Holder(ctx context.Context, actor acts.Actor, id string) (acts.HolderView, error)
	// HolderExport returns the same as JSON.
	HolderExport(ctx context.Context, actor acts.Actor, id string) ([]byte, error)
	// DeleteHolder deletes a holder, after which all their passes are refused.
	DeleteHolder(ctx context.Context, actor acts.Actor, id string) error
	// MakeLink makes a link to the holder's page, which a station can take.
	MakeLink(ctx context.Context, actor acts.Actor, id string) (acts.Link, error)
}

// Corrections puts right what is kept of a holder.
type Corrections interface {
	// CorrectContact writes how the holder who acts can be reached.
	CorrectContact(ctx context.Context, actor acts.Actor, version int64, contact string) (acts.Holder, error)
	// AskCorrection tells the operator what is wrong in the rest.
	AskCorrection(ctx context.Context, actor acts.Actor, wish string) (acts.Correction, error)
}

// Consents gives consents and takes them back.
type Consents interface {
	// GiveConsent records what a holder agreed to.
	GiveConsent(ctx context.Context, actor acts.Actor, holder string, in acts.ConsentInput) (acts.ConsentView, error)
	// WithdrawConsent takes a consent back, which revokes face passes.
	WithdrawConsent(ctx context.Context, actor acts.Actor, hash pass.Hash16) (acts.Withdrawal, error)
}

// Passes makes and ends passes.
type Passes interface {
	// ReplacePass revokes a pass and makes a plain one in its place.
	ReplacePass(ctx context.Context, actor acts.Actor, id pass.ID) (acts.Issued, error)
	// RevokePass revokes a pass.
	RevokePass(ctx context.Context, actor acts.Actor, id pass.ID) error
	// Guest makes a pass for a guest of the holder who acts.
	Guest(ctx context.Context, actor acts.Actor, in acts.GuestInput) (acts.Issued, error)
}

// Site is what the page says about the site.
type Site interface {
	// SiteConfig returns the configuration.
	SiteConfig(ctx context.Context) (acts.SiteConfig, error)
	// Notices returns all versions of the notices.
	Notices(ctx context.Context) ([]acts.NoticeVersion, error)
	// CurrentNotice returns the newest for some rules.
	CurrentNotice(ctx context.Context, rules consent.Rules) (acts.NoticeVersion, error)
}

// Config is what the page is made from. Do, Site and Origin are required.
type Config struct {
	Do   Doing
	Site Site
	// Origin is where browsers open the page, such as "https://house.example". A
	// request under another name is refused. Passkeys belong to its host name, and
	// cannot be used where that is an address.
	Origin string
	// Key seals what a browser carries between the two halves of using a passkey.
	// Controllers behind one address need the same; the zero value makes one up.
	Key [32]byte
	// Contact says how the operator is reached, for those who cannot go on alone; nil
	// is that nobody knows.
	Contact func() words.Text
	// Card makes a PDF of a new pass for printing, in a language; nil is none.
	Card func(acts.Issued, words.Tag) ([]byte, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

const (
	// triesEach is how often somebody who is not signed in may try a link or a
	// passkey in limitTime from one place.
	triesEach = 20
	// changesEach is how often one holder may have something done.
	changesEach = 60
	limitTime   = time.Minute
)

// ErrConfig is returned for a Config that cannot be used.
var ErrConfig = errors.New("the holder's page cannot be set up like this")

// server answers requests. Nothing in it changes but the counts of its limiters.
type server struct {
	Config
	origin   *url.URL
	pages    pages
	ways     *webauthn.WebAuthn // nil where passkeys cannot be used
	seal     cipher.AEAD
	cross    *http.CrossOriginProtection
	tries    *visitors.Tries // by place, for strangers
	changes  *visitors.Tries // by holder
	handlers http.Handler
}

// New returns the handler of the holder's page, for everything below "/me/". It
// fails with [ErrConfig].
func New(c Config) (http.Handler, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Contact == nil {
		c.Contact = func() words.Text { return nil }
	}
	if c.Key == ([32]byte{}) {
		_, _ = rand.Read(c.Key[:]) // never fails (Go 1.24)
	}
	origin, err := url.Parse(c.Origin)
	if err != nil || origin.Scheme != "https" || origin.Hostname() == "" || origin.Path != "" && origin.Path != "/" {
		return nil, fmt.Errorf("%w: the origin %q is not like https://house.example", ErrConfig, c.Origin)
	}
	if c.Do == nil || c.Site == nil {
		return nil, fmt.Errorf("%w: there is nothing to act with", ErrConfig)
	}
	s := &server{Config: c, origin: origin, cross: http.NewCrossOriginProtection()}
	s.tries, s.changes = visitors.NewTries(c.Now, triesEach, limitTime), visitors.NewTries(c.Now, changesEach, limitTime)
	if s.pages, err = newPages(); err != nil {
		return nil, err
	}
	if s.seal, err = newSeal(c.Key); err != nil {
		return nil, err
	}
	if s.ways, err = passkeyWays(origin); err != nil {
		return nil, err
	}
	s.handlers = s.routes()
	return s.guarded(), nil
}
