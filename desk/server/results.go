package server

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/result"
	"github.com/facelatch/facelatch/desk/state"
	"github.com/facelatch/facelatch/internal/counts"
)

// errNoParty is returned for a result of a party that is not there any more: nobody
// may have it.
var errNoParty = errors.New("the relying party was removed while the check went on")

// heldTime is how long a result that nothing keeps can be fetched from memory: at the
// counter, or by the browser that goes back to a relying party.
const heldTime = check.KeepTime

// results signs what checks find, and hands it on.
type results struct {
	issuer   string
	folder   *state.Folder
	statuses *state.Statuses
	outbox   *handover.Outbox
	party    func(id string) (party.Party, bool)
	login    func(id string) bool // whether a check is a login by OpenID Connect
	now      func() time.Time

	counter counts.Counter

	mu   sync.Mutex
	keys *result.Keys // guarded by mu, as are those below
	kid  string       // of the one that signs
	sign *state.Signing
	held map[string]held // by the check's id
}

// held is a result in memory.
type held struct {
	input result.Input // for the other format; its claims are gone with it
	token string
	list  int
	until time.Time
}

func newResults(r *results) (*results, error) {
	r.held = make(map[string]held)
	var err error
	if r.statuses, err = r.folder.Statuses(r.now, result.DefaultLife); err != nil {
		return nil, err
	}
	return r, r.load()
}

// load reads the keys, which another command may have exchanged.
func (r *results) load() error {
	signing, err := r.folder.Signing(r.now())
	if err != nil {
		return err
	}
	var others []*ecdsa.PublicKey
	for _, k := range signing.All[1:] {
		others = append(others, k.Key)
	}
	keys, err := result.NewKeys(signing.Signer, others...)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.kid, r.sign = keys, signing.All[0].ID, signing
	return nil
}

// maker makes results with the key of now.
func (r *results) maker() result.Maker {
	r.mu.Lock()
	defer r.mu.Unlock()
	return result.Maker{Issuer: r.issuer, Keys: r.keys}
}

// key is what deliveries are signed with.
func (r *results) key() handover.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	return handover.Key{ID: r.kid, Signer: r.sign.Signer}
}

// listURI is where a status list is published.
func (r *results) listURI(number int) string { return fmt.Sprintf("%s/statuses/%d", r.issuer, number) }

// done is [check.Options.Done]: it signs the result, and has it kept for the party, or
// holds it in memory for who waits for it. Once it returns nil the result is safe. How the check ended is counted, and nothing of whose it was.
func (r *results) done(f check.Finished) error {
	r.counter.Add(string(f.Result.Outcome))
	p, ok := r.party(f.Order.Party)
	if !ok {
		return errNoParty
	}
	list, index, err := r.statuses.Reserve()
	if err != nil {
		return err
	}
	in := result.Input{
		ID: f.ID, Party: p.ID, Nonce: f.Order.Nonce, Asked: f.Order.Claims, Result: f.Result, Claims: f.Claims,
		Lines: f.Lines, Portrait: f.Portrait, Notice: f.Notice, At: f.At, Status: result.Place{URI: r.listURI(list), Index: index},
	}
	token, err := r.maker().Make(p.Format(), in, r.now())
	if err != nil {
		return err
	}
	if !r.waited(f, p) {
		return r.put(p, f, token)
	}
	r.hold(f.ID, held{input: in, token: token, list: list, until: r.now().Add(heldTime)})
	return nil
}

// waited is whether somebody waits for a result, who takes it from memory: the browser
// that goes back to a relying party with it, or staff who hand it over themselves
// because its party has no key. All others are kept, encrypted, until they are
// acknowledged.
func (r *results) waited(f check.Finished, p party.Party) bool {
	return r.login(f.ID) || !f.Order.Unattended && !p.HasKey()
}

// put has a result kept for its party, encrypted.
func (r *results) put(p party.Party, f check.Finished, token string) error {
	ctx, stop := context.WithTimeout(context.Background(), putTime)
	defer stop()
	e := handover.Event{ID: f.ID, Party: p.ID, Body: []byte(token), Type: string(p.Format()), At: f.At}
	defer clear(e.Body)
	return r.outbox.Put(ctx, e)
}

// putTime is how long a disk may take for a result.
const putTime = 30 * time.Second

func (r *results) hold(id string, h held) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held[id] = h
}

// of returns the result of a check while it is in memory.
func (r *results) of(id string) (held, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.held[id]
	return h, ok && r.now().Before(h.until)
}

// errOver is returned for a result that is not in memory any more.
var errOver = errors.New("the result was not fetched in time, and is not here any more")

// shown returns the result of a check for staff who hand it over themselves, "" where
// there is none any more.
func (r *results) shown(id string) string {
	h, _ := r.of(id)
	return h.token
}

// idToken returns the result of a check as a JWT, whatever format its party gets
// otherwise: an ID Token is one.
func (r *results) idToken(id string) (string, error) {
	h, ok := r.of(id)
	if !ok {
		return "", errOver
	}
	return r.maker().Make(party.JWT, h.input, r.now())
}

// revoke says in the status list that a result is not good any more.
func (r *results) revoke(id string) error {
	h, ok := r.of(id)
	if !ok {
		return errOver
	}
	return r.statuses.Revoke(h.list, h.input.Status.Index)
}

// set are the public keys.
func (r *results) set() jose.JSONWebKeySet { return r.maker().Keys.Set() }

// list is a status list as it is published, false for one that is not there.
func (r *results) list(number int) (token string, ok bool, err error) {
	for _, l := range r.statuses.Lists() {
		if l.Number == number {
			token, err = r.maker().StatusList(l.Bits, r.listURI(number), r.now(), listHolds)
			return token, true, err
		}
	}
	return "", false, nil
}

// sweep forgets results whose time is over.
func (r *results) sweep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, h := range r.held {
		if !r.now().Before(h.until) {
			delete(r.held, id)
		}
	}
}
