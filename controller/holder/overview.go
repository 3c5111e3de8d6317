package holder

import (
	"net/http"
	"slices"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/internal/site"
	"github.com/facelatch/facelatch/issue"
	"github.com/facelatch/facelatch/pass"
)

// overview is all that the holder's page shows.
type overview struct {
	Holder   acts.Holder
	Passes   []passRow // those that are good or will be
	Ended    []passRow
	Guests   []passRow // of guests, good or to be
	Consents []consentRow
	Links    []acts.LinkView
	Passkeys []acts.Passkey
	// Guest is the form for a guest's pass; nil where there can be none now.
	Guest *guestForm
	// Ending is the consent that is to be renewed; nil for none.
	Ending *ending
	// Correction is what the holder asked to have corrected; its Version is 0 for
	// nothing.
	Correction acts.Correction
	// CanPasskey says that passkeys can be used.
	CanPasskey bool
	// Wrong is the field of the guest's form that could not be taken, and WrongKept
	// that of the forms about what is kept, with what was entered there.
	Wrong, WrongKept, Entered string
	// Unsaved is why WrongKept was not saved although nothing is wrong with it: the
	// key of an answer, or "".
	Unsaved string
}

// passRow is one pass as people see it.
type passRow struct {
	acts.PassView
	// Shown is how it stands: "good", "later", "ended", "stopped" or "unfinished".
	Shown string
	Zones []words.Said
	Hours string
}

// Face says that it is a face pass.
func (p passRow) Face() bool { return p.Kind == pass.Face }

// Live says that it opens doors, or will.
func (p passRow) Live() bool { return p.Shown == "good" || p.Shown == "later" }

// consentRow is one consent as people see it.
type consentRow struct {
	acts.ConsentView
	// Shown is how it stands: "good", "withdrawn" or "ended".
	Shown string
}

// standing says how a pass stands at a time.
func standing(p acts.PassView, now time.Time) string {
	switch {
	case p.State == issue.Intended || p.State == issue.Signed:
		return "unfinished"
	case p.State != issue.Issued:
		return "stopped"
	case !now.Before(p.Expires):
		return "ended"
	case now.Before(p.NotBefore):
		return "later"
	}
	return "good"
}

func consentStanding(c acts.ConsentView, now time.Time) string {
	switch {
	case !c.Withdrawn.IsZero() && c.Withdrawn.Before(c.Until): // what runs out is withdrawn as of its end
		return "withdrawn"
	case c.Good(now):
		return "good"
	}
	return "ended"
}

// overview shows the page, after a form that could not be taken with the field
// that was wrong.
func (s *server) overview(v *visit, status int, wrong string) error {
	o, err := s.held(v, wrong)
	if err != nil {
		return err
	}
	return s.show(v, status, "overview", o)
}

// held reads what the page shows.
func (s *server) held(v *visit, wrong string) (overview, error) {
	view, err := s.Do.Holder(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return overview{}, err
	}
	config, err := s.Site.SiteConfig(v.r.Context())
	if err != nil {
		return overview{}, err
	}
	return s.arrange(v, view, config, wrong), nil
}

// arrange puts what is held in the order in which people look for it.
func (s *server) arrange(v *visit, view acts.HolderView, config acts.SiteConfig, wrong string) overview {
	now := s.Now()
	o := overview{
		Holder: view.Holder, Links: view.Links, Passkeys: view.Passkeys, CanPasskey: s.ways != nil,
		Ending: endingOf(view, now), Correction: view.Correction, Entered: view.Holder.Contact,
	}
	if wrong == "contact" || wrong == "wish" {
		o.WrongKept, o.Entered = wrong, v.r.PostForm.Get(wrong)
	} else {
		o.Wrong = wrong
	}
	for _, p := range view.Passes {
		row := rowOf(p, config.Site, v.tag, now)
		switch {
		case row.Live() && p.Guest != "":
			o.Guests = append(o.Guests, row)
		case row.Live():
			o.Passes = append(o.Passes, row)
		default:
			o.Ended = append(o.Ended, row)
		}
	}
	for _, rows := range [][]passRow{o.Passes, o.Ended, o.Guests} {
		slices.SortStableFunc(rows, func(a, b passRow) int { return b.Since.Compare(a.Since) })
	}
	for _, c := range view.Consents {
		o.Consents = append(o.Consents, consentRow{c, consentStanding(c, now)})
	}
	slices.SortStableFunc(o.Consents, func(a, b consentRow) int { return b.Given.Compare(a.Given) })
	o.Guest = guestFormOf(o.Passes, len(o.Guests), config, now, v.r.PostForm)
	return o
}

// rowOf arranges one pass.
func rowOf(p acts.PassView, config site.Config, tag words.Tag, now time.Time) passRow {
	row := passRow{PassView: p, Shown: standing(p, now)}
	for _, zone := range p.Zones {
		row.Zones = append(row.Zones, called(config, zone, tag))
	}
	if hours, err := pass.ParseSchedule(p.Hours); err == nil {
		row.Hours = public.Hours(hours, tag)
	}
	return row
}

// called is what people call a zone.
func called(config site.Config, zone string, tag words.Tag) words.Said {
	return public.Zone{Name: zone, Title: config.Rules[zone].Title}.Called(tag)
}

// export hands out everything that is held, as a file.
func (s *server) export(v *visit) error {
	data, err := s.Do.HolderExport(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return err
	}
	return v.download("application/json", "facelatch-export.json", data)
}

// download answers with a file.
func (v *visit) download(kind, name string, data []byte) error {
	v.w.Header().Set("Content-Type", kind)
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = v.w.Write(data)
	return nil
}

// goodbyeTo is what the page about being deleted says.
type goodbyeTo struct {
	Holder acts.Holder
	Years  int
	Passes int
}

// askDelete says what being deleted means.
func (s *server) askDelete(v *visit) error {
	view, err := s.Do.Holder(v.r.Context(), v.actor(), v.holder())
	if err != nil {
		return err
	}
	config, err := s.Site.SiteConfig(v.r.Context())
	if err != nil {
		return err
	}
	ask := goodbyeTo{Holder: view.Holder, Years: config.KeepYears}
	for _, p := range view.Passes {
		if rowOf(p, config.Site, v.tag, s.Now()).Live() {
			ask.Passes++
		}
	}
	return s.show(v, http.StatusOK, "delete", ask)
}

// delete deletes the holder, and with them every session.
func (s *server) delete(v *visit) error {
	if err := s.Do.DeleteHolder(v.r.Context(), v.actor(), v.holder()); err != nil {
		return err
	}
	setCookie(v.w, sessionCookie, "", -1)
	return s.show(v, http.StatusOK, "deleted", nil)
}
