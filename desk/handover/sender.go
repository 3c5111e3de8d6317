package handover

import (
	"container/heap"
	"context"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// SenderOptions are what a [Sender] is made from. Outbox and Key are required.
type SenderOptions struct {
	Outbox *Outbox
	// Key is what is signed with now.
	Key func() Key
	// Issuer is the desk's address, as in its results.
	Issuer string
	// Allowed says of a host and port, as it stands in a webhook with the port always
	// there, whether the operator named it: then it may be inside their network, at
	// any port. nil allows none.
	Allowed func(hostport string) bool
	// Roots are whom webhooks' certificates have to come from; nil are the system's.
	Roots *x509.CertPool
	// Resolver finds addresses; nil is the system's.
	Resolver *net.Resolver
	// Say is called when a party's webhook begins to fail, and when it works again. It
	// may be nil.
	Say func(string)
}

const (
	// atOnce is how many requests there may be to parties whose webhook works, each
	// of which has up to eachAtOnce, and atOnceFailing how many to those whose webhook
	// fails: so those wait for each other, and nobody else for them.
	atOnce        = 16
	eachAtOnce    = 4
	atOnceFailing = 4

	// leastWait and mostWait are how long to wait after the first failure and at most.
	leastWait = 2 * time.Second
	mostWait  = 15 * time.Minute
	// lookAgain is how long an event waits whose party has no webhook now.
	lookAgain = time.Minute
)

// Sender sends the events of an outbox to webhooks.
type Sender struct {
	with   SenderOptions
	client *http.Client
}

// NewSender makes a sender. Nothing is sent before Run.
func NewSender(o SenderOptions) *Sender {
	if o.Allowed == nil {
		o.Allowed = func(string) bool { return false }
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	return &Sender{with: o, client: newClient(o)}
}

// attempt is an event that is to be sent, or is being sent.
type attempt struct {
	id    string
	tries int
	next  time.Time // not before
	lane  *int      // while it is being sent
}

// line is the events of one party.
type line struct {
	party    string
	waiting  attempts
	running  int
	works    bool      // the last attempt reached it
	failures int       // in a row
	next     time.Time // not before, after failures
	turn     uint64    // when it had the last one
}

// attempts are a heap by next.
type attempts []*attempt

// Len, Less, Swap, Push and Pop are methods of [heap.Interface].
func (a attempts) Len() int { return len(a) }

// Less is a method of [heap.Interface].
func (a attempts) Less(i, j int) bool { return a[i].next.Before(a[j].next) }

// Swap is a method of [heap.Interface].
func (a attempts) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is a method of [heap.Interface].
func (a *attempts) Push(x any) { *a = append(*a, x.(*attempt)) }

// Pop is a method of [heap.Interface].
func (a *attempts) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}

// ended is an attempt that ended.
type ended struct {
	of  *line
	a   *attempt
	err error
}

var (
	// errGone: there is nothing to send any more.
	errGone = errors.New("the event was acknowledged or its time is over")
	// errNoWebhook: nobody to send it to, at the moment.
	errNoWebhook = errors.New("the party has no webhook")
	// errHere: it is not the party's fault.
	errHere = errors.New("this desk failed")
	// errRefused: the party was reached, and does not want this event.
	errRefused = errors.New("the webhook refused the event")
)

// schedule is what is to be sent. One goroutine owns it.
type schedule struct {
	s             *Sender
	lines         map[string]*line
	seen          uint64 // the number of the newest event that was taken
	turn          uint64
	good, failing int // requests in each lane
	ended         chan ended
}

// Run sends events until ctx ends, and returns when nothing is being sent any more.
// It is called once at a time.
func (s *Sender) Run(ctx context.Context) {
	c := &schedule{s: s, lines: make(map[string]*line), ended: make(chan ended)}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		c.take()
		if next, ok := c.start(ctx, time.Now()); ok {
			timer.Reset(time.Until(next))
		}
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.with.Outbox.changed:
		case e := <-c.ended:
			c.finish(e, time.Now())
		}
	}
	for c.good+c.failing > 0 {
		c.finish(<-c.ended, time.Now())
	}
}

// take notes new events.
func (c *schedule) take() {
	for _, k := range c.s.with.Outbox.since(c.seen) {
		c.seen = k.number
		l := c.lines[k.party]
		if l == nil {
			l = &line{party: k.party}
			c.lines[k.party] = l
		}
		heap.Push(&l.waiting, &attempt{id: k.id})
	}
}

// start starts what may be sent now, and returns when something else may.
func (c *schedule) start(ctx context.Context, now time.Time) (next time.Time, ok bool) {
	for {
		var first *line
		next, ok = time.Time{}, false
		for _, l := range c.lines {
			due, can := c.due(l)
			switch {
			case !can:
			case due.After(now):
				if !ok || due.Before(next) {
					next, ok = due, true
				}
			case first == nil || l.turn < first.turn:
				first = l
			}
		}
		if first == nil {
			return next, ok
		}
		c.send(ctx, first)
	}
}

// due returns when the next event of a line may be sent; can is false while nothing
// may, until something that is being sent has ended.
func (c *schedule) due(l *line) (due time.Time, can bool) {
	most := 1
	if l.works {
		most = eachAtOnce
	}
	if len(l.waiting) == 0 || l.running >= most || l.failures == 0 && c.good >= atOnce || l.failures > 0 && c.failing >= atOnceFailing {
		return time.Time{}, false
	}
	due = l.waiting[0].next
	if due.Before(l.next) {
		due = l.next
	}
	return due, true
}

func (c *schedule) send(ctx context.Context, l *line) {
	a := heap.Pop(&l.waiting).(*attempt)
	a.lane = &c.good
	if l.failures > 0 {
		a.lane = &c.failing
	}
	c.turn++
	l.turn = c.turn
	l.running++
	*a.lane++
	go func() { c.ended <- ended{l, a, c.s.deliver(ctx, l.party, a.id)} }()
}

// finish notes how an attempt ended.
func (c *schedule) finish(e ended, now time.Time) {
	*e.a.lane--
	e.of.running--
	switch {
	case e.err == nil, errors.Is(e.err, errGone):
		if e.err == nil {
			c.worked(e.of)
		}
		if len(e.of.waiting) == 0 && e.of.running == 0 && e.of.failures == 0 {
			delete(c.lines, e.of.party)
		}
		return
	case errors.Is(e.err, errNoWebhook):
		e.a.next = now.Add(lookAgain)
	case errors.Is(e.err, errHere):
		c.again(e, now, "a result for "+e.of.party+" could not be sent, or noted as sent")
	case errors.Is(e.err, errRefused):
		c.worked(e.of)
		c.again(e, now, "the webhook of "+e.of.party+" refuses a result")
	case errors.Is(e.err, context.Canceled): // nothing is sent any more
	default:
		c.failed(e, now)
	}
	heap.Push(&e.of.waiting, e.a)
}

// again has one event wait, and no other.
func (c *schedule) again(e ended, now time.Time, what string) {
	if e.a.tries == 0 {
		c.s.with.Say(what + ", which is tried again: " + e.err.Error())
	}
	e.a.next = now.Add(wait(e.a.tries))
	e.a.tries++
}

func (c *schedule) worked(l *line) {
	if l.failures > 0 {
		c.s.with.Say("the webhook of " + l.party + " works again")
	}
	l.works, l.failures, l.next = true, 0, time.Time{}
}

// failed has the whole line wait, and the event longer than others: what the party
// fails on is not the first to be tried again.
func (c *schedule) failed(e ended, now time.Time) {
	if e.of.failures == 0 {
		c.s.with.Say("the webhook of " + e.of.party + " fails, and is tried again for 24 hours: " + e.err.Error())
	}
	e.of.works = false
	e.of.next = now.Add(wait(e.of.failures))
	e.a.next = now.Add(wait(e.a.tries))
	e.of.failures++
	e.a.tries++
}

// wait returns how long to wait after so many failures before, with half of it drawn,
// so that parties which failed together are not tried again together.
func wait(before int) time.Duration {
	d := mostWait
	if before < 10 {
		d = min(leastWait<<before, mostWait)
	}
	return d/2 + rand.N(d/2)
}
