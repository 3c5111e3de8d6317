package signin

import (
	"errors"
	"net/http"
	"strings"
)

var (
	// ErrForeign is returned for a change that another site's page asked for.
	ErrForeign = errors.New("the request comes from another site's page")
	// ErrHost is returned for a request under a name that is not the service's,
	// by which another site could reach it with a visitor's browser.
	ErrHost = errors.New("the pages are opened under another name")
)

// Check returns nil for a request that came from the service's own pages, or
// that changes nothing. It fails with [ErrForeign] or [ErrHost]. Other than for
// an API, a change has to say where it comes from: every browser that can sign
// in does.
func (s *Service) Check(r *http.Request) error {
	if !strings.EqualFold(r.Host, s.origin.Host) && !strings.EqualFold(r.Host, s.origin.Hostname()) {
		return ErrHost
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if s.cross.Check(r) != nil || r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return ErrForeign
	}
	return nil
}
