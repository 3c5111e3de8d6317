package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

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
	signing  atomic.Pointer[signing] // replaced whole when keys are exchanged

	counter counts.Counter

	mu     sync.Mutex
	held   map[string]held       // guarded by mu, as are those below: by the check's id
	places map[string]placed     // of checks that ended a while ago: see [placeTime]
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

// signing is what results are signed with.
type signing struct {
	maker result.Maker
	key   handover.Key // deliveries are signed with it, too
}

// placeTime is how long after the end of a check its result can be revoked without
// being shown: by staff, and because the code of its login was used twice.
const placeTime = provider.LoginTime + provider.CodeTime + provider.SpentTime

func newResults(o resultOptions) (*results, error) {
	r := &results{resultOptions: o, held: make(map[string]held), places: make(map[string]placed), lists: make(map[int]publishedList)}
	keys, err := o.folder.Signing(o.now())
	if err != nil {
		return nil, err
	}
	if err := r.use(keys); err != nil {
		return nil, err
	}
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
	r.place(f.ID, placed{list, index, r.now().Add(placeTime)})
	token, err := r.signing.Load().maker.Make(format, in, r.now())
	switch {
	case err != nil:
		return err
	case login:
		r.hold(f.ID, token)
	case !f.Order.Unattended && !p.HasKey(): // staff hand it over themselves
		r.hold(f.ID, token)
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

func (r *results) place(id string, at placed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.places[id] = at
}

func (r *results) hold(id, token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held[id] = held{token, r.now().Add(heldTime)}
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
	token, err = r.signing.Load().maker.StatusList(l.Bits, r.listURI(number), r.now(), listHolds)
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
