package public

import (
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/controller/public/words"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// Facts is all that the page says. The same facts make the same page: nothing
// else goes into it, least of all anything about a person.
type Facts struct {
	// Name is what people call the site, and ID its identity in every pass.
	Name string
	ID   pass.SiteID
	// Demo says that nothing here opens a real door.
	Demo bool
	// Address is where this page is found: "https://…/". Signs show it.
	Address  string
	Operator Operator
	// Why is what the operator says the faces are for, and Need why a key or a
	// card is not enough. Where they are empty the page says that nobody has said
	// it.
	Why, Need words.Text
	// Zones are sets of doors with the same ways in.
	Zones []Zone
	// Timezone is the one in which hours are read, as in the IANA database.
	Timezone string
	Keep     Keep
	Engine   Engine
	Software Software
	Notice   Notice
	Acts     Acts
	Ledger   Ledger
	Thief    Thief
	// Key is the public key that signs passes and receipts, in PEM; receipts are
	// checked with it.
	Key string
	// MyPage says that holders have a page of their own at this site.
	MyPage bool
	// At is when all this was so.
	At time.Time
}

// Operator is who answers for the site, in the words of the notice.
type Operator struct {
	// Name is needed. The page says of what else is missing that it is missing.
	Name, Address, Contact words.Text
	// Complaint is whom one can complain to.
	Complaint words.Text
}

// Zone is a set of doors.
type Zone struct {
	Name    string
	Title   words.Text
	Methods bundle.Methods
	// Hours are when the doors open; nil is always.
	Hours pass.Schedule
	// Prompts is how many movements somebody who shows a face pass is asked for, and
	// Light whether the screen changes its colour meanwhile.
	Prompts int
	Light   bool
	// Doors are the names of the doors that are there now.
	Doors []string
}

// Reads says that the zone's doors look at faces.
func (z Zone) Reads() bool { return z.Methods.Has(bundle.Face) }

// Look is the longest that its doors look at a face; 0 where they look at none.
func (z Zone) Look() time.Duration {
	if !z.Reads() {
		return 0
	}
	return door.Policy{Prompts: z.Prompts}.LookTime()
}

// Others are the ways in for which nobody looks at a face, as in
// [bundle.Methods.Names].
func (z Zone) Others() []string { return (z.Methods &^ bundle.Face).Names() }

// Called is what people call the zone: its title, or its name.
func (z Zone) Called(tag words.Tag) words.Said {
	if said := z.Title.In(tag); said.Text != "" {
		return said
	}
	return words.Said{Tag: tag, Text: z.Name}
}

// Keep is for how long what is kept.
type Keep struct {
	// PlainDays and FaceDays are the longest lives of passes; FaceDays is 0 at a
	// site without face passes.
	PlainDays, FaceDays int
	// GuestHours is the longest life of a guest's pass, 0 where there are none.
	GuestHours int
	// OwnerDays is for how long it is kept whose a pass was after it has expired.
	OwnerDays int
	// RecordYears is for how long what the law asks for is kept after a consent
	// has ended, without a label or a contact.
	RecordYears int
	// OfflineHours is how long a door that lost its network goes on with faces,
	// and OfflinePlainHours with everything else: that long a withdrawal may take
	// to reach it.
	OfflineHours, OfflinePlainHours int
}

// Engine is what compares faces.
type Engine struct {
	Models models.Manifest
	// Threshold names the one that the site uses, such as "fmr-1e-4".
	Threshold string
	// RequireLive says that a face that looks like a picture is refused.
	RequireLive bool
	// Measured is how often the models were wrong; the zero value where nobody
	// has measured, as with an operator's own models.
	Measured Figures
}

// Stated is the false match rate that the site states for one showing, as "one
// in so many"; 0 where the threshold is not known.
func (e Engine) Stated() int {
	t, ok := e.Models.Threshold(e.Threshold)
	if !ok || t.FMR <= 0 {
		return 0
	}
	return int(1/t.FMR + 0.5)
}

// Software is which programs run.
type Software struct {
	Version string
	Parts   []Part
}

// Part is one program of the site.
type Part struct {
	// Name is "controller", "station" or "edge".
	Name, Version string
	// SHA256 is that of the file that runs, in lower-case hexadecimal.
	SHA256 string
}

// Notice is the text that people consent to at this time.
type Notice struct {
	consent.Notice
	// Since is the day from which on it is used.
	Since time.Time
}

// Acts is how often the operator acted on the site in a month.
type Acts struct {
	Month time.Time
	Count int
}

// Ledger is where everybody can read what the operator did.
type Ledger struct {
	// URL is where the log is served, Origin its name, Key its verifier key in the
	// form of C2SP signed-note.
	URL, Origin, Key string
	// Checkpoint is the newest one as it is signed, Size how many entries it
	// covers (padding too), and At when it was published.
	Checkpoint string
	Size       uint64
	At         time.Time
}

// Source is where the page gets its facts from.
type Source interface {
	// Facts returns them as they are now. An error makes the page say that it
	// cannot be shown; what it says is not shown.
	Facts() (Facts, error)
}

// ErrFacts is returned for facts with which the page would say something wrong.
var ErrFacts = errors.New("these facts cannot be")

// Valid names what is missing without which the page must not be shown: who runs
// the site, and for each zone a way in without a face.
func (f Facts) Valid() error {
	switch {
	case f.Name == "":
		return fmt.Errorf("%w: the site has no name", ErrFacts)
	case f.Operator.Name.In(words.Chinese).Text == "":
		return fmt.Errorf("%w: nobody is named who runs the site", ErrFacts)
	case len(f.Zones) == 0:
		return fmt.Errorf("%w: there is no zone", ErrFacts)
	}
	for _, z := range f.Zones {
		if err := z.Methods.Check(); err != nil {
			return fmt.Errorf("%w: zone %s: %w", ErrFacts, z.Name, err)
		}
		if err := (bundle.Zone{Methods: z.Methods, Prompts: z.Prompts, Light: z.Light}).CheckPrompts(); err != nil {
			return fmt.Errorf("%w: zone %s: %w", ErrFacts, z.Name, err)
		}
	}
	return nil
}

// Look is the longest that a door of the site looks at a face; 0 where none does.
func (f Facts) Look() (longest time.Duration) {
	for _, z := range f.Zones {
		longest = max(longest, z.Look())
	}
	return longest
}

// Reads says that a door of the site looks at faces.
func (f Facts) Reads() bool {
	for _, z := range f.Zones {
		if z.Reads() {
			return true
		}
	}
	return false
}
