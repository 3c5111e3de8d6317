package holder

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/public/words"
)

// guestForm is what can be chosen for a guest's pass, and what was.
type guestForm struct {
	Zones []guestZone
	// Hours are the lengths that are offered, the shortest first.
	Hours []int
	// From and To are the first and the last day on which it may begin.
	From, To string
	// Left is how many more passes of guests there can be.
	Left int

	Label, Day string
	Chosen     int // of Hours
}

// guestZone is a zone that a guest can be let into.
type guestZone struct {
	Name   string
	Said   words.Said
	Chosen bool
}

// guestFormOf returns the form, with what was entered into it, or nil where the
// limits allow no guest now.
func guestFormOf(own []passRow, guests int, config acts.SiteConfig, now time.Time, entered url.Values) *guestForm {
	limits := config.Guests
	if limits.Most-guests <= 0 || limits.Hours <= 0 {
		return nil
	}
	today := now.In(config.Site.Location())
	f := &guestForm{
		Left: limits.Most - guests, Hours: lengths(limits.Hours),
		From: today.Format(time.DateOnly), To: today.AddDate(0, 0, limits.AheadDays).Format(time.DateOnly),
		Label: entered.Get("label"), Day: entered.Get("day"),
	}
	if f.Day == "" {
		f.Day = f.From
	}
	f.Chosen, _ = strconv.Atoi(entered.Get("hours"))
	for _, row := range own {
		for i, zone := range row.PassView.Zones {
			there := slices.ContainsFunc(f.Zones, func(z guestZone) bool { return z.Name == zone })
			if row.Shown == "good" && !there {
				f.Zones = append(f.Zones, guestZone{zone, row.Zones[i], slices.Contains(entered["zone"], zone)})
			}
		}
	}
	if len(f.Zones) == 0 {
		return nil
	}
	return f
}

// lengths are the lives that are offered, in hours, up to the longest.
func lengths(longest int) (all []int) {
	for _, hours := range []int{2, 4, 8, 12, 24, 48, 72, 7 * 24, 14 * 24, 31 * 24} {
		if hours <= longest {
			all = append(all, hours)
		}
	}
	if len(all) == 0 {
		return []int{longest}
	}
	return all
}

// guest makes a pass for a guest. What cannot be taken is shown in the form again.
func (s *server) guest(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	config, err := s.Site.SiteConfig(v.r.Context())
	if err != nil {
		return err
	}
	in, wrong := readGuest(v.r.PostForm, config, s.Now())
	if wrong == "" {
		issued, err := s.Do.Guest(v.r.Context(), v.actor(), in)
		if err == nil {
			return s.handOver(v, issued)
		}
		wrong = fieldOf(err)
		if !slices.Contains([]string{"label", "zones", "not_before", "expires"}, wrong) {
			return err
		}
	}
	return s.overview(v, http.StatusUnprocessableEntity, wrong)
}

// readGuest reads the form, or names the field that is not as it has to be.
func readGuest(form url.Values, config acts.SiteConfig, now time.Time) (in acts.GuestInput, wrong string) {
	in = acts.GuestInput{Label: form.Get("label"), Zones: form["zone"]}
	hours, err := strconv.Atoi(form.Get("hours"))
	if err != nil || hours < 1 || hours > config.Guests.Hours {
		return in, "expires"
	}
	begin := now
	if day := form.Get("day"); day != "" {
		date, err := time.ParseInLocation(time.DateOnly, day, config.Site.Location())
		if err != nil {
			return in, "not_before"
		}
		if date.After(now) {
			begin, in.NotBefore = date, date
		}
	}
	in.Expires = begin.Add(time.Duration(hours) * time.Hour)
	return in, ""
}
