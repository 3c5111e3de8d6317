package holder

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/facelatch/facelatch/controller/acts"
)

// contact writes how the holder can be reached.
func (s *server) contact(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	version, err := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	_, err = s.Do.CorrectContact(v.r.Context(), v.actor(), version, v.r.PostForm.Get("contact"))
	return s.corrected(v, err, "contact")
}

// ask tells the operator what is wrong in what a holder cannot change.
func (s *server) ask(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	_, err := s.Do.AskCorrection(v.r.Context(), v.actor(), v.r.PostForm.Get("wish"))
	return s.corrected(v, err, "wish")
}

// corrected goes back to the page, on which a field that could not be taken, or not
// be saved now, is shown as it was entered.
func (s *server) corrected(v *visit, err error, field string) error {
	if errors.Is(err, acts.ErrInvalid) && fieldOf(err) == field {
		return s.overview(v, http.StatusUnprocessableEntity, field)
	}
	if errors.Is(err, acts.ErrConflict) || errors.Is(err, acts.ErrLedger) || errors.Is(err, acts.ErrUnavailable) {
		return s.unsaved(v, answerTo(err), field)
	}
	if err != nil {
		return err
	}
	http.Redirect(v.w, v.r, home+"#kept", http.StatusSeeOther)
	return nil
}

// unsaved shows the page with what was entered, and why it is not saved.
func (s *server) unsaved(v *visit, why answer, field string) error {
	o, err := s.held(v, field)
	if err != nil {
		return err
	}
	o.Unsaved = why.key
	return s.show(v, why.status, "overview", o)
}
