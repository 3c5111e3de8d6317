// Package provider is a small OpenID Provider at which the login is a check: is
// this person the holder of this document? Whatever client speaks OpenID Connect
// can ask, and gets verified_claims (OpenID Connect for Identity Assurance 1.0) in
// an ID Token.
//
// It offers the authorization code flow with PKCE (S256) and nothing else: no
// implicit flow, no refresh tokens, no userinfo. Nobody has an account, so every
// login is a new check and every subject a new one. Checks are run by others,
// through [Checks]; here is who asked, and where the answer goes.
//
// It never sends a browser to an address that is not registered, never answers a
// code twice, and keeps nothing on a disk: what it knows of a login is in memory,
// for [LoginTime] at most, and of an answer for [CodeTime].
package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/idcheck"
)

const (
	// LoginTime is how long a login may take, from the party's request to the
	// person's coming back.
	LoginTime = 15 * time.Minute
	// CodeTime is how long the party may take to exchange a code.
	CodeTime = 60 * time.Second
	// SpentTime is how long a spent code is known, so that its replay is noticed.
	SpentTime = 10 * time.Minute
	// DefaultLimit is how many logins there are at once where [Options] do not say.
	DefaultLimit = 500
)

// ErrBusy is what [Checks] fail with while no other check can be begun.
var ErrBusy = errors.New("there are as many checks as there can be")

// Ask is what a party asks for.
type Ask struct {
	Party party.Party
	// Claims are those that it asked for and may ask for, in the order of
	// [party.Claims]. The person has to be shown them.
	Claims []string
	// Nonce is for the result, "" if the party sent none.
	Nonce string
	// Return is where the person's browser goes when the check has ended, however
	// it did.
	Return string
	// Languages are those that the party says the person reads (BCP 47, the first
	// before the others).
	Languages []string
}

// Begun is a check that was begun.
type Begun struct {
	// ID names it to [Checks], and is told nobody.
	ID string
	// Link is where the person's browser goes to be checked, at the issuer's own
	// host, where its cookie is known.
	Link string
}

// Ended is where a check stands.
type Ended struct {
	// Over is false while it goes on.
	Over    bool
	Outcome idcheck.Outcome
	// Token is the signed result, a JWT for the party with the nonce; it is asked
	// for where Outcome is [idcheck.SamePerson].
	Token string
}

// Checks run checks. Whoever shows the person the check of a login must ask
// [Provider.Began] at each request, and answer no other browser: else somebody could
// begin a login, send its link to another person, and take the answer for their own.
type Checks interface {
	// Begin begins a check of a person who is alone. It fails with [ErrBusy], or
	// with errors of its own.
	Begin(ctx context.Context, a Ask) (Begun, error)
	// Outcome says where a check stands. It may be asked again, for as long as
	// somebody may come back from the check.
	Outcome(ctx context.Context, id string) (Ended, error)
	// Revoke revokes the result of a check, because its code was used twice.
	Revoke(ctx context.Context, id string) error
}

// Options are what a provider is made of. All but Limit and Failed are needed.
type Options struct {
	// Issuer is the desk's address, such as https://desk.example, without a path.
	Issuer string
	Checks Checks
	// Party finds a relying party by its id.
	Party func(id string) (party.Party, bool)
	// Keys are those that results are signed with, to publish.
	Keys func() jose.JSONWebKeySet
	Now  func() time.Time
	// Limit is how many logins there are at once; one party has half of them at
	// most. 0 is [DefaultLimit].
	Limit int
	// Failed is told of errors of Checks, which parties are not.
	Failed func(error)
}

// Provider is an OpenID Provider. It is safe for concurrent use.
type Provider struct {
	o     Options
	store *store
}

// New returns a provider. It fails where the options are not complete.
func New(o Options) (*Provider, error) {
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || o.Issuer != "https://"+u.Host:
		return nil, errors.New("an issuer is an address like https://desk.example, without a path")
	case o.Checks == nil || o.Party == nil || o.Keys == nil || o.Now == nil:
		return nil, errors.New("a provider needs checks, parties, keys and a clock")
	}
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	return &Provider{o: o, store: newStore(o.Limit)}, nil
}

// The paths that a provider answers, below its issuer.
const (
	PathDiscovery = "/.well-known/openid-configuration"
	PathVCIssuer  = "/.well-known/jwt-vc-issuer" // for who verifies SD-JWT VCs
	PathKeys      = "/jwks"
	PathAuthorize = "/authorize"
	PathCallback  = "/callback/"
	PathToken     = "/token"
)

// Handler answers the paths above. A guard against requests from other sites must
// let POST [PathAuthorize] and [PathToken] pass: they come from there. Limits on
// strangers, by where they come from, are its caller's.
func (p *Provider) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PathDiscovery, p.discovery)
	mux.HandleFunc("GET "+PathVCIssuer, p.issuer)
	mux.HandleFunc("GET "+PathKeys, p.keys)
	mux.HandleFunc("GET "+PathAuthorize, p.authorize)
	mux.HandleFunc("POST "+PathAuthorize, p.authorize)
	mux.HandleFunc("GET "+PathCallback+"{login}", p.callback)
	mux.HandleFunc("POST "+PathToken, p.token)
	return mux
}

// Run forgets what is over, until the context ends.
func (p *Provider) Run(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			p.store.clear()
			return
		case <-tick.C:
			p.store.sweep(p.o.Now())
		}
	}
}
