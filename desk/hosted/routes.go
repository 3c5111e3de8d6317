package hosted

import (
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/facelatch/facelatch/desk/handover"
)

// route is a row of the table: one thing that can be asked for.
type route struct {
	method, path string // the path below /api
	// name is the operationId, summary a sentence without its full stop, and about
	// says more.
	name, summary, about string
	// status is that of success.
	status int
	// id says that the path has the id of a check, limit that the query may have one,
	// and once that it takes an Idempotency-Key.
	id, limit, once bool
	// in and out are what is sent and answered, nil for nothing.
	in, out reflect.Type
	// problems are those that this route alone has, beside those of all.
	problems []string
	do       func(c call) reply
}

// routes is the table of everything that can be asked for.
func routes() []route {
	return []route{
		{
			method: http.MethodPost, path: "/checks", name: "beginCheck", summary: "Begin a check on the person's own phone", status: http.StatusCreated, once: true,
			about: "Give the link to the person and to nobody else: whoever has it is taken for them. The person has to open it within three minutes, and to be done within ten.",
			in:    reflect.TypeFor[NewCheck](), out: reflect.TypeFor[Link](), problems: []string{problemInvalid, problemUsed, problemBusy}, do: begin,
		},
		{
			method: http.MethodGet, path: "/checks/{id}", name: "getCheck", summary: "Ask how a check stands", status: http.StatusOK, id: true,
			about: "The result is there from the end of the check until it is acknowledged, for 24 hours at most.",
			out:   reflect.TypeFor[Check](), problems: []string{problemNotFound}, do: get,
		},
		{
			method: http.MethodPost, path: "/checks/{id}/ack", name: "acknowledge", summary: "Acknowledge the result of a check", status: http.StatusNoContent, id: true, once: true,
			about:    "It is removed from the desk and not sent any more. May be repeated: what is not there is acknowledged.",
			problems: []string{problemNotYet, problemUsed}, do: acknowledge,
		},
		{
			method: http.MethodPost, path: "/checks/{id}/cancel", name: "cancelCheck", summary: "End a check that goes on", status: http.StatusNoContent, id: true, once: true,
			about:    "It ends as abandoned, with a result that says so.",
			problems: []string{problemNotFound, problemEnded, problemUsed}, do: cancel,
		},
		{
			method: http.MethodGet, path: "/events", name: "listEvents", summary: "List the results that are not acknowledged, the oldest first", status: http.StatusOK, limit: true,
			about: "The same that are sent to the webhook, if there is one. An event may come more than once: its id stays the same.",
			out:   reflect.TypeFor[Events](), do: events,
		},
	}
}

// NewCheck begins a check.
type NewCheck struct {
	Claims []string `json:"claims,omitempty" doc:"What to hand on if it is the same person, of the claims that the party may ask for; the person is shown them. None is the outcome alone"`
	Nonce  string   `json:"nonce" pattern:"^[A-Za-z0-9._~-]{16,128}$" doc:"Drawn at random for this check alone: it stands in the result, so that no other's passes for it"`
}

// Link is where the person goes.
type Link struct {
	ID      string    `json:"id" doc:"Of the check, and of the event that its result is"`
	Link    string    `json:"link" doc:"What the person opens"`
	Expires time.Time `json:"expires" doc:"When the check ends at the latest: where the person does nothing for three minutes, it ends before"`
}

// Check is how a check stands.
type Check struct {
	ID      string     `json:"id"`
	Status  string     `json:"status" enum:"open,ended" doc:"open until the person is done, or leaves, or takes too long"`
	Expires *time.Time `json:"expires,omitempty" doc:"When an open check ends unless something is done"`
	Outcome string     `json:"outcome,omitempty" doc:"How it ended, such as same-person. For showing: believe the signed result. Missing where the desk has forgotten it"`
	Reason  string     `json:"reason,omitempty" doc:"Why"`
	Failed  bool       `json:"failed,omitempty" doc:"The result could not be kept: there is none, and the person has to be checked again"`
	Result  *Event     `json:"result,omitempty" doc:"The result, until it is acknowledged"`
}

// Event is a result that is not acknowledged.
type Event struct {
	ID      string    `json:"id" doc:"The id of its check"`
	Created time.Time `json:"created" doc:"When the check ended"`
	JWE     string    `json:"jwe" doc:"The signed result, encrypted to the party's key (RFC 7516, compact)"`
}

// Events are results that are not acknowledged.
type Events struct {
	Events  []Event `json:"events"`
	Waiting int     `json:"waiting" doc:"How many there are in all"`
}

func begin(c call) reply {
	o, err := c.order()
	if err != nil {
		return reply{err: err}
	}
	b, err := c.with.Checks.Begin(c.ctx, o)
	if err != nil {
		return reply{err: err}
	}
	r := jsonReply(http.StatusCreated, Link{b.ID, b.Link, b.Expires.UTC()})
	r.location = Path + "checks/" + b.ID
	return r
}

func get(c call) reply {
	made := Check{ID: c.id, Status: "ended"}
	s, err := c.with.Checks.Status(c.party.ID, c.id)
	forgotten := errors.Is(err, ErrNotFound)
	switch {
	case err != nil && !forgotten:
		return reply{err: err}
	case !forgotten && !s.Ended:
		until := s.Expires.UTC()
		made.Status, made.Expires = "open", &until
		return jsonReply(http.StatusOK, made)
	case !forgotten:
		made.Outcome, made.Reason, made.Failed = s.Outcome, s.Reason, !s.HandedOn
	}
	e, err := c.with.Outbox.Get(c.party.ID, c.id)
	switch {
	case err == nil:
		made.Result = ptr(event(e))
	case !errors.Is(err, handover.ErrMissing):
		return reply{err: err}
	case forgotten:
		return reply{err: ErrNotFound}
	}
	return jsonReply(http.StatusOK, made)
}

func ptr[T any](v T) *T { return &v }

func event(e handover.Sealed) Event { return Event{e.ID, e.At.UTC(), e.JWE} }

func acknowledge(c call) reply {
	// A result may be there, and sent, a moment before its check is known to have
	// ended: so the outbox is asked first.
	_, err := c.with.Outbox.Get(c.party.ID, c.id)
	if errors.Is(err, handover.ErrMissing) {
		if s, err := c.with.Checks.Status(c.party.ID, c.id); err == nil && !s.Ended {
			return reply{err: &Problem{Type: problemNotYet}}
		}
	}
	if err := c.with.Outbox.Ack(c.party.ID, c.id); err != nil {
		return reply{err: err}
	}
	return reply{status: http.StatusNoContent}
}

func cancel(c call) reply {
	if err := c.with.Checks.Cancel(c.party.ID, c.id); err != nil {
		return reply{err: err}
	}
	return reply{status: http.StatusNoContent}
}

func events(c call) reply {
	all, waiting, err := c.with.Outbox.Pending(c.party.ID, c.limit)
	if err != nil {
		return reply{err: err}
	}
	made := Events{Events: []Event{}, Waiting: waiting}
	for _, e := range all {
		made.Events = append(made.Events, event(e))
	}
	return jsonReply(http.StatusOK, made)
}
