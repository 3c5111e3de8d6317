package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// PathOpenID is where signing in at the issuer begins, PathOpenIDBack where the
// issuer sends people back to: what to register there is the origin with it.
const (
	PathOpenID     = "/office/openid"
	PathOpenIDBack = "/office/openid/back"
)

// issuerTime is how long an issuer may take to answer.
const issuerTime = 10 * time.Second

// OpenID is an issuer of OpenID Connect (Core 1.0, with discovery), and who of
// those that it knows may do what.
type OpenID struct {
	// Issuer is its address, as it names itself.
	Issuer string
	// ClientID and ClientSecret are what it knows this site by. Without a secret
	// the code exchange is protected by PKCE (RFC 7636) alone, as with one it is
	// besides.
	ClientID, ClientSecret string
	// Name is what people call it; it stands on the button.
	Name string
	// Allowed are those who may sign in. The first that fits counts.
	Allowed []Allowed
	// Client is what it is asked with; nil is one with the system's authorities.
	Client *http.Client
}

// Allowed lets one account in.
type Allowed struct {
	// Subject is the issuer's name for the account. Without one, Email is a
	// verified address of the account; letters count alike in both cases.
	Subject, Email string
	// Role is what the account may do.
	Role string
}

// issuer is an OpenID that has been checked.
type issuer struct {
	c    OpenID
	back string

	mu       sync.Mutex // guards what follows
	provider *oidc.Provider
}

func newIssuer(c OpenID, origin *url.URL) (*issuer, error) {
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%w: the OpenID issuer %q is not like https://accounts.example", ErrConfig, c.Issuer)
	case c.ClientID == "":
		return nil, fmt.Errorf("%w: OpenID needs a client id", ErrConfig)
	case len(c.Allowed) == 0:
		return nil, fmt.Errorf("%w: nobody may sign in by OpenID", ErrConfig)
	}
	for _, a := range c.Allowed {
		if (a.Subject == "") == (a.Email == "") || a.Role == "" {
			return nil, fmt.Errorf("%w: an account of OpenID has a role, and a subject or an email", ErrConfig)
		}
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: issuerTime}
	}
	if c.Name == "" {
		c.Name = u.Host
	}
	return &issuer{c: c, back: origin.String() + PathOpenIDBack}, nil
}

// discover asks the issuer for its addresses and keys, once it is needed: a
// controller starts without it.
func (i *issuer) discover(ctx context.Context) (*oidc.Provider, oauth2.Config, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.provider == nil {
		// Its keys are fetched later, with this client, when this request is over.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), i.c.Client), i.c.Issuer)
		if err != nil {
			return nil, oauth2.Config{}, fmt.Errorf("%w: %v", ErrIssuer, err)
		}
		i.provider = p
	}
	return i.provider, oauth2.Config{
		ClientID: i.c.ClientID, ClientSecret: i.c.ClientSecret, Endpoint: i.provider.Endpoint(),
		RedirectURL: i.back, Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

// BeginOpenID returns the issuer's address to send the browser to, and leaves a
// cookie for [Service.FinishOpenID]. With stepUp, somebody who is signed in is
// asked to prove it once more. It fails with [ErrIssuer], [ErrSignedOut] or
// [TooMany].
func (s *Service) BeginOpenID(w http.ResponseWriter, r *http.Request, next string, stepUp bool) (string, error) {
	if s.issuer == nil {
		return "", ErrNotFound
	}
	if err := s.allowTry(r); err != nil {
		return "", err
	}
	c := ceremony{For: toSignIn, Next: Local(next), State: randomText(), Nonce: randomText(), Verifier: oauth2.GenerateVerifier()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(c.Nonce), oauth2.S256ChallengeOption(c.Verifier)}
	if stepUp {
		from, err := s.Who(r)
		if err != nil {
			return "", err
		}
		c.For, c.Session = toStepUp, from.Hash[:]
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	_, flow, err := s.issuer.discover(r.Context())
	if err != nil {
		return "", err
	}
	return flow.AuthCodeURL(c.State, options...), s.keep(w, c)
}

// FinishOpenID signs in whoever comes back from the issuer, and returns the page
// to go to. It fails with [ErrExpired], [ErrRefused], [ErrNotAllowed],
// [ErrIssuer] or [TooMany].
func (s *Service) FinishOpenID(w http.ResponseWriter, r *http.Request) (next string, err error) {
	if s.issuer == nil {
		return "", ErrNotFound
	}
	if err := s.allowTry(r); err != nil {
		return "", err
	}
	c, err := s.take(w, r)
	if err != nil {
		return "", err
	}
	q := r.URL.Query()
	if c.State == "" || subtle.ConstantTimeCompare([]byte(c.State), []byte(q.Get("state"))) != 1 {
		return "", ErrExpired
	}
	// RFC 9207: an answer that names another issuer was mixed up on purpose.
	if iss := q.Get("iss"); iss != "" && iss != s.issuer.c.Issuer {
		return "", ErrRefused
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return "", ErrRefused
	}
	who, err := s.issuer.exchange(r.Context(), c, q.Get("code"))
	if err != nil {
		return "", err
	}
	return c.Next, s.finishOpenID(w, r, c, who)
}

func (s *Service) finishOpenID(w http.ResponseWriter, r *http.Request, c ceremony, who claims) error {
	role, ok := s.issuer.role(who)
	if !ok {
		return ErrNotAllowed
	}
	operator, err := s.c.Operators.Known(r.Context(), Account{Issuer: s.issuer.c.Issuer, Subject: who.Subject, Name: who.name()}, role)
	if err != nil {
		return err
	}
	if c.For == toSignIn {
		return s.start(w, r, operator, ByOpenID)
	}
	from, err := s.same(r, c)
	if err != nil {
		return err
	}
	age := s.now().Sub(time.Unix(who.AuthTime, 0))
	if operator != from.Operator || age < -time.Minute || age >= FreshTime {
		return ErrRefused
	}
	return s.renew(w, r, from)
}

// claims is what is read of an ID token.
type claims struct {
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Called   string `json:"name"`
	AuthTime int64  `json:"auth_time"`
	Nonce    string `json:"nonce"`
}

func (c claims) name() string {
	if c.Called != "" {
		return c.Called
	}
	return c.Email
}

// exchange turns a code into what the issuer says about who was there.
func (i *issuer) exchange(ctx context.Context, c ceremony, code string) (who claims, err error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, i.c.Client), issuerTime)
	defer cancel()
	provider, flow, err := i.discover(ctx)
	if err != nil {
		return who, err
	}
	token, err := flow.Exchange(ctx, code, oauth2.VerifierOption(c.Verifier))
	if err != nil {
		var said *oauth2.RetrieveError
		if errors.As(err, &said) {
			return who, ErrRefused
		}
		return who, fmt.Errorf("%w: %v", ErrIssuer, err)
	}
	text, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: i.c.ClientID}).Verify(ctx, text)
	if err != nil {
		return who, fmt.Errorf("%w: %v", ErrIssuer, err)
	}
	if err := id.Claims(&who); err != nil {
		return who, fmt.Errorf("%w: %v", ErrIssuer, err)
	}
	if who.Subject == "" || subtle.ConstantTimeCompare([]byte(who.Nonce), []byte(c.Nonce)) != 1 {
		return who, ErrRefused
	}
	return who, nil
}

// role returns what somebody may do, and false for nothing.
func (i *issuer) role(who claims) (string, bool) {
	for _, a := range i.c.Allowed {
		bySubject := a.Subject != "" && a.Subject == who.Subject
		byEmail := a.Email != "" && who.Verified && strings.EqualFold(a.Email, who.Email)
		if bySubject || byEmail {
			return a.Role, true
		}
	}
	return "", false
}
