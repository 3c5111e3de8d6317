package pages

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/signin"
)

var (
	// errLost is returned for a page that there is not.
	errLost = errors.New("there is no such page")
	// errNewcomer is returned to who has no passkey yet.
	errNewcomer = errors.New("a passkey has to be made first")
	// errForm is returned for a body that is not a form.
	errForm = errors.New("the form cannot be read")
)

// trouble is an error as a page: what happened, and what to do next.
type trouble struct {
	err    error
	status int
	// key names the texts: trouble.KEY and trouble.KEY.do.
	key string
	// again offers to send what was entered once more.
	again bool
}

func troubles() []trouble {
	return []trouble{
		{acts.ErrForbidden, http.StatusForbidden, "forbidden", false},
		{acts.ErrNotFound, http.StatusNotFound, "gone", false},
		{acts.ErrLedger, http.StatusServiceUnavailable, "ledger", true},
		{acts.ErrUnavailable, http.StatusServiceUnavailable, "unavailable", true},
		{acts.ErrConflict, http.StatusConflict, "conflict", false},
		{acts.ErrSignedOut, http.StatusForbidden, "link", false},
		{acts.ErrLastOwner, http.StatusConflict, "last-owner", false},
		{acts.ErrWithdrawn, http.StatusConflict, "withdrawn", false},
		{acts.ErrInvalid, http.StatusUnprocessableEntity, "invalid", false},
		{signin.ErrUnavailable, http.StatusServiceUnavailable, "unavailable", true},
		{signin.ErrSignedOut, http.StatusUnauthorized, "signed-out", true},
		{signin.ErrExpired, http.StatusBadRequest, "expired", false},
		{signin.ErrRefused, http.StatusForbidden, "refused", false},
		{signin.ErrNotAllowed, http.StatusForbidden, "not-allowed", false},
		{signin.ErrIssuer, http.StatusBadGateway, "issuer", false},
		{signin.ErrSetUp, http.StatusConflict, "set-up", false},
		{signin.ErrStepUp, http.StatusForbidden, "step-up", false},
		{signin.ErrLast, http.StatusConflict, "last-passkey", false},
		{signin.ErrNotFound, http.StatusNotFound, "gone", false},
		{signin.ErrForeign, http.StatusForbidden, "foreign", false},
		{signin.ErrHost, http.StatusMisdirectedRequest, "host", false},
		{errLost, http.StatusNotFound, "lost", false},
		{errForm, http.StatusBadRequest, "form", false},
		{errBusy, http.StatusServiceUnavailable, "busy", true},
		{errElsewhere, http.StatusServiceUnavailable, "elsewhere", false},
		{acts.ErrDone, http.StatusConflict, "sent-before", false},
		{acts.ErrReused, http.StatusConflict, "sent-before", false},
		{errNoFonts, http.StatusServiceUnavailable, "fonts", false},
	}
}

// sorry is the page of a trouble.
type sorry struct {
	Key  string
	Wait int // seconds, or 0
	// Again is where to send Values once more, "" not to.
	Again  string
	Values url.Values
	// SignIn says that signing in helps, and Look that looking again does.
	SignIn, Look bool
	Back         string
}

// fail answers an error with a page in plain words. What it says never repeats
// what was sent, but in the fields of a form.
func (v *visit) fail(err error) {
	if errors.Is(err, signin.ErrSignedOut) && v.r.Method == http.MethodGet {
		http.Redirect(v.w, v.r, Path+"sign-in?next="+url.QueryEscape(v.r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if errors.Is(err, errNewcomer) {
		_ = v.to(Path+"welcome", "") // it cannot fail
		return
	}
	t := v.trouble(err)
	s := sorry{Key: t.key, SignIn: t.key == "signed-out", Look: t.key == "elsewhere" && v.r.Method == http.MethodGet, Back: Path}
	if late, ok := errors.AsType[signin.TooMany](err); ok {
		s.Wait = max(1, int((late.Wait+time.Second-1)/time.Second))
		v.w.Header().Set("Retry-After", strconv.Itoa(s.Wait))
	}
	if t.again && v.r.Method == http.MethodPost && v.r.MultipartForm == nil {
		s.Again, s.Values = v.r.URL.Path, v.r.PostForm
	}
	if err := v.show(page{name: "sorry", title: "trouble." + t.key, status: t.status, once: true, data: s}); err != nil {
		http.Error(v.w, "500", http.StatusInternalServerError)
	}
}

func (v *visit) trouble(err error) trouble {
	if _, ok := errors.AsType[signin.TooMany](err); ok {
		return trouble{err, http.StatusTooManyRequests, "wait", true}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return trouble{err, http.StatusRequestEntityTooLarge, "large", false}
	}
	all := troubles()
	i := slices.IndexFunc(all, func(t trouble) bool { return errors.Is(err, t.err) })
	if i < 0 {
		return trouble{err, http.StatusInternalServerError, "broken", true}
	}
	return all[i]
}
