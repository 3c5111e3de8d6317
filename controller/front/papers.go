package front

import (
	"errors"
	"net/http"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/pages"
	"github.com/facelatch/facelatch/controller/papers"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/signin"
	"github.com/facelatch/facelatch/internal/typeset"
)

// papersPath is below what operators print.
const papersPath = "/papers/"

// papers are what operators print, for those who are signed in and may see the site.
func (f *Front) papers(source public.Source) http.Handler {
	made := papers.New(source, func() (typeset.Fonts, error) {
		if len(f.c.Fonts.Regular) == 0 {
			return typeset.Fonts{}, errors.New("there are no fonts")
		}
		return typeset.Fonts(f.c.Fonts), nil
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch err := f.mayPrint(r); {
		case errors.Is(err, acts.ErrForbidden):
			http.Error(w, "Your role does not see this.", http.StatusForbidden)
		case errors.Is(err, signin.ErrSignedOut) || errors.Is(err, acts.ErrNotFound):
			http.Redirect(w, r, pages.Path+"sign-in?next="+pages.Path+"site", http.StatusSeeOther)
		case err != nil:
			http.Error(w, "This cannot be printed now. Try again later.", http.StatusServiceUnavailable)
		default:
			made.ServeHTTP(w, r)
		}
	})
}

// mayPrint returns nil for an operator who may see the site.
func (f *Front) mayPrint(r *http.Request) error {
	session, err := f.signin.Who(r)
	if err != nil {
		return err
	}
	if session.Newcomer() {
		return signin.ErrSignedOut
	}
	actor, _, err := f.acts.OperatorActor(r.Context(), session.Operator)
	if err == nil && !actor.May(acts.ActSiteView) {
		err = acts.ErrForbidden
	}
	return err
}
