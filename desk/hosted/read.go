package hosted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

const (
	// maxBody is the largest body, in bytes, and bodyTime how long it may take.
	maxBody  = 16 << 10
	bodyTime = 20 * time.Second
	// maxClaims is how many claims are read: more than there are.
	maxClaims = 64
	// mostEvents is how many events are listed at once, and someEvents unless more or
	// fewer are asked for.
	mostEvents, someEvents = 100, 50
)

var (
	idForm    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	nonceForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{16,128}$`)
)

// read reads what a route takes, and refuses everything else.
func (r route) read(w http.ResponseWriter, q *http.Request, c *call) error {
	query := q.URL.Query()
	c.limit = someEvents
	if r.limit && len(query["limit"]) == 1 {
		n, err := strconv.Atoi(query.Get("limit"))
		if err != nil || n < 1 || n > mostEvents {
			return &Problem{Type: problemRequest, Detail: fmt.Sprintf("The limit is a number from 1 to %d", mostEvents)}
		}
		c.limit = n
		query.Del("limit")
	}
	if len(query) > 0 {
		return badRequest("The query has a parameter that is not known here, or one twice")
	}
	if r.id {
		if c.id = q.PathValue("id"); !idForm.MatchString(c.id) {
			return ErrNotFound // whatever cannot be an id is the id of nothing
		}
	}
	return r.readBody(w, q, c)
}

func (r route) readBody(w http.ResponseWriter, q *http.Request, c *call) (err error) {
	if r.in != nil {
		if media, _, err := mime.ParseMediaType(q.Header.Get("Content-Type")); err != nil || media != typeJSON {
			return &Problem{Type: problemMedia, Detail: "It takes " + typeJSON}
		}
	}
	rc := http.NewResponseController(w)
	// A server whose connections have no deadlines has said so on purpose.
	if err := rc.SetReadDeadline(time.Now().Add(bodyTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	c.body, err = io.ReadAll(http.MaxBytesReader(w, q.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case err != nil:
		return badRequest("The body did not arrive")
	case r.in == nil && len(c.body) > 0:
		return badRequest("There is a body, and nothing is expected in it")
	}
	if err := rc.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// order reads the body of a [NewCheck], and judges what is asked for.
func (c call) order() (Order, error) {
	n, err := decode(c.body)
	if err != nil {
		return Order{}, badRequest(err.Error())
	}
	var faults []Fault
	if !nonceForm.MatchString(n.Nonce) {
		faults = append(faults, Fault{"nonce", "has to be 16 to 128 of A-Z, a-z, 0-9, dot, hyphen, underscore and tilde"})
	}
	for i, claim := range n.Claims {
		field := fmt.Sprintf("claims[%d]", i)
		switch {
		case !c.party.May(claim):
			faults = append(faults, Fault{field, "is none that this party may ask for"})
		case slices.Contains(n.Claims[:i], claim):
			faults = append(faults, Fault{field, "is there twice"})
		}
	}
	if !c.party.HasKey() {
		faults = append(faults, Fault{"", "this party has no key to which its result could be encrypted"})
	}
	if len(faults) > 0 {
		return Order{}, &Problem{Type: problemInvalid, Errors: faults}
	}
	return Order{Party: c.party, Claims: n.Claims, Nonce: n.Nonce}, nil
}

// decode reads a [NewCheck]: one JSON object with members of these names, once each,
// none of them null. Errors are sentences for whoever asked, and repeat nothing.
func decode(data []byte) (n NewCheck, err error) {
	if !utf8.Valid(data) {
		return NewCheck{}, errors.New("the body is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return NewCheck{}, errors.New("the body is not a JSON object")
	}
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return NewCheck{}, errors.New("the body is not JSON")
		}
		if seen[name] {
			return NewCheck{}, errors.New("a member is there twice")
		}
		seen[name] = true
		if err := n.member(d, name); err != nil {
			return NewCheck{}, err
		}
	}
	if _, err := d.Token(); err != nil {
		return NewCheck{}, errors.New("the body is cut off")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return NewCheck{}, errors.New("something stands behind the object")
	}
	return n, nil
}

// member reads the value of one member.
func (n *NewCheck) member(d *json.Decoder, name string) (err error) {
	switch name {
	case "nonce":
		n.Nonce, err = text(d)
		return err
	case "claims":
		if t, err := d.Token(); err != nil || t != json.Delim('[') {
			return errors.New("claims has to be an array")
		}
		for d.More() {
			one, err := text(d)
			if err != nil {
				return err
			}
			if n.Claims = append(n.Claims, one); len(n.Claims) > maxClaims {
				return errors.New("there are too many claims")
			}
		}
		_, err = d.Token()
		if err != nil {
			return errors.New("the body is cut off")
		}
		return nil
	}
	return errors.New("a member is not known here: it takes claims and nonce")
}

func text(d *json.Decoder) (string, error) {
	t, err := d.Token()
	s, ok := t.(string)
	if err != nil || !ok {
		return "", errors.New("a value is not the text that it has to be")
	}
	return s, nil
}
