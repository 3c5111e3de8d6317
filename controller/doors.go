package controller

import (
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/facelatch/facelatch/controller/authority"
	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/internal/visitors"
)

// join lets in who has a code, of whatever kind.
func (s *Controller) join(w http.ResponseWriter, r *http.Request) error {
	if wait := s.joins.Allow(visitors.Place(r.RemoteAddr)); wait > 0 {
		return tooMany{wait}
	}
	var body doorapi.JoinRequest
	if err := readBody(w, r, &body); err != nil {
		return err
	}
	// All that can be wrong with the request is found before the code is used.
	request, err := authority.ParseRequest(body.CSR)
	if err != nil {
		return err
	}
	if err := s.authority.Check(request); err != nil {
		return err
	}
	m := site.Member{Kind: site.Kind(body.Kind), TLSKey: request.Key, RelayKey: body.RelayKey, Hosts: request.Hosts}
	if m, err = s.office.Join(r.Context(), body.Secret, m); err != nil {
		return err
	}
	return s.welcome(w, request, m)
}

// renew gives whoever belongs here the next certificate, for the same key and,
// to a door, for no name that it did not join with.
func (s *Controller) renew(c call) error {
	var body doorapi.RenewRequest
	if err := c.read(&body); err != nil {
		return err
	}
	request, err := authority.ParseRequest(body.CSR)
	if err != nil {
		return err
	}
	if string(request.Key) != string(c.from.TLSKey) {
		return problem(doorapi.ProblemConflict, http.StatusConflict, "The key is another one", "a new key needs a new join code, and its fingerprint to be compared")
	}
	if err := s.authority.Check(request); err != nil {
		return err
	}
	m, err := s.office.SetHosts(c.r.Context(), c.from.ID, request.Hosts)
	if err != nil {
		return err
	}
	return s.welcome(c.w, request, m)
}

func (s *Controller) welcome(w http.ResponseWriter, request *authority.Request, m site.Member) error {
	certificate, err := s.authority.Issue(request, m.ID, string(m.Kind))
	if err != nil {
		return err
	}
	keys, err := s.office.Signers()
	if err != nil {
		return err
	}
	signers := make([][]byte, len(keys))
	for i, key := range keys {
		if signers[i], err = x509.MarshalPKIXPublicKey(key); err != nil {
			return err
		}
	}
	return write(w, doorapi.JoinResponse{
		Certificate: certificate, Authority: s.authority.PEM(), ID: m.ID.String(), Name: m.Name, Zone: m.Zone,
		Site: s.config.ID.String(), Demo: s.config.Demo, Signers: signers,
	})
}

// bundle answers with the newest bundle, or waits for one that is newer than
// what the door has.
func (s *Controller) bundle(c call) error {
	after, err := number(c.r.URL.Query().Get("after"))
	if err != nil {
		return badRequest("after is a number")
	}
	s.news.hear(c.from.ID, Heard{At: s.now(), Bundle: after})
	waits, done := s.news.queue(c.r.Context(), c.from.ID, doorapi.PollTime)
	defer done()
	for {
		newest, changed, closed := s.news.get()
		switch {
		case after > newest.Number:
			return s.isAhead(c.from, after, newest.Number)
		case after < newest.Number:
			c.w.Header().Set("ETag", strconv.Quote(strconv.FormatUint(newest.Number, 10)))
			c.w.Header().Set("Content-Type", doorapi.TypeBundle)
			if c.has(c.w.Header().Get("ETag")) {
				c.w.WriteHeader(http.StatusNotModified)
				return nil
			}
			_, _ = c.w.Write(newest.Bundle) // or the line is broken
			return nil
		case closed:
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		}
		select {
		case <-waits.Done():
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		case <-changed:
		}
		// Who was removed while waiting gets nothing more.
		if _, err := s.whois(c.r); err != nil {
			return err
		}
	}
}

// has says whether who asks has what bears a tag: RFC 9110, 13.1.2.
func (c call) has(etag string) bool {
	for tag := range strings.SplitSeq(c.r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(tag), "W/") == etag {
			return true
		}
	}
	return false
}

// number reads what a door has; nothing is 0.
func number(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	return strconv.ParseUint(text, 10, 64)
}

// isAhead says that a door has a bundle that was never made here: somebody has
// put an old copy of the database in its place, and with it passes that were
// revoked since are good again. The door refuses what is older.
func (s *Controller) isAhead(door site.Member, has, newest uint64) error {
	s.ahead.say(s.say, fmt.Sprintf("the door %q has bundle %d, and the newest here is %d: this database is an old copy, "+
		"in which passes that were revoked later are good again; doors refuse its bundles", door.Name, has, newest))
	return problem(doorapi.ProblemAhead, http.StatusConflict, "The controller is older than the door",
		fmt.Sprintf("the newest bundle here is %d", newest))
}

// object answers with what a bundle names. A door gets the PINs of its own zone
// only.
func (s *Controller) object(c call) error {
	missing := problem(doorapi.ProblemNotFound, http.StatusNotFound, "There is no such object (any more)", "")
	hash, err := hex.DecodeString(c.r.PathValue("hash"))
	if err != nil || len(hash) != 32 {
		return missing
	}
	o, ok := s.news.object([32]byte(hash))
	if !ok || o.Zone != "" && o.Zone != c.from.Zone {
		return missing
	}
	c.w.Header().Set("ETag", strconv.Quote(hex.EncodeToString(hash)))
	c.w.Header().Set("Content-Type", "application/octet-stream")
	if c.has(c.w.Header().Get("ETag")) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, _ = c.w.Write(o.Data) // or the line is broken
	return nil
}

// secrets answers with what stations sealed to the door.
func (s *Controller) secrets(c call) error {
	if c.from.State != site.Approved {
		return problem(doorapi.ProblemNotYet, http.StatusNotFound, "Nobody has compared the fingerprint of this door yet", c.from.Fingerprint())
	}
	return c.write(doorapi.SecretsResponse{Secrets: c.from.Secrets})
}

func (s *Controller) counts(c call) error {
	var body doorapi.Counts
	if err := c.read(&body); err != nil {
		return err
	}
	if body.Zone != c.from.Zone {
		return problem(doorapi.ProblemForbidden, http.StatusForbidden, "These counts are of another zone", "")
	}
	err := s.office.AddCounts(c.r.Context(), c.from.ID, body.Day, body.Counts)
	if err != nil {
		return err
	}
	return c.done()
}

func (s *Controller) report(c call) error {
	var body doorapi.Report
	if err := c.read(&body); err != nil {
		return err
	}
	err := s.office.AddReport(c.r.Context(), c.from.ID, body.Kind, body.Count)
	if err != nil {
		return err
	}
	return c.done()
}
