package server

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/facelatch/facelatch/desk/check"
	"github.com/facelatch/facelatch/desk/handover"
	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/desk/provider"
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
	resultOptions
	statuses *state.Statuses
	maker    result.Maker
	key      handover.Key // deliveries are signed with it, too

	counter counts.Counter

	mu     sync.Mutex
	held   map[string]held       // guarded by mu, as are those below: by the check's id
	places map[string]placed     // of logins, for as long as their codes are known
	lists  map[int]publishedList // as they were signed last
}

// resultOptions are what results are made with.
type resultOptions struct {
	issuer string
	folder *state.Folder
	outbox *handover.Outbox
	party  func(id string) (party.Party, bool)
	login  func(id string) bool // whether a check is a login by OpenID Connect
	now    func() time.Time
}

// held is a result in memory.
type held struct {
	token string
	until time.Time
}

// placed is where a result would be revoked. There is no person in it.
type placed struct {
	list, index int
	until       time.Time
}

// publishedList is a status list as it is handed out.
type publishedList struct {
	token string
	until time.Time
}

// placeTime is how long after the end of a check its result can be revoked because
// the code of its login was used twice.
const placeTime = provider.LoginTime + provider.CodeTime + provider.SpentTime

func newResults(o resultOptions) (*results, error) {
	r := &results{resultOptions: o, held: make(map[string]held), places: make(map[string]placed), lists: make(map[int]publishedList)}
	signing, err := o.folder.Signing(o.now())
	if err != nil {
		return nil, err
	}
	var others []*ecdsa.PublicKey
	for _, k := range signing.All[1:] {
		others = append(others, k.Key)
	}
	keys, err := result.NewKeys(signing.Signer, others...)
	if err != nil {
		return nil, err
	}
	r.maker, r.key = result.Maker{Issuer: o.issuer, Keys: keys}, handover.Key{ID: signing.All[0].ID, Signer: signing.Signer}
	r.statuses, err = o.folder.Statuses(o.now, result.DefaultLife)
	return r, err
}

// listURI is where a status list is published.
func (r *results) listURI(number int) string { return fmt.Sprintf("%s/statuses/%d", r.issuer, number) }

// done is [check.Options.Done]: it signs the result, and has it kept for the party, or
// holds it in memory for who waits for it. Once it returns nil, what is kept outlives
// the program; what is held does not, and the person is checked again. How the check
// ended is counted, and nothing of whose it was.
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
	login, format := r.login(f.ID), p.Format()
	if login {
		format = party.JWT // an ID Token is one, whatever the party gets otherwise
	}
	token, err := r.maker.Make(format, in, r.now())
	switch {
	case err != nil:
		return err
	case login:
		r.hold(f.ID, token, &placed{list, index, r.now().Add(placeTime)})
	case !f.Order.Unattended && !p.HasKey(): // staff hand it over themselves
		r.hold(f.ID, token, nil)
	default:
		return r.put(p, f, token)
	}
	return nil
}

// putTries is how often a result is put into the outbox before a check counts as lost.
const putTries = 3

// put has a result kept for its party, encrypted.
func (r *results) put(p party.Party, f check.Finished, token string) (err error) {
	e := handover.Event{ID: f.ID, Party: p.ID, Body: []byte(token), Type: string(p.Format()), At: f.At}
	defer clear(e.Body)
	for range putTries {
		if err = r.outbox.Put(context.Background(), e); err == nil {
			return nil
		}
	}
	return err
}

func (r *results) hold(id, token string, at *placed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held[id] = held{token, r.now().Add(heldTime)}
	if at != nil {
		r.places[id] = *at
	}
}

// errOver is returned for a result that is not in memory any more.
var errOver = errors.New("the result was not fetched in time, and is not here any more")

// shown returns the result of a check while it is in memory, else "".
func (r *results) shown(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.held[id]; r.now().Before(h.until) {
		return h.token
	}
	return ""
}

// revoke says in the status list that the result of a login is not good any more.
func (r *results) revoke(id string) error {
	r.mu.Lock()
	at, ok := r.places[id]
	r.mu.Unlock()
	if !ok {
		return errOver
	}
	err := r.statuses.Revoke(at.list, at.index)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.lists, at.list) // after it: whoever signs one now signs it with this
	return err
}

// set are the public keys.
func (r *results) set() jose.JSONWebKeySet { return r.maker.Keys.Set() }

// listTime is how long a signed status list is handed out: so long it may take until
// everybody hears of a revocation, but for one that was made here.
const listTime = 5 * time.Minute

// list is a status list as it is published, false for one that is not there.
func (r *results) list(number int) (token string, ok bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.lists[number]; r.now().Before(p.until) {
		return p.token, true, nil
	}
	l, ok := r.statuses.List(number)
	if !ok {
		return "", false, nil
	}
	token, err = r.maker.StatusList(l.Bits, r.listURI(number), r.now(), listHolds)
	if err == nil {
		r.lists[number] = publishedList{token, r.now().Add(listTime)}
	}
	return token, true, err
}

// sweep forgets what is over.
func (r *results) sweep() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	maps.DeleteFunc(r.held, func(_ string, h held) bool { return !now.Before(h.until) })
	maps.DeleteFunc(r.places, func(_ string, p placed) bool { return !now.Before(p.until) })
	maps.DeleteFunc(r.lists, func(_ int, p publishedList) bool { return !now.Before(p.until) })
}
