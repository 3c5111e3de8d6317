package hosted

import (
	"net/http"
	"strings"
	"time"

	"github.com/facelatch/facelatch/desk/party"
	"github.com/facelatch/facelatch/internal/visitors"
)

// maxSecret is the longest secret that is compared, in characters.
const maxSecret = 256

// whois returns who asks. A secret is compared in the same time whether there is such
// a party or not. Only what fails is counted against the place that it comes from, so
// that nobody who comes from there too is locked out with it.
func (a *api) whois(q *http.Request) (party.Party, error) {
	id, secret, ok := credentials(q)
	p, known := a.with.Party(id)
	if !known {
		p = party.Party{}
	}
	if good := p.Authentic(secret); ok && known && good {
		return p, nil
	}
	if err := tooMany(a.strangers.Allow(visitors.Place(q.RemoteAddr))); err != nil {
		return party.Party{}, err
	}
	return party.Party{}, &Problem{Type: problemSecret, Detail: "Send id and secret by HTTP Basic, or as Authorization: Bearer id.secret"}
}

// credentials reads id and secret: by HTTP Basic (RFC 7617), where neither has a
// character that OAuth would have encoded, or by Bearer (RFC 6750) with a dot between.
func credentials(q *http.Request) (id, secret string, ok bool) {
	header := q.Header.Values("Authorization")
	if len(header) != 1 || len(header[0]) > 2*maxSecret {
		return "", "", false
	}
	if id, secret, ok = q.BasicAuth(); ok {
		return id, secret, len(secret) <= maxSecret
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	dot := strings.LastIndexByte(token, '.') // an id may have dots, a secret has none
	if !strings.EqualFold(scheme, "Bearer") || dot < 0 {
		return "", "", false
	}
	return token[:dot], token[dot+1:], true
}

// tooMany is the problem of having to wait, nil for 0.
func tooMany(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	return &Problem{Type: problemTooMany, Detail: "Wait as long as the header Retry-After says", retry: wait}
}
