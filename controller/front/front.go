// Package front is where people meet the controller of a site, with a browser: the
// public page, the operators' pages, the holders' own page, the API, and the
// ledger, all under one name.
//
//	/          what the site does with faces, for everybody
//	/office/   for operators
//	/me/       for each holder
//	/papers/   what operators print: signs, the assessment
//	/api/v1/   for programs, with a token
//	/ledger/   the public record of what operators did
//	/healthz   whether the controller can do its work
//
// Doors and stations have a door of their own, package controller. What is done is
// done by package acts, which all of these share.
//
// It never sees a face, keeps no log of requests, and never learns who passed a
// door.
package front

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/facelatch/facelatch/card"
	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/api"
	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/controller/holder"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/gather"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/web"
)

// Config is what the front is made from. Office, Dir, Authority and Origin are
// required.
type Config struct {
	// Office is the site. It is its owner's to close, after Serve has returned.
	Office *site.Office
	// Dir is the folder of the site, in which the front keeps one key.
	Dir       string
	Authority *authority.Authority
	// Origin is where browsers find it, such as "https://house.example" or
	// "https://localhost:8443". Passkeys belong to its host name.
	Origin string
	// Address is where doors reach the controller, for join codes.
	Address string
	// Certificate is shown to browsers; nil is one of the site's own authority.
	Certificate *tls.Certificate
	// Fonts are for cards; without them there are pictures of passes only.
	Fonts card.Fonts
	// Engine and Software are what the public page says of them.
	Engine   public.Engine
	Software public.Software
	// Doors tells what the controller has heard of doors since it started; nil is
	// nothing.
	Doors func() pages.DoorNews
	// Contact is whom people are told to ask until a notice says it.
	Contact string
	// OpenID is nil where operators sign in with passkeys only.
	OpenID *signin.OpenID
	// Say is called with what the operator has to know, never with anything about
	// a request or a person. It may be nil.
	Say func(string)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// ErrConfig is returned for a [Config] that cannot be used.
var ErrConfig = errors.New("the controller's pages cannot be served like this")

// Front is made by New.
type Front struct {
	c       Config
	origin  *url.URL
	acts    *acts.Acts
	signin  *signin.Service
	office  *pages.Office
	ledger  *keeper.Public
	handler http.Handler

	mu    sync.Mutex // guards what follows
	has   *tls.Certificate
	until time.Time
}

// New opens the pages of a site. It fails with [ErrConfig] and what the parts fail
// with.
func New(c Config) (*Front, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Say == nil {
		c.Say = func(string) {}
	}
	origin, err := url.Parse(c.Origin)
	if err != nil || origin.Scheme != "https" || origin.Host == "" || origin.Path != "" {
		return nil, fmt.Errorf("%w: %q is not like https://house.example", ErrConfig, c.Origin)
	}
	if c.Office == nil || c.Authority == nil || c.Dir == "" {
		return nil, fmt.Errorf("%w: something is missing", ErrConfig)
	}
	f := &Front{c: c, origin: origin, ledger: keeper.OpenPublic(c.Office.Ledger())}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

// open makes the parts.
func (f *Front) open() error {
	var err error
	f.acts, err = acts.New(acts.Config{
		Store: f.c.Office.Store(), Issuing: f.c.Office, Doors: f.c.Office, Desks: f.c.Office, EncodeSite: site.Encode,
		Ledger: published{f.ledger}, Kick: f.c.Office.Kick, Keys: f.c.Office, Now: f.c.Now,
	})
	if err != nil {
		return err
	}
	key, err := readKey(f.c.Dir)
	if err != nil {
		return err
	}
	f.signin, err = signin.New(signin.Config{
		Origin: f.c.Origin, Title: f.c.Office.Config.Name, Key: key, Store: signin.Rows{DB: f.c.Office.Store()},
		Operators: pages.Accounts{Acts: f.acts}, OpenID: f.c.OpenID, Now: f.c.Now,
	})
	if err != nil {
		return err
	}
	return f.mount(key)
}

// mount joins the parts under one name.
func (f *Front) mount(key [32]byte) (err error) {
	config := pages.Config{
		Acts: f.acts, SignIn: f.signin, Origin: f.c.Origin, Static: web.Office(), Fonts: f.c.Fonts, JoinText: f.joinText,
		Record: pages.Published{From: published{f.ledger}}, Now: f.c.Now,
	}
	if f.c.Doors != nil {
		config.Doors = f.doors
	}
	if f.office, err = pages.New(config); err != nil {
		return err
	}
	source, err := f.source()
	if err != nil {
		return errors.Join(err, f.office.Close())
	}
	mine := holder.Config{Do: f.acts, Site: f.acts, Origin: f.c.Origin, Key: key, Contact: contact(source), Now: f.c.Now}
	if len(f.c.Fonts.Regular) > 0 {
		mine.Card = f.card
	}
	own, err := holder.New(mine)
	if err != nil {
		return errors.Join(err, f.office.Close())
	}
	programs, err := api.New(api.Config{Acts: f.acts, JoinText: f.joinText, Now: f.c.Now, Say: f.c.Say})
	if err != nil {
		return errors.Join(err, f.office.Close())
	}
	mux := http.NewServeMux()
	mux.Handle(pages.Path, f.office)
	mux.Handle("/me/", own)
	mux.Handle(papersPath, f.papers(source))
	mux.Handle(api.Path, programs)
	mux.HandleFunc("GET "+ledgerPath+"{path...}", f.serveLedger)
	mux.HandleFunc("GET /healthz", f.serveHealth)
	mux.Handle("/", public.New(source))
	f.handler = mux
	return nil
}

// source is where the public page has its facts from.
func (f *Front) source() (public.Source, error) {
	vkey, err := f.c.Office.LedgerKey()
	if err != nil {
		return nil, err
	}
	return gather.New(f.acts, gather.Given{
		Address: f.c.Origin + "/", Operator: f.unnamed(), Engine: f.c.Engine, Software: f.c.Software, Thief: public.Stolen(), MyPage: true, Keys: f.publicKeys,
		Ledger: public.Ledger{URL: f.c.Origin + ledgerPath, Origin: vkey.Origin(), Key: vkey.String()},
	}, f.c.Now), nil
}

// contact says how whoever runs the site is reached, as its notice says it.
func contact(source public.Source) func() words.Text {
	return func() words.Text {
		facts, err := source.Facts()
		if err != nil {
			return nil
		}
		return facts.Operator.Contact
	}
}

// unnamed stands for whoever runs a site that has not published a notice yet.
func (f *Front) unnamed() public.Operator {
	o := public.Operator{Name: words.Both("尚未写明：本站还没有发布告知", "not stated yet: this site has not published a notice")}
	if f.c.Contact != "" {
		o.Contact = words.Both(f.c.Contact, f.c.Contact)
	}
	return o
}

// publicKeys are those with which passes and receipts are checked, in PEM, the one
// that signs first.
func (f *Front) publicKeys(ctx context.Context) (string, error) {
	keys, err := f.c.Office.Issuers(ctx)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			return "", err
		}
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	return text.String(), nil
}

// joinText writes a code as somebody types it at a door.
func (f *Front) joinText(j acts.JoinCode) (string, error) {
	code := doorapi.Code{Address: f.c.Address, Authority: f.c.Authority.Fingerprint(), Secret: j.Secret}
	return code.Text()
}

// SetupCode returns the code with which the first operator comes in, and false once
// somebody has.
func (f *Front) SetupCode(ctx context.Context) (string, bool, error) { return f.signin.SetupCode(ctx) }

// ServeHTTP answers a request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Strict-Transport-Security", "max-age=31536000")
	if !strings.EqualFold(r.Host, f.origin.Host) && r.URL.Path != "/healthz" {
		http.Error(w, "This address is not the one of these pages: "+f.c.Origin, http.StatusMisdirectedRequest)
		return
	}
	f.handler.ServeHTTP(w, r)
}
