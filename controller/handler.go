package controller

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/doorapi"
	"github.com/facelatch/facelatch/internal/keeper"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/pass"
)

// bodyTime is how long a body may take to arrive.
const bodyTime = 15 * time.Second

// call is a request by somebody who belongs to the site.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	from site.Member
}

func (s *Controller) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+doorapi.PathJoin, func(w http.ResponseWriter, r *http.Request) {
		if err := s.join(w, r); err != nil {
			s.refuse(w, err)
		}
	})
	door, station, desk := []site.Kind{site.KindDoor}, []site.Kind{site.KindStation}, []site.Kind{site.KindDesk}
	both := []site.Kind{site.KindDoor, site.KindStation} // a desk has no use for what doors decide from
	for _, route := range []struct {
		pattern string
		kinds   []site.Kind
		do      func(call) error
	}{
		{"POST " + doorapi.PathRenew, site.Kinds(), s.renew},
		{"GET " + doorapi.PathBundle, both, s.bundle},
		{"GET " + doorapi.PathObjects + "{hash}", both, s.object},
		{"GET " + doorapi.PathSecrets, door, s.secrets},
		{"POST " + doorapi.PathCounts, door, s.counts},
		{"POST " + doorapi.PathReports, door, s.report},
		{"GET " + doorapi.PathSite, station, s.site},
		{"GET " + doorapi.PathReceipt, station, s.receipt},
		{"GET " + doorapi.PathDoors, station, s.doors},
		{"POST " + doorapi.PathMeet, station, s.meet},
		{"POST " + doorapi.PathOwnPage, station, s.ownPage},
		{"PUT " + doorapi.PathDoorSecrets, station, s.putSecrets},
		{"POST " + doorapi.PathActs, station, s.act},
		{"POST " + doorapi.PathPINs, station, s.addPIN},
		{"DELETE " + doorapi.PathPINs + "/{number}", station, s.revokePIN},
		{"POST " + doorapi.PathPrepare, station, s.prepare},
		{"POST " + doorapi.PathSign, station, s.sign},
		{"POST " + doorapi.PathComplete, station, s.complete},
		{"POST " + doorapi.PathAbandon, station, s.abandon},
		{"GET " + doorapi.PathDeskConfig, desk, s.deskConfig},
		{"POST " + doorapi.PathDeskReport, desk, s.deskReport},
	} {
		mux.HandleFunc(route.pattern, s.known(route.kinds, route.do))
	}
	mux.HandleFunc("GET "+pathLedger+"{path...}", s.serveLedger(keeper.OpenPublic(s.office.Ledger())))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.refuse(w, problem(doorapi.ProblemNotFound, http.StatusNotFound, "There is nothing here", ""))
	})
	return leave(mux)
}

// known lets only members of some kinds through, and answers errors.
func (s *Controller) known(kinds []site.Kind, do func(call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		from, err := s.whois(r)
		if err == nil {
			stay(w, r, from.ID)
		}
		if err == nil && !slices.Contains(kinds, from.Kind) {
			err = problem(doorapi.ProblemForbidden, http.StatusForbidden, "This is for a "+string(kinds[0])+" only", "")
		}
		if err == nil && from.Kind != site.KindStation && r.Method != http.MethodGet {
			err = s.allowChange(from)
		}
		if err == nil {
			err = do(call{w, r, from})
		}
		if err != nil {
			s.refuse(w, err)
		}
	}
}

// allowChange counts something that a door or a desk has written.
func (s *Controller) allowChange(from site.Member) error {
	if wait := s.changes.Allow(from.ID.String()); wait > 0 {
		return tooMany{wait}
	}
	return nil
}

// whois returns who asks, as the database has it at this moment. A certificate is
// not enough: it has to be of the key that joined, and not removed since.
func (s *Controller) whois(r *http.Request) (site.Member, error) {
	stranger := problem(doorapi.ProblemUnknown, http.StatusUnauthorized, "Who asks does not belong to this site", "")
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return site.Member{}, stranger
	}
	shown := r.TLS.PeerCertificates[0]
	id, err := pass.ParseDoorID(shown.Subject.CommonName)
	if err != nil || !s.now().Before(shown.NotAfter) {
		return site.Member{}, stranger
	}
	m, err := s.office.Member(r.Context(), id)
	switch {
	case errors.Is(err, site.ErrNoMember):
		return site.Member{}, stranger
	case err != nil:
		return site.Member{}, err
	case !bytes.Equal(m.TLSKey, shown.RawSubjectPublicKeyInfo):
		return site.Member{}, stranger
	case !m.Present():
		return site.Member{}, site.ErrRemoved
	}
	return m, nil
}

// readBody reads one JSON object, strictly and within limits.
func readBody(w http.ResponseWriter, r *http.Request, into any) error {
	rc := http.NewResponseController(w)
	if err := rc.SetReadDeadline(time.Now().Add(bodyTime)); err != nil {
		return err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, doorapi.MaxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return badRequest("the body did not arrive")
	}
	if err := rc.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return decode(data, into)
}

// decode reads one JSON object and nothing beside it, without members that it
// does not have.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest(err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("there is something after the object")
	}
	return nil
}

func (c call) read(into any) error { return readBody(c.w, c.r, into) }

// write answers with an object. Errors are those of a line that broke.
func write(w http.ResponseWriter, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(data)
	return nil
}

func (c call) write(value any) error { return write(c.w, value) }

// done answers that it was done.
func (c call) done() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
