package pages

import (
	"slices"

	"github.com/facelatch/facelatch/controller/acts"
	"github.com/facelatch/facelatch/controller/signin"
)

// concern is something that is wrong, and where to put it right.
type concern struct {
	Key, Link string
	Name      string
	Count     int
}

// overview is what somebody sees first.
type overview struct {
	Concerns []concern
	Doors    []doorView
	Stations int
	Status   acts.LedgerStatus
	Steps    setUpSteps
	Setting  bool // up, by this operator
}

// firstPage is where everybody comes who has signed in. Whoever is at a counter alone
// goes to the desks, which is all that they have here.
func (v *visit) firstPage() error {
	if !v.actor.May(acts.ActSiteView) {
		return v.to(Path+"desks", "")
	}
	return v.overviewPage()
}

func (v *visit) overviewPage() error {
	ctx := v.r.Context()
	p := overview{}
	all, err := v.doorViews()
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Station {
			p.Stations++
		} else {
			p.Doors = append(p.Doors, d)
		}
		if d.State != "good" {
			p.Concerns = append(p.Concerns, concern{Key: "concern.door-" + d.State, Link: Path + "doors", Name: d.Name})
		}
	}
	if p.Status, err = v.c.Acts.LedgerStatus(ctx); err != nil {
		return err
	}
	if p.Steps, err = v.setUpAlready(ctx); err != nil {
		return err
	}
	p.Setting = !p.Steps.All() && v.actor.May(acts.ActSiteChange)
	more, err := v.concerns(p)
	p.Concerns = append(more, p.Concerns...)
	if err != nil {
		return err
	}
	return v.show(page{name: "overview", title: "overview.title", data: p})
}

// waiting is who waits for an answer, and who is to be reminded that a guardian's
// year ends.
func (v *visit) waiting() (all []concern, err error) {
	if !v.actor.May(acts.ActHolderList) {
		return nil, nil
	}
	found, err := v.c.Acts.Waiting(v.r.Context(), v.actor)
	for _, c := range found.Corrections {
		all = append(all, concern{Key: "concern.correction", Link: holderPath(c.Holder), Name: c.Label})
	}
	for _, r := range found.Renewals {
		all = append(all, concern{Key: "concern.renewal", Link: holderPath(r.Holder), Name: r.Label + " · " + v.lastDay(r.Until)})
	}
	return all, err
}

// concerns are what is wrong beside doors.
func (v *visit) concerns(p overview) (all []concern, err error) {
	if !p.Steps.Notice && !p.Setting {
		all = append(all, concern{Key: "concern.notice", Link: Path + "notices"})
	}
	if p.Status.Queue > 0 {
		all = append(all, concern{Key: "concern.queue", Link: Path + "record", Count: p.Status.Queue})
	}
	waiting, err := v.waiting()
	if all = append(all, waiting...); err != nil || v.session.By == signin.ByOpenID {
		return all, err
	}
	left, err := v.c.SignIn.CodesLeft(v.r.Context(), v.me.ID)
	switch {
	case err == nil && left == 0:
		all = append(all, concern{Key: "concern.no-codes", Link: Path + "account"})
	case err == nil && left < 3:
		all = append(all, concern{Key: "concern.codes", Link: Path + "account", Count: left})
	}
	if err != nil || !v.actor.May(acts.ActOperatorInvite) {
		return all, err
	}
	operators, err := v.c.Acts.Operators(v.r.Context(), v.actor)
	owners := slices.DeleteFunc(operators, func(o acts.Operator) bool { return o.Role != acts.Owner || o.State != acts.Active })
	if err == nil && len(owners) == 1 && p.Steps.All() {
		all = append(all, concern{Key: "concern.owner", Link: Path + "operators"})
	}
	return all, err
}
