package holder

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
)

// errForeign is for a request that another site's page asked for.
var errForeign = errors.New("the request does not come from this page")

// errForm is for a form that cannot be read.
var errForm = errors.New("the form cannot be read")

// tooMany asks to wait.
type tooMany struct{ wait time.Duration }

func (tooMany) Error() string { return "too many requests" }

// answer is how an error is answered: with which status, and in the words of
// which texts.
type answer struct {
	err    error
	status int
	key    string
}

// answers are the only place where an error becomes a status. What is not among
// them is told to nobody.
func answers() []answer {
	return []answer{
		{acts.ErrSignedOut, http.StatusUnauthorized, "signedout"},
		{acts.ErrNotFound, http.StatusNotFound, "notfound"},
		{acts.ErrForbidden, http.StatusForbidden, "forbidden"},
		{acts.ErrConflict, http.StatusConflict, "conflict"},
		{acts.ErrInvalid, http.StatusUnprocessableEntity, "invalid"},
		{acts.ErrWithdrawn, http.StatusConflict, "withdrawn"},
		{acts.ErrLedger, http.StatusServiceUnavailable, "ledger"},
		{acts.ErrUnavailable, http.StatusServiceUnavailable, "unavailable"},
		{errForeign, http.StatusForbidden, "foreign"},
		{errForm, http.StatusBadRequest, "form"},
	}
}

// answerTo finds how an error is answered.
func answerTo(err error) answer {
	var wait tooMany
	if errors.As(err, &wait) {
		return answer{err, http.StatusTooManyRequests, "toomany"}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return answer{err, http.StatusRequestEntityTooLarge, "form"}
	}
	for _, a := range answers() {
		if errors.Is(err, a.err) {
			return a
		}
	}
	return answer{err, http.StatusInternalServerError, "failed"}
}

// fieldOf returns the field that an error names, or "".
func fieldOf(err error) string {
	var invalid *acts.Invalid
	if !errors.As(err, &invalid) {
		return ""
	}
	field, _, _ := strings.Cut(invalid.Field, "[")
	return field
}

// refuse answers an error: in JSON to the script that uses passkeys, as a page to
// people. Whoever is not signed in is shown the way in.
func (s *server) refuse(v *visit, err error) {
	a := answerTo(err)
	var wait tooMany
	if errors.As(err, &wait) {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.wait.Seconds()))))
	}
	if strings.HasPrefix(v.r.Header.Get("Content-Type"), "application/json") {
		v.w.Header().Set("Content-Type", "application/problem+json")
		v.w.WriteHeader(a.status)
		_ = json.NewEncoder(v.w).Encode(map[string]any{"type": "urn:facelatch:" + a.key, "status": a.status})
		return
	}
	if a.key == "signedout" {
		// It is no failure to come here without a session; to have lost one is.
		if _, missing := v.r.Cookie(sessionCookie); missing != nil && v.r.URL.Path == home {
			a.status = http.StatusOK
		}
		_ = s.show(v, a.status, "signin", signin{Refused: v.r.Method == http.MethodPost, Passkeys: s.ways != nil})
		return
	}
	_ = s.show(v, a.status, "sorry", a.key)
}

// signin is the way in: whether something was refused, and whether passkeys can
// be used.
type signin struct{ Refused, Passkeys bool }
