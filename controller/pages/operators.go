package pages

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/facelatch/facelatch/controller/acts"
)

func (v *visit) operatorsPage() error {
	all, err := v.c.Acts.Operators(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	return v.show(page{name: "operators", title: "operators.title", data: all})
}

// operatorForm is what is entered about an operator.
type operatorForm struct {
	Form  *form
	Roles []acts.Role
	Who   acts.Operator
}

func (v *visit) inviteForm() error { return v.showInvite(0, filled("role", string(acts.FrontDesk))) }

func (v *visit) showInvite(status int, f *form) error {
	return v.show(page{name: "invite", title: "invite.title", status: status, data: operatorForm{Form: f, Roles: acts.Roles()}})
}

func (v *visit) role(f *form) acts.Role {
	role := acts.Role(f.Get("role"))
	if !slices.Contains(acts.Roles(), role) {
		f.wrong["role"] = v.say("wrong.choice")
	}
	return role
}

// invite makes an invitation and shows its link, once.
func (v *visit) invite() error {
	f := v.entered()
	in := acts.OperatorInput{Name: v.text(f, "name", acts.MaxLabel, true), Role: v.role(f)}
	if f.ok() {
		who, made, err := v.c.Acts.InviteOperator(v.r.Context(), v.actor, in)
		if err == nil {
			return v.show(page{name: "invited", title: "invited.title", once: true, data: struct {
				linkView
				Who acts.Operator
			}{linkView{URL: v.c.Origin + Path + "join/" + made.Token, Until: v.moment(made.Expires), For: who.Name}, who}})
		}
		if err := v.take(f, err, nil); err != nil {
			return err
		}
	}
	return v.showInvite(http.StatusUnprocessableEntity, f)
}

// operator returns the operator of the address.
func (v *visit) operator() (acts.Operator, error) {
	all, err := v.c.Acts.Operators(v.r.Context(), v.actor)
	if err != nil {
		return acts.Operator{}, err
	}
	i := slices.IndexFunc(all, func(o acts.Operator) bool { return o.ID == v.r.PathValue("id") && o.State != acts.Removed })
	if i < 0 {
		return acts.Operator{}, acts.ErrNotFound
	}
	return all[i], nil
}

func (v *visit) roleForm() error {
	who, err := v.operator()
	if err != nil {
		return err
	}
	return v.showRole(0, filled("role", string(who.Role), "version", strconv.FormatInt(who.Version, 10)), who)
}

func (v *visit) showRole(status int, f *form, who acts.Operator) error {
	return v.show(page{name: "role", title: "role.title", status: status, data: operatorForm{f, acts.Roles(), who}})
}

func (v *visit) changeRole() error {
	who, err := v.operator()
	if err != nil {
		return err
	}
	f := v.entered()
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	role := v.role(f)
	if !f.ok() {
		return v.showRole(http.StatusUnprocessableEntity, f, who)
	}
	_, err = v.c.Acts.ChangeRole(v.r.Context(), v.actor, who.ID, version, role)
	if errors.Is(err, acts.ErrConflict) {
		f.values.Set("version", strconv.FormatInt(who.Version, 10))
		f.now["role"] = v.say("role." + string(who.Role))
		return v.showRole(http.StatusConflict, f, who)
	}
	if err != nil {
		return err
	}
	return v.to(Path+"operators", "saved")
}

// removeOperatorPage asks for a passkey first, and then says what follows.
func (v *visit) removeOperatorPage() error {
	who, err := v.operator()
	if err != nil {
		return err
	}
	if fresh, err := v.fresh(v.r.URL.Path); !fresh {
		return err
	}
	return v.show(page{name: "operatorremove", title: "operatorremove.title", data: who})
}

func (v *visit) removeOperator() error {
	who, err := v.operator()
	if err != nil {
		return err
	}
	if fresh, err := v.fresh(v.r.URL.Path); !fresh {
		return err
	}
	if err := v.c.Acts.RemoveOperator(v.r.Context(), v.actor, who.ID); err != nil {
		return err
	}
	// Nobody gets in who is not an operator; this only cleans up.
	if err := v.c.SignIn.Forget(v.r.Context(), who.ID); err != nil {
		return err
	}
	return v.to(Path+"operators", "operator-removed")
}
